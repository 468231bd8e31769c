/** The orthonormal cosine transform of a plane's 8×8 blocks; the last row and column fill up the last blocks. */
import { kernels, room } from '../../src/core/kernels.js';
import type { Vector } from '../../src/core/vector.js';

const SIDE = 8;

/** √((1 or 2)/8)·cos(πk(2n+1)/16) */
export function blockCosine(k: number, n: number): number {
  return Math.sqrt((k === 0 ? 1 : 2) / SIDE) * Math.cos((Math.PI * k * (2 * n + 1)) / (2 * SIDE));
}

/** Of the samples 0 … 3, which the others mirror. */
const COSINES = Float64Array.from({ length: 32 }, (_, i) => blockCosine(i >> 2, i & 3));

/** How many coefficients a plane has. */
export function blockValues(height: number, width: number): number {
  return SIDE * SIDE * Math.ceil(height / SIDE) * Math.ceil(width / SIDE);
}

/** Coefficients, block after block, each row by row. */
export function cosineBlocks(plane: Vector, height: number, width: number): Float64Array {
  const { values, blocks, cosines, scratch } = roomFor(height, width);
  values.set(plane);
  kernels.cosineBlocks(values, blocks, height, width, cosines, scratch);
  return blocks.slice();
}

/** The transpose: what lies beyond the plane is added to its last row and column. */
export function fromCosineBlocks(coefficients: Vector, height: number, width: number): Float64Array {
  const { values, blocks, cosines, scratch } = roomFor(height, width);
  values.fill(0);
  blocks.set(coefficients);
  kernels.fromCosineBlocks(blocks, values, height, width, cosines, scratch);
  return values.slice();
}

function roomFor(height: number, width: number) {
  const [values, blocks, cosines, scratch] = room(
    [Float64Array, height * width],
    [Float64Array, blockValues(height, width)],
    [Float64Array, COSINES.length],
    [Float64Array, 2 * SIDE * SIDE],
  );
  cosines.set(COSINES);
  return { values, blocks, cosines, scratch };
}
