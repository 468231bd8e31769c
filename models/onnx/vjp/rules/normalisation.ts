/**
 * Normalisations. With x̂ = (x − mean)/sd over some axes and h the cotangent of x̂, that of x is
 * (h − mean(h) − x̂·mean(h·x̂))/sd; where no mean is subtracted, the mean(h) term goes.
 */
import type { Emitter } from '../emitter.js';
import type { Application, Rule, RuleTable } from '../rule.js';
import { normalAxis } from './movement.js';

interface Normalised {
  /** x̂. */
  readonly value: string;
  /** 1/sd, with the normalised axes of size 1. */
  readonly inverse: string;
  readonly axes: readonly number[];
}

function inputCotangent(
  emit: Emitter,
  h: string,
  { value, inverse, axes }: Normalised,
  centred = true,
): string {
  const level = centred ? emit.sub(h, emit.mean(h, axes)) : h;
  return emit.mul(emit.sub(level, emit.mul(value, emit.mean(emit.mul(h, value), axes))), inverse);
}

/** Mean and spread over the last axis, computed again: cheaper than keeping x̂ from the forward pass. */
function normalise(emit: Emitter, x: string, epsilon: number, known?: string): Normalised {
  const axes = [2];
  const centred = emit.sub(x, emit.mean(x, axes));
  const variance = emit.mean(emit.mul(centred, centred), axes);
  const inverse = emit.op('Reciprocal', [emit.op('Sqrt', [emit.add(variance, emit.scalar(epsilon))])]);
  return { value: known ?? emit.mul(centred, inverse), inverse, axes };
}

function refuseParameters(at: Application, names: readonly string[]): void {
  names.forEach((name, i) => {
    if (at.wants(i + 1))
      at.refuse(`its ${name} depends on what is differentiated, and only its input has a rule`);
  });
}

const instanceNormalization: Rule = (emit, at) => {
  refuseParameters(at, ['scale', 'bias']);
  const [x, scale, bias] = at.inputs;
  const dims = emit.dims(x);
  const [n, c, ...spatial] = dims;
  const flat = (value: string) => emit.reshape(value, [n, c, spatial.reduce((a, b) => a * b, 1)]);
  // Group normalisation is exported as this with scale 1 and bias 0, followed by its own: then y is x̂.
  const plain =
    emit.values(scale)?.every((value) => value === 1) && emit.values(bias)?.every((value) => value === 0);
  const normalised = normalise(emit, flat(x), at.float('epsilon', 1e-5), plain ? flat(at.y) : undefined);
  const g = flat(at.g);
  const h = plain ? g : emit.mul(g, emit.reshape(scale, [1, c, 1]));
  return [emit.reshape(inputCotangent(emit, h, normalised), dims)];
};

/** Scale and bias are per channel since opset 21; at 18 to 20 they were per group. */
const groupNormalization: Rule = (emit, at) => {
  refuseParameters(at, ['scale', 'bias']);
  const [x, scale] = at.inputs;
  const dims = emit.dims(x);
  const [n, c, ...spatial] = dims;
  const groups = at.int('num_groups', 1);
  const size = spatial.reduce((a, b) => a * b, 1);
  const normalised = normalise(
    emit,
    emit.reshape(x, [n, groups, (c / groups) * size]),
    at.float('epsilon', 1e-5),
  );
  const channels = emit.dims(scale)[0];
  const scaled = emit.mul(
    emit.reshape(at.g, [n, channels, (c / channels) * size]),
    emit.reshape(scale, [1, channels, 1]),
  );
  const h = emit.reshape(scaled, [n, groups, (c / groups) * size]);
  return [emit.reshape(inputCotangent(emit, h, normalised), dims)];
};

/** The forward node gives mean and 1/sd when asked; they are float32 even where x is float16. */
const layerNormalization: Rule = (emit, at) => {
  refuseParameters(at, ['scale', 'bias']);
  const [x, scale] = at.inputs;
  const axes = axesFrom(emit, at);
  const mean = statistic(emit, at, 1, axes);
  const inverse = statistic(emit, at, 2, axes);
  const value = emit.mul(emit.sub(x, mean), inverse);
  return [inputCotangent(emit, emit.mul(at.g, scale), { value, inverse, axes })];
};

function statistic(emit: Emitter, at: Application, index: number, axes: readonly number[]): string {
  const dims = emit.dims(at.x).map((size, axis) => (axes.includes(axis) ? 1 : size));
  const value = emit.optionalOutput(at.node, index, { type: 'float32', dims });
  return emit.type === 'float32' ? value : emit.cast(value, emit.type);
}

function axesFrom(emit: Emitter, at: Application): number[] {
  const rank = emit.rank(at.x);
  const first = normalAxis(at.int('axis', -1), rank);
  return Array.from({ length: rank - first }, (_, i) => first + i);
}

/** x divided by its root mean square (Zhang and Sennrich 2019). */
const rmsNormalization: Rule = (emit, at) => {
  refuseParameters(at, ['scale']);
  const [x, scale] = at.inputs;
  const axes = axesFrom(emit, at);
  const meanSquare = emit.mean(emit.mul(x, x), axes);
  const shifted = emit.add(meanSquare, emit.scalar(at.float('epsilon', 1e-5)));
  const inverse = emit.op('Reciprocal', [emit.op('Sqrt', [shifted])]);
  const normalised = { value: emit.mul(x, inverse), inverse, axes };
  return [inputCotangent(emit, emit.mul(at.g, scale), normalised, false)];
};

/** With stored statistics it is an affine map of each channel. */
const batchNormalization: Rule = (emit, at) => {
  refuseParameters(at, ['scale', 'bias', 'mean', 'variance']);
  if (at.int('training_mode', 0) === 1)
    at.refuse('it is in training mode; expected a model exported for inference');
  const [x, scale, , , variance] = at.inputs;
  const dims = emit.dims(x);
  const spread = emit.op('Sqrt', [emit.add(variance, emit.scalar(at.float('epsilon', 1e-5)))]);
  const slope = emit.reshape(emit.div(scale, spread), [1, dims[1], ...dims.slice(2).map(() => 1)]);
  return [emit.mul(at.g, slope)];
};

/** x divided by its 1- or 2-norm along one axis. */
const lpNormalization: Rule = (emit, at) => {
  const axes = [normalAxis(at.int('axis', -1), emit.rank(at.x))];
  const p = at.int('p', 2);
  const { x, y, g } = at;
  const size = p === 1 ? emit.op('Abs', [x]) : emit.mul(x, x);
  const total = emit.sum(size, axes);
  const norm = p === 1 ? total : emit.op('Sqrt', [total]);
  const slope = p === 1 ? emit.op('Sign', [x]) : y;
  return [emit.div(emit.sub(g, emit.mul(slope, emit.sum(emit.mul(g, y), axes))), norm)];
};

export const normalisation = {
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  // What ONNX Runtime makes of the same formula written out.
  SimplifiedLayerNormalization: rmsNormalization,
  BatchNormalization: batchNormalization,
  LpNormalization: lpNormalization,
} satisfies RuleTable;
