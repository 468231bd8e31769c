import { describe, expect, it } from 'vitest';
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
});
