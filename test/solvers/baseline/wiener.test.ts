import { describe, expect, it } from 'vitest';
import type { LinearOperator } from '../../../problems/operator.js';
import { wiener } from '../../../solvers/baseline/wiener.js';
import { floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { denseProblem, identity, type Matrix, solveDense, testContext } from '../../exact/dense.js';
import { runSolver } from '../run-solver.js';

const [HEIGHT, WIDTH] = [5, 6];
const SIZE = HEIGHT * WIDTH;

/** The precision matrix of the prior: every pair of neighbours differs by N(0, 1/weight). */
function neighbourPrecision(weight: number): number[][] {
  const precision = identity(SIZE).map((row) => row.map(() => 0));
  const join = (i: number, j: number) => {
    precision[i][i] += weight;
    precision[j][j] += weight;
    precision[i][j] -= weight;
    precision[j][i] -= weight;
  };
  for (let i = 0; i < HEIGHT; i++) {
    for (let j = 0; j < WIDTH; j++) {
      if (i + 1 < HEIGHT) join(i * WIDTH + j, (i + 1) * WIDTH + j);
      if (j + 1 < WIDTH) join(i * WIDTH + j, i * WIDTH + j + 1);
    }
  }
  return precision;
}

const random = keyedRandom(2, 'wiener', 0)('matrix');
const operators: Record<string, Matrix> = {
  identity: identity(SIZE),
  mask: identity(SIZE).filter((_, i) => i % 3 === 0),
  dense: Array.from({ length: 12 }, () => Array.from({ length: SIZE }, () => random.normal() / 5)),
};

describe('wiener', () => {
  it.each(Object.entries(operators))('is the exact Gaussian posterior mean: %s', async (_, matrix) => {
    const [sigma, weight] = [0.2, 40];
    const problem = denseProblem(matrix, sigma, [1, HEIGHT, WIDTH]);
    const y = floatArray(
      Float32Array.from(matrix, () => 0.5 + 0.3 * random.normal()),
      problem.measurementShape,
    );
    // (AᵀA/σ² + Q) x = Aᵀy/σ²
    const precision = neighbourPrecision(weight).map((row, i) =>
      row.map((q, j) => q + matrix.reduce((sum, a) => sum + a[i] * a[j], 0) / sigma ** 2),
    );
    const target = precision.map(
      (_, i) => matrix.reduce((sum, a, k) => sum + a[i] * y.data[k], 0) / sigma ** 2,
    );
    const expected = solveDense(precision, target);
    const found = await runSolver(
      wiener,
      { measurement: y, problem },
      { weight, tolerance: 1e-7 },
      testContext(),
    );
    const error = Math.max(...expected.map((value, i) => Math.abs(value - found.data[i])));
    expect(error).toBeLessThan(1e-5);
  });

  it('carries what is seen into holes in a straight line, though noise is far too weak for float32', async () => {
    const problem = denseProblem([identity(5)[0], identity(5)[4]], 1e-6, [1, 1, 5]);
    const y = floatArray(Float32Array.of(0.2, 0.8), [2]);
    const { data } = await runSolver(wiener, { measurement: y, problem }, {}, testContext());
    [0.2, 0.35, 0.5, 0.65, 0.8].forEach((value, i) => {
      expect(data[i]).toBeCloseTo(value, 3);
    });
  });

  it('asks for one product with AᵀA an iteration, and says how far it is', async () => {
    const problem = denseProblem(operators.dense, 0.2, [1, HEIGHT, WIDTH]);
    const measurement = floatArray(new Float32Array(12).fill(0.5), [12]);
    const progressOf = async (options: object) => {
      const progress: number[][] = [];
      const step = async (i: number, of: number) => void progress.push([i, of]);
      await runSolver(wiener, { measurement, problem }, { ...options }, { ...testContext(), step });
      return progress;
    };
    expect(await progressOf({ iterations: 3, tolerance: 0 })).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
    // The residual meets a looser tolerance sooner.
    const [loose, tight] = [await progressOf({ tolerance: 0.1 }), await progressOf({ tolerance: 1e-5 })];
    expect(loose.length).toBeLessThan(tight.length);
    expect(tight.length).toBeLessThan(1000);
  });

  it('takes linear operators under white Gaussian noise, and no other', async () => {
    const problem = denseProblem(identity(4), 0.1, [1, 2, 2]);
    const measurement = floatArray(new Float32Array(4), [1, 2, 2]);
    const run = (change: object) =>
      runSolver(wiener, { measurement, problem: { ...problem, ...change } }, {}, testContext());
    const { adjoint: _, ...bent } = problem.operator as LinearOperator;
    await expect(run({ operator: bent })).rejects.toThrow('solver wiener needs a linear operator');
    const noise = { ...problem.noise, name: 'poisson', variance: undefined };
    await expect(run({ noise })).rejects.toThrow('solver wiener needs Gaussian noise of equal variance');
    expect(wiener.samplesPosterior).toBe(false);
  });

  it.each([
    ['weight', [1e-3, 200], [0]],
    ['iterations', [1, 1000], [0]],
    ['tolerance', [0, 1e-3], [-1e-9]],
  ])('takes %s from its range and no other', (option, taken, refused) => {
    const fits = (value: number) => wiener.options.safeParse({ [option]: value }).success;
    expect(taken.filter((value) => !fits(value))).toEqual([]);
    expect(refused.filter(fits)).toEqual([]);
  });
});
