/** A linear decoder in closed form: x = Wz + c, z ~ N(0, I), y = Ax + σn, with digits of its posterior. */

import { normalRate } from '../../models/compressive/rate.js';
import type { CompressivePrior } from '../../models/prior.js';
import { type FloatArray, floatArray } from '../../src/core/array.js';
import { denseProblem } from '../exact/dense.js';

const W = [
  [1, 0.5, 0],
  [0, 1, -0.5],
  [0.5, 0, 1],
  [1, -1, 0.5],
];
const C = [0.1, -0.2, 0, 0.3];
const A = [
  [1, 0, 0, 0],
  [0, 0.5, 0.5, 0],
  [0, 0, 0, 1],
];

export const linearProblem = denseProblem(A, 0.2, [4, 1, 1]);

export const linearMeasurement = floatArray(Float32Array.of(0.7, -0.3, 1.1), [3]);

/** @param spread σ(z), the same for every code. */
export function linearPrior(spread?: readonly number[]): CompressivePrior {
  const decode = (z: FloatArray) =>
    floatArray(
      Float32Array.from(W, (row, i) => row.reduce((sum, w, j) => sum + w * z.data[j], C[i])),
      [4, 1, 1],
    );
  return {
    kind: 'compressive',
    name: 'linear decoder',
    channels: 4,
    sizeMultiple: 1,
    codeShapes: () => [[3, 1, 1]],
    encode: async () => [floatArray(new Float32Array(3), [3, 1, 1])],
    decode: async (z) => decode(z),
    linearizeDecode: async (z) => ({
      value: decode(z),
      pullback: (v) =>
        floatArray(
          Float32Array.from([0, 1, 2], (j) => W.reduce((sum, row, i) => sum + row[j] * v.data[i], 0)),
          [3, 1, 1],
        ),
      release() {},
    }),
    ...(spread && { spread: async () => floatArray(Float32Array.from(spread), [4, 1, 1]) }),
    async rate([z]) {
      const { nats, gradient } = normalRate(z);
      return { nats, gradient: [gradient] };
    },
    draw: async (_, random) => [random.normals([3, 1, 1])],
    close: async () => {},
  };
}

/** All draws of three values ±1: with equal weights they have the first and second moments of N(0, I). */
export const SIGNS = Array.from({ length: 8 }, (_, k) =>
  floatArray(
    Float32Array.from([0, 1, 2], (j) => ((k >> j) & 1 ? 1 : -1)),
    [3, 1, 1],
  ),
);

export const EXACT = {
  mean: [0.720027, -0.340486, -0.51829],
  meanFieldWidths: [0.137931, 0.161165, 0.336861],
  image: [0.649783, -0.281341, -0.158277, 1.101368],
  meanFieldSd: [0.159745, 0.233115, 0.343848, 0.270865],
  logEvidence: -2.939575,
  bound: -3.386342,
  /** With the decoder's spread (.1, .2, .3, .4). */
  shares: [0.894427, 0.894427, 0.8, 0.447214],
} as const;
