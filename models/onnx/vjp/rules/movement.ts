/** Ops that move elements about without computing with them. */
import { int, text } from '../../graph.js';
import type { Emitter } from '../emitter.js';
import type { Application, Rule, RuleTable } from '../rule.js';
import { paddingIndex, type Run, runsOf } from './padding.js';

const reshaped: Rule = (emit, at) => [emit.reshape(at.g, emit.dims(at.x))];

export function normalAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** The values of an input that must be constant; `undefined` where the input is left out. */
function constantInput(emit: Emitter, at: Application, index: number): number[] | undefined {
  const name = at.inputs[index];
  if (!name) return undefined;
  return emit.values(name) ?? at.refuse(`its input ${index} ("${name}") is computed; expected a constant`);
}

const transpose: Rule = (emit, at) => {
  const rank = emit.rank(at.x);
  const perm = at.ints('perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  return [
    emit.transpose(
      at.g,
      perm.map((_, i) => perm.indexOf(i)),
    ),
  ];
};

const tile: Rule = (emit, at) => {
  const dims = emit.dims(at.x);
  const out = emit.dims(at.y);
  const blocks = emit.reshape(
    at.g,
    dims.flatMap((size, i) => [out[i] / size, size]),
  );
  return [
    emit.reshape(
      emit.sum(
        blocks,
        dims.map((_, i) => 2 * i),
      ),
      dims,
    ),
  ];
};

const concat: Rule = (emit, at) => {
  const axis = normalAxis(at.int('axis', 0), emit.rank(at.y));
  const sizes = at.inputs.map((input) => emit.dims(input)[axis]);
  if (at.inputs.every((_, i) => at.wants(i))) {
    return emit.ops('Split', [at.g, emit.ints(sizes)], { axis: int(axis) }, sizes.length);
  }
  let end = 0;
  return sizes.map((size, i) => {
    end += size;
    return at.wants(i) ? emit.slice(at.g, axis, end - size, end) : undefined;
  });
};

const split: Rule = (emit, at) => {
  const parts = at.outputs
    .map((output, i) => at.cotangents[i] ?? (output && emit.zeros(emit.dims(output))))
    .filter((part) => part !== '');
  return [emit.op('Concat', parts, { axis: int(at.int('axis', 0)) })];
};

/** Backwards: reverse what had a negative step, put step − 1 zeros after each element, and pad to the input's size. */
const slice: Rule = (emit, at) => {
  const starts = constantInput(emit, at, 1)!;
  const axes = constantInput(emit, at, 3) ?? starts.map((_, i) => i);
  const steps = constantInput(emit, at, 4) ?? starts.map(() => 1);
  const full = emit.dims(at.x);
  const dims = [...emit.dims(at.y)];
  let value = at.g;
  axes.forEach((given, i) => {
    const axis = normalAxis(given, full.length);
    const size = full[axis];
    const count = dims[axis];
    const step = Math.abs(steps[i]);
    const from = starts[i] < 0 ? starts[i] + size : starts[i];
    let first = steps[i] > 0 ? Math.min(Math.max(from, 0), size) : Math.min(Math.max(from, -1), size - 1);
    if (steps[i] < 0) {
      value = emit.flip(value, [axis]);
      first -= step * (count - 1);
    }
    if (step > 1 && count > 0) {
      const spread = emit.reshape(value, [...dims.slice(0, axis + 1), 1, ...dims.slice(axis + 1)]);
      const padded = emit.padAxis(spread, dims.length + 1, axis + 1, 0, step - 1);
      value = emit.reshape(padded, [...dims.slice(0, axis), count * step, ...dims.slice(axis + 1)]);
    }
    value = emit.padAxis(value, dims.length, axis, first, size - first - count * step);
    dims[axis] = size;
  });
  return [value];
};

/** Pads by axis, from the attribute-free form: [before…, after…] of the axes named, or of all. */
function pads(emit: Emitter, at: Application): { before: number[]; after: number[] } {
  const rank = emit.rank(at.x);
  const given = constantInput(emit, at, 1)!;
  const axes = constantInput(emit, at, 3) ?? given.slice(given.length / 2).map((_, i) => i);
  const before = new Array<number>(rank).fill(0);
  const after = new Array<number>(rank).fill(0);
  axes.forEach((axis, i) => {
    before[normalAxis(axis, rank)] = given[i];
    after[normalAxis(axis, rank)] = given[axes.length + i];
  });
  return { before, after };
}

const pad: Rule = (emit, at) => {
  if (at.wants(2)) at.refuse('its fill value depends on what is differentiated');
  const { before, after } = pads(emit, at);
  const mode = at.text('mode', 'constant');
  if (mode === 'constant')
    return [
      emit.pad(
        at.g,
        before.map((n) => -n),
        after.map((n) => -n),
      ),
    ];
  if (mode !== 'reflect' && mode !== 'edge' && mode !== 'wrap') {
    return at.refuse(`its mode is "${mode}"; expected constant, reflect, edge or wrap`);
  }
  const dims = emit.dims(at.x);
  return [
    dims.reduce((value, size, axis) => {
      if (before[axis] === 0 && after[axis] === 0) return value;
      const runs = runsOf(paddingIndex(mode, size, before[axis], after[axis]));
      return runs
        .map((run) => foldRun(emit, value, dims.length, axis, size, run))
        .reduce((a, b) => emit.add(a, b));
    }, at.g),
  ];
};

/** What one run of a padded axis adds to the axis it was taken from. */
function foldRun(emit: Emitter, value: string, rank: number, axis: number, size: number, run: Run): string {
  const part = emit.slice(value, axis, run.at, run.at + run.length);
  if (run.step === 0) return emit.padAxis(emit.sum(part, [axis]), rank, axis, run.from, size - run.from - 1);
  if (run.step === 1) return emit.padAxis(part, rank, axis, run.from, size - run.from - run.length);
  return emit.padAxis(emit.flip(part, [axis]), rank, axis, run.from - run.length + 1, size - run.from - 1);
}

const depthToSpace: Rule = (emit, at) => {
  const block = at.int('blocksize', 1);
  if (at.text('mode', 'DCR') === 'DCR') return [emit.op('SpaceToDepth', [at.g], { blocksize: int(block) })];
  const [n, c, h, w] = emit.dims(at.x);
  const blocks = emit.reshape(at.g, [n, c / (block * block), h, block, w, block]);
  return [emit.reshape(emit.transpose(blocks, [0, 1, 3, 5, 2, 4]), [n, c, h, w])];
};

export const movement = {
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: transpose,
  Expand: (emit, at) => [emit.unbroadcast(at.g, emit.dims(at.y), emit.dims(at.x))],
  Tile: tile,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  DepthToSpace: depthToSpace,
  SpaceToDepth: (emit, at) => [
    emit.op('DepthToSpace', [at.g], { blocksize: int(at.int('blocksize', 1)), mode: text('DCR') }),
  ],
} satisfies RuleTable;
