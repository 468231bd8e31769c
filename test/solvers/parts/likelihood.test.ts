import { describe, expect, it } from 'vitest';
import { gaussianNoise } from '../../../problems/noises/gaussian.js';
import { diagonal } from '../../../problems/parts/diagonal.js';
import { problemOf } from '../../../problems/problem.js';
import {
  curvatureByPixel,
  likelihoodCurvature,
  likelihoodGradient,
} from '../../../solvers/parts/likelihood.js';
import { floatArray } from '../../../src/core/array.js';
import { denseProblem } from '../../exact/dense.js';

const SHAPE = [1, 1, 3];
const image = (...values: number[]) => floatArray(Float32Array.from(values), SHAPE);
const s = [2, 0.5, 0];
const sigma = 0.2;
const problem = problemOf(diagonal(SHAPE, Float32Array.from(s)), gaussianNoise(sigma));
const [x, y] = [image(0.3, 0.6, 0.9), image(0.8, 0.1, 0)];

describe('the likelihood of independent pixels', () => {
  it('has the gradient s(y − sx)/σ²', async () => {
    const { data } = await likelihoodGradient(problem, y, x);
    s.forEach((gain, i) => {
      expect(data[i]).toBeCloseTo((gain * (y.data[i] - gain * x.data[i])) / sigma ** 2, 4);
    });
  });

  it('has the curvature s²/σ² in each pixel, and the largest of them', async () => {
    const own = await curvatureByPixel(problem, y, x);
    s.forEach((gain, i) => {
      expect(own[i]).toBeCloseTo(gain ** 2 / sigma ** 2, 1);
    });
    expect((await likelihoodCurvature(problem, y, x)) / (4 / sigma ** 2)).toBeCloseTo(1, 3);
  });

  it('has a curvature in units of each pixel', async () => {
    // In these units the second pixel is the more curved: (0.5·8)² against (2·0.1)².
    const found = await likelihoodCurvature(problem, y, x, Float32Array.of(0.1, 8, 1));
    expect(found / (16 / sigma ** 2)).toBeCloseTo(1, 3);
  });

  it('is flat where nothing is measured', async () => {
    const blind = problemOf(diagonal(SHAPE, new Float32Array(3)), gaussianNoise(sigma));
    expect(await likelihoodCurvature(blind, y, x)).toBe(0);
    expect([...(await curvatureByPixel(blind, y, x))]).toEqual([0, 0, 0]);
  });
});

describe('the likelihood of mixed pixels', () => {
  it('has the largest eigenvalue of AᵀA/σ² for curvature', async () => {
    // AᵀA = [[5, 4], [4, 5]] has the eigenvalues 9 and 1.
    const mixed = denseProblem(
      [
        [2, 1],
        [1, 2],
      ],
      0.5,
      [1, 1, 2],
    );
    const [at, seen] = [0, 1].map((value) => floatArray(Float32Array.of(value, 0.3), [1, 1, 2]));
    const found = await likelihoodCurvature(mixed, floatArray(seen.data, [2]), at);
    expect(found / (9 / 0.25)).toBeGreaterThan(0.99);
    expect(found / (9 / 0.25)).toBeLessThan(1.001);
  });

  it('frees what it linearized', async () => {
    let open = 0;
    const operator = {
      ...problem.operator,
      linearize: async (at: typeof x) => {
        open++;
        return { ...(await problem.operator.linearize(at)), release: () => open-- };
      },
    } as unknown as typeof problem.operator;
    await likelihoodGradient({ ...problem, operator }, y, x);
    expect(open).toBe(0);
  });
});
