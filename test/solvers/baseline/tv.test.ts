import { describe, expect, it } from 'vitest';
import type { LinearOperator } from '../../../problems/operator.js';
import { tv } from '../../../solvers/baseline/tv.js';
import { gradient } from '../../../solvers/parts/image-differences.js';
import { type FloatArray, floatArray, mapArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { dot } from '../../../src/core/vector.js';
import { denseProblem, identity, testContext } from '../../exact/dense.js';
import { runSolver } from '../run-solver.js';

const EXACT = { iterations: 4000, tolerance: 0 };

/** Denoises y, of shape [C, H, W], with the penalty λ = weight·σ² of ½‖x − y‖² + λ TV(x). */
async function denoise(y: FloatArray, lambda: number): Promise<FloatArray> {
  const problem = denseProblem(identity(y.size), 0.1, y.shape);
  return runSolver(tv, { measurement: y, problem }, { weight: lambda / 0.01, ...EXACT }, testContext());
}

function totalVariation(x: FloatArray): number {
  const field = gradient(x).data;
  const pixels = x.shape[1] * x.shape[2];
  let sum = 0;
  for (let i = 0; i < pixels; i++) {
    let squares = 0;
    for (let j = i; j < field.length; j += pixels) squares += field[j] ** 2;
    sum += Math.sqrt(squares);
  }
  return sum;
}

describe('tv', () => {
  // Strong & Chan 2003: a step keeps its place and each side moves by λ · edge / area towards the other.
  it('moves both sides of a step by λ·edge/area', async () => {
    const [height, width, left, lambda] = [4, 10, 3, 0.15];
    const y = mapArray(floatArray(new Float32Array(height * width), [1, height, width]), (_, i) =>
      i % width < left ? 0.2 : 0.8,
    );
    const x = await denoise(y, lambda);
    for (let i = 0; i < x.size; i++) {
      const expected = i % width < left ? 0.2 + lambda / left : 0.8 - lambda / (width - left);
      expect(x.data[i]).toBeCloseTo(expected, 4);
    }
  });

  it('couples colours: equal steps in three channels shrink by 1/√3 of the grey one', async () => {
    const [width, left, lambda] = [8, 4, 0.2];
    const y = mapArray(floatArray(new Float32Array(3 * 2 * width), [3, 2, width]), (_, i) =>
      i % width < left ? 0.1 : 0.9,
    );
    const x = await denoise(y, lambda);
    expect(x.data[0]).toBeCloseTo(0.1 + lambda / Math.sqrt(3) / left, 4);
  });

  it('flattens an image whose penalty outweighs it to its mean', async () => {
    const y = floatArray(Float32Array.of(0.1, 0.2, 0.4, 0.7), [1, 2, 2]);
    for (const value of (await denoise(y, 5)).data) expect(value).toBeCloseTo(0.35, 4);
  });

  // At the minimiser, y − x = λ∂TV(x): ⟨y − x, x⟩ = λ TV(x), and ⟨y − x, u⟩ ≤ λ TV(u) for every u.
  it('satisfies the optimality conditions on a noisy colour image', async () => {
    const random = keyedRandom(4, 'tv', 0)('image');
    const shape = [3, 8, 9];
    const y = mapArray(random.normals(shape), (z, i) => (i % 9 < 4 ? 0.3 : 0.7) + 0.1 * z);
    const lambda = 0.1;
    const x = await denoise(y, lambda);
    const residual = mapArray(y, (value, i) => value - x.data[i]);
    const bound = lambda * totalVariation(x);
    expect(Math.abs(dot(residual.data, x.data) - bound)).toBeLessThan(1e-4 * bound);
    for (let trial = 0; trial < 50; trial++) {
      const u = random.normals(shape);
      expect(dot(residual.data, u.data)).toBeLessThan(lambda * totalVariation(u));
    }
  });

  it('deblurs to a point no small change improves', async () => {
    const random = keyedRandom(5, 'tv', 0)('image');
    const shape = [1, 6, 6];
    const pixels = Array.from({ length: 36 }, (_, i) => ({ row: Math.trunc(i / 6), column: i % 6 }));
    const blur = pixels.map((p) =>
      pixels.map((q) => Math.exp(-((p.row - q.row) ** 2) - (p.column - q.column) ** 2) / 3),
    );
    const problem = denseProblem(blur, 0.1, shape);
    const y = random.normals([36]);
    const weight = 20;
    const x = await runSolver(tv, { measurement: y, problem }, { weight, ...EXACT }, testContext());
    const cost = async (image: FloatArray) =>
      -problem.noise.logLikelihood(await problem.operator.apply(image), y) + weight * totalVariation(image);
    const best = await cost(x);
    for (let trial = 0; trial < 200; trial++) {
      const change = random.normals(shape);
      const moved = mapArray(x, (value, i) => value + 1e-3 * change.data[i]);
      expect(await cost(moved)).toBeGreaterThan(best);
    }
  });

  it('stops where an iteration changes little, and by its number of iterations', async () => {
    const random = keyedRandom(6, 'tv', 0)('image');
    const y = mapArray(random.normals([1, 8, 8]), (z) => 0.5 + 0.2 * z);
    const problem = denseProblem(identity(64), 0.1, y.shape);
    const runs = async (options: object) => {
      const progress: number[][] = [];
      const step = async (i: number, of: number) => void progress.push([i, of]);
      const run = { weight: 10, ...options };
      const x = await runSolver(tv, { measurement: y, problem }, run, { ...testContext(), step });
      // The first image, too, takes turns: at step 0.
      return { x, steps: progress.at(-1)![0] + 1, of: progress[0][1], first: progress[0][0] };
    };
    const all = await runs({ iterations: 30, tolerance: 0 });
    expect(all).toMatchObject({ steps: 30, of: 30, first: 0 });
    expect((await runs({ iterations: 30, tolerance: 2 })).steps).toBe(1);
    const few = await runs({ iterations: 2000, tolerance: 1e-3 });
    expect(few.steps).toBeGreaterThan(5);
    expect(few.steps).toBeLessThan(500);
    const exact = await denoise(y, 0.1);
    const away = mapArray(few.x, (value, i) => value - exact.data[i]);
    expect(Math.sqrt(dot(away.data, away.data) / dot(exact.data, exact.data))).toBeLessThan(0.02);
    // The change between the last two images is what was asked for, and no sooner.
    const before = await runs({ iterations: few.steps - 1, tolerance: 0 });
    const change = mapArray(few.x, (value, i) => value - before.x.data[i]);
    expect(Math.sqrt(dot(change.data, change.data) / dot(few.x.data, few.x.data))).toBeLessThan(1e-3);
    const earlier = await runs({ iterations: few.steps - 2, tolerance: 0 });
    const sooner = mapArray(before.x, (value, i) => value - earlier.x.data[i]);
    expect(Math.sqrt(dot(sooner.data, sooner.data) / dot(before.x.data, before.x.data))).toBeGreaterThan(
      1e-3,
    );
  });

  it('is within 5 % of the noise from the minimum after its 200 iterations, however strong the noise', async () => {
    const random = keyedRandom(7, 'tv', 0)('image');
    for (const sigma of [0.02, 0.1, 0.5]) {
      const y = mapArray(random.normals([1, 7, 8]), (z, i) => (i % 8 < 3 ? 0.3 : 0.7) + sigma * z);
      const problem = denseProblem(identity(56), sigma, y.shape);
      const task = { measurement: y, problem };
      const quick = await runSolver(tv, task, {}, testContext());
      const exact = await runSolver(tv, task, EXACT, testContext());
      const away = mapArray(quick, (value, i) => value - exact.data[i]);
      expect(Math.sqrt(dot(away.data, away.data) / 56)).toBeLessThan(0.05 * sigma);
    }
  });

  it('fills a wide hole with what surrounds it', async () => {
    const shape = [1, 3, 40];
    const seen = Array.from({ length: 120 }, (_, i) => i).filter((i) => i % 40 < 3 || i % 40 > 36);
    const matrix = seen.map((at) => identity(120)[at]);
    const y = floatArray(new Float32Array(seen.length).fill(0.9), [seen.length]);
    const x = await runSolver(
      tv,
      { measurement: y, problem: denseProblem(matrix, 0.02, shape) },
      {},
      testContext(),
    );
    for (const value of x.data) expect(value).toBeCloseTo(0.9, 2);
  });

  it('takes linear operators under white Gaussian noise, and no other', async () => {
    const problem = denseProblem(identity(4), 0.1, [1, 2, 2]);
    const measurement = floatArray(new Float32Array(4), [1, 2, 2]);
    const run = (change: object) =>
      runSolver(tv, { measurement, problem: { ...problem, ...change } }, {}, testContext());
    const { adjoint: _, ...bent } = problem.operator as LinearOperator;
    await expect(run({ operator: bent })).rejects.toThrow('solver tv needs a linear operator');
    const noise = { ...problem.noise, name: 'poisson', variance: undefined };
    await expect(run({ noise })).rejects.toThrow('solver tv needs Gaussian noise of equal variance');
    expect(tv.samplesPosterior).toBe(false);
  });

  it.each([
    ['weight', [1e-3, 200], [0]],
    ['iterations', [1, 1000], [0]],
    ['tolerance', [0, 1e-3], [-1e-9]],
  ])('takes %s from its range and no other', (option, taken, refused) => {
    const fits = (value: number) => tv.options.safeParse({ [option]: value }).success;
    expect(taken.filter((value) => !fits(value))).toEqual([]);
    expect(refused.filter(fits)).toEqual([]);
  });
});
