/**
 * Resampling. Every mode of Resize is a matrix along each axis. The matrices are not derived from the attributes, of
 * which there are a great many combinations, but measured on ONNX Runtime beforehand (resize-matrices.ts).
 */
import { ints } from '../../graph.js';
import type { Emitter } from '../emitter.js';
import type { ResizeMatrix } from '../resize-matrix.js';
import type { Rule, RuleTable } from '../rule.js';

const resize: Rule = (emit, at) => {
  const matrices = emit.resizeMatrices.get(at.y);
  if (matrices === undefined) return at.refuse('its matrices were not measured');
  const repeats = emit.dims(at.x).map((_, axis) => repetition(matrices.get(axis)));
  if (matrices.size > 0 && repeats.every((times, axis) => times !== undefined && (axis > 1 || times === 1))) {
    return [sumBlocks(emit, at.g, (repeats as number[]).slice(2))];
  }
  const rank = emit.rank(at.x);
  return [[...matrices].reduce((g, [axis, matrix]) => applyTransposed(emit, g, rank, axis, matrix), at.g)];
};

/** How often each element is repeated, where that is all that the matrix does. */
function repetition(matrix: ResizeMatrix | undefined): number | undefined {
  if (matrix === undefined) return 1;
  const { from, to, values } = matrix;
  const times = to / from;
  if (!Number.isInteger(times)) return undefined;
  const repeats = values.every(
    (value, k) => value === (Math.floor(Math.floor(k / from) / times) === k % from ? 1 : 0),
  );
  return repeats ? times : undefined;
}

function sumBlocks(emit: Emitter, g: string, block: readonly number[]): string {
  const average = emit.op('AveragePool', [g], { kernel_shape: ints(block), strides: ints(block) });
  return emit.mul(average, emit.scalar(block.reduce((a, b) => a * b, 1)));
}

/** Multiplies an axis by the transposed matrix; the last two axes need not be moved for it. */
function applyTransposed(emit: Emitter, g: string, rank: number, axis: number, matrix: ResizeMatrix): string {
  const { from, to, values } = matrix;
  if (axis === rank - 1) return emit.op('MatMul', [g, emit.tensor(values, [to, from])]);
  const transposed = Float32Array.from(values, (_, k) => values[(k % to) * from + Math.floor(k / to)]);
  const left = emit.tensor(transposed, [from, to]);
  if (axis === rank - 2) return emit.op('MatMul', [left, g]);
  const exchanged = Array.from({ length: rank }, (_, i) =>
    i === axis ? rank - 2 : i === rank - 2 ? axis : i,
  );
  return emit.transpose(emit.op('MatMul', [left, emit.transpose(g, exchanged)]), exchanged);
}

export const resizeRules = { Resize: resize } satisfies RuleTable;
