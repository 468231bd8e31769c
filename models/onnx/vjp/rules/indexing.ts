/** Gathering and scattering by index; what one reads the other adds to. */
import { int, text } from '../../graph.js';
import type { Emitter } from '../emitter.js';
import type { Application, Rule, RuleTable } from '../rule.js';
import { normalAxis } from './movement.js';

/** Zeros of the input's shape with the cotangent added at the elements named by `indices`. */
function scatter(emit: Emitter, dims: readonly number[], indices: string, g: string, axis: number): string {
  return emit.op('ScatterElements', [emit.zeros(dims), indices, g], {
    axis: int(axis),
    reduction: text('add'),
  });
}

const gather: Rule = (emit, at) => {
  const dims = emit.dims(at.x);
  const axis = normalAxis(at.int('axis', 0), dims.length);
  const indices = at.inputs[1];
  const single = emit.values(indices);
  if (single?.length === 1) {
    const index = normalAxis(single[0], dims[axis]);
    const one = emit.reshape(
      at.g,
      dims.map((size, i) => (i === axis ? 1 : size)),
    );
    return [emit.padAxis(one, dims.length, axis, index, dims[axis] - index - 1)];
  }
  const count = emit.dims(indices).reduce((n, size) => n * size, 1);
  const taken = dims.map((size, i) => (i === axis ? count : size));
  const along = emit.reshape(
    indices,
    dims.map((_, i) => (i === axis ? count : 1)),
  );
  return [scatter(emit, dims, emit.expand(along, taken), emit.reshape(at.g, taken), axis)];
};

/** GatherND with its batch axes written out as leading index components, which ScatterND has no other way to say. */
const gatherND: Rule = (emit, at) => {
  const dims = emit.dims(at.x);
  const indices = at.inputs[1];
  const batchAxes = at.int('batch_dims', 0);
  const full =
    batchAxes === 0
      ? indices
      : emit.op('Concat', [batchIndex(emit, indices, batchAxes), indices], { axis: int(-1) });
  return [emit.op('ScatterND', [emit.zeros(dims), full, at.g], { reduction: text('add') })];
};

/** For each index vector the position of its batch: shape [...indices without the last axis, batchAxes]. */
function batchIndex(emit: Emitter, indices: string, batchAxes: number): string {
  const outer = emit.dims(indices).slice(0, -1);
  const count = outer.reduce((n, size) => n * size, 1);
  const positions = Array.from({ length: count }, (_, flat) => {
    const position: number[] = [];
    for (const size of [...outer].reverse()) {
      position.unshift(flat % size);
      flat = Math.floor(flat / size);
    }
    return position.slice(0, batchAxes);
  });
  return emit.ints(positions.flat(), [...outer, batchAxes]);
}

/** A scatter that overwrites hides the data it writes over; one that adds does not. */
function hides(at: Application): boolean {
  const reduction = at.text('reduction', 'none');
  if (reduction !== 'none' && reduction !== 'add')
    at.refuse(`its reduction is "${reduction}"; expected none or add`);
  return reduction === 'none';
}

const scatterElements: Rule = (emit, at) => {
  const axis = int(at.int('axis', 0));
  const [, indices, updates] = at.inputs;
  const overwritten = () =>
    emit.op('ScatterElements', [at.g, indices, emit.zeros(emit.dims(updates))], { axis });
  const hidden = hides(at);
  return [
    at.wants(0) ? (hidden ? overwritten() : at.g) : undefined,
    undefined,
    at.wants(2) ? emit.op('GatherElements', [at.g, indices], { axis }) : undefined,
  ];
};

const scatterND: Rule = (emit, at) => {
  const [, indices, updates] = at.inputs;
  const overwritten = () => emit.op('ScatterND', [at.g, indices, emit.zeros(emit.dims(updates))]);
  const hidden = hides(at);
  return [
    at.wants(0) ? (hidden ? overwritten() : at.g) : undefined,
    undefined,
    at.wants(2) ? emit.op('GatherND', [at.g, indices]) : undefined,
  ];
};

export const indexing = {
  Gather: gather,
  GatherElements: (emit, at) => [scatter(emit, emit.dims(at.x), at.inputs[1], at.g, at.int('axis', 0))],
  GatherND: gatherND,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
  TopK: (emit, at) => [
    scatter(
      emit,
      emit.dims(at.x),
      emit.optionalOutput(at.node, 1, { type: 'int64', dims: emit.dims(at.y) }),
      at.g,
      at.int('axis', -1),
    ),
  ],
} satisfies RuleTable;
