/** Problems small enough to write A as a matrix, under white Gaussian noise. */
import type { NoiseModel } from '../../problems/noise.js';
import type { LinearOperator } from '../../problems/operator.js';
import type { Problem } from '../../problems/problem.js';
import type { Context } from '../../solvers/solver.js';
import { type FloatArray, floatArray, mapArray, type Shape, sizeOf } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';

export type Matrix = readonly (readonly number[])[];

export function identity(size: number): number[][] {
  return Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)));
}

/** y = A x + σ n for images of the given shape, A one row per measured value. */
export function denseProblem(matrix: Matrix, sigma: number, imageShape: Shape): Problem {
  const operator = denseOperator(matrix, imageShape);
  return {
    spec: { operators: [] },
    name: 'dense',
    operator,
    noise: gaussianNoise(sigma),
    imageShape,
    measurementShape: operator.outputShape,
    report: (x) => x,
  };
}

function denseOperator(matrix: Matrix, inputShape: Shape): LinearOperator {
  const columns = sizeOf(inputShape);
  const outputShape = [matrix.length];
  const operator: LinearOperator = {
    inputShape,
    outputShape,
    field: 'real',
    apply: (x) => {
      const rows = matrix.map((row) => row.reduce((sum, a, j) => sum + a * x.data[j], 0));
      return floatArray(Float32Array.from(rows), outputShape);
    },
    adjoint: (y) => {
      const sums = new Float64Array(columns);
      matrix.forEach((row, i) => {
        row.forEach((a, j) => {
          sums[j] += a * y.data[i];
        });
      });
      return floatArray(Float32Array.from(sums), inputShape);
    },
    linearize: async (x) => ({ value: await operator.apply(x), pullback: operator.adjoint, release() {} }),
  };
  return operator;
}

function gaussianNoise(sigma: number): NoiseModel {
  const variance = sigma ** 2;
  return {
    name: 'gaussian',
    sample: (clean, random) => mapArray(clean, (value) => value + sigma * random.normal()),
    logLikelihood: (clean, y) =>
      clean.data.reduce(
        (sum, value, i) =>
          sum - (y.data[i] - value) ** 2 / (2 * variance) - Math.log(2 * Math.PI * variance) / 2,
        0,
      ),
    gradient: (clean, y) => mapArray(clean, (value, i) => (y.data[i] - value) / variance),
    variance: () => variance,
  };
}

/** Solves M x = b by elimination with pivoting, in double precision. */
export function solveDense(m: Matrix, b: readonly number[]): number[] {
  const rows = m.map((row, i) => [...row, b[i]]);
  const n = rows.length;
  for (let k = 0; k < n; k++) {
    const pivot = rows
      .slice(k)
      .reduce((best, row, i) => (Math.abs(row[k]) > Math.abs(rows[best][k]) ? k + i : best), k);
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j <= n; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let rest = rows[i][n];
    for (let j = i + 1; j < n; j++) rest -= rows[i][j] * x[j];
    x[i] = rest / rows[i][i];
  }
  return x;
}

export function vector(...values: number[]): FloatArray {
  return floatArray(Float32Array.from(values), [values.length]);
}

/** A context for sample k of a fixed seed that reports nothing. */
export function testContext(sample = 0): Context {
  return { random: keyedRandom(0, 'test', sample), step: async () => {} };
}
