/** Joint diffusion where both priors are Gaussian, coordinate by coordinate: the law it draws from, by the formulas. */
import { describe, expect, it } from 'vitest';
import type { DifferentiablePrior } from '../../../models/prior.js';
import { gaussianNoise } from '../../../problems/noises/gaussian.js';
import { withLinearization } from '../../../problems/operator.js';
import { diagonal } from '../../../problems/parts/diagonal.js';
import { problemOf } from '../../../problems/problem.js';
import { jointDiffusion } from '../../../solvers/pixel/joint-diffusion.js';
import type { Task } from '../../../solvers/solver.js';
import { type FloatArray, floatArray } from '../../../src/core/array.js';
import { geometricSigmas } from '../../../src/core/schedule.js';
import {
  contextOf,
  coordinatesTask,
  expectLaws,
  expectLevels,
  type Law,
  lawsOf,
  normalsOf,
  noting,
  seenAndUnseen as seen,
} from '../coordinates.js';
import { counts, endless, expectRanges, needsOf, positive } from '../declared.js';
import { runSolver } from '../run-solver.js';

/** What lies over the image: N(0.6, 0.1), known from 0.05 to 1. */
const over = { ...seen, m: 0.6, v: 0.1, range: [0.05, 1] as const };
const RANGE = over.range;
const STEPS = 5;
const sigmas = geometricSigmas(STEPS, ...RANGE);
const SHAPE = [1, 1, seen.s.length];

function taskWith(observed?: Float32Array): Task {
  const task = coordinatesTask(seen);
  const operator = { ...diagonal(SHAPE, Float32Array.from(seen.s)), ...(observed && { observed }) };
  return {
    ...task,
    problem: problemOf(operator, gaussianNoise(seen.sigma)),
    noisePrior: coordinatesTask(over).prior,
  };
}

/** [[a, b], [b, d]]⁻¹ */
function inverse([a, b, d]: readonly number[]): number[] {
  const determinant = a * d - b * b;
  return [d / determinant, -b / determinant, a / determinant];
}

/**
 * Of a coordinate of the image. The pair z = (x, n) of a coordinate is measured by (s, c), and about it
 * E[z0 | z_σ, y] = P⁻¹(z/σ² + prior + (s, c)ᵀy/σ_n²), P = 1/σ² + prior's + (s, c)ᵀ(s, c)/σ_n².
 */
function law(s: number, c: number, y: number): Law {
  let mean = [0.5, 0.5];
  // Its entries 11, 12, 22.
  let covariance = [sigmas[0] ** 2, 0, sigmas[0] ** 2];
  const data = 1 / seen.sigma ** 2;
  for (let k = 0; k < STEPS; k++) {
    const [sigma, next] = [sigmas[k], sigmas[k + 1]];
    const from = 1 / sigma ** 2;
    const P = inverse([1 / seen.v + from + s * s * data, s * c * data, 1 / over.v + from + c * c * data]);
    const right = [seen.m / seen.v + s * y * data, over.m / over.v + c * y * data];
    const keep = (next / sigma) ** 2;
    // z' = M z + (1 − keep) P⁻¹ right + noise, M = keep + (1 − keep) P⁻¹/σ²
    const M = P.map((value, i) => (1 - keep) * value * from + (i === 1 ? 0 : keep));
    const [u, v] = mean;
    mean = [
      M[0] * u + M[1] * v + (1 - keep) * (P[0] * right[0] + P[1] * right[1]),
      M[1] * u + M[2] * v + (1 - keep) * (P[1] * right[0] + P[2] * right[1]),
    ];
    const [p, q, r] = covariance;
    const fresh = next ** 2 * (1 - keep);
    covariance = [
      M[0] * M[0] * p + 2 * M[0] * M[1] * q + M[1] * M[1] * r + fresh,
      M[0] * M[1] * p + (M[0] * M[2] + M[1] * M[1]) * q + M[1] * M[2] * r,
      M[1] * M[1] * p + 2 * M[1] * M[2] * q + M[2] * M[2] * r + fresh,
    ];
  }
  return { mean: mean[0], variance: covariance[0] };
}

const options = { steps: STEPS, spacing: 'geometric' };

describe('joint diffusion', () => {
  it.each([
    { noiseScale: 1, noiseCentre: 0 },
    { noiseScale: 0.7, noiseCentre: 0.5 },
  ])('draws what its formulas say: s = $noiseScale, c = $noiseCentre', async (chosen) => {
    const laws = seen.s.map((s, i) =>
      law(s, chosen.noiseScale, seen.y[i] + chosen.noiseScale * chosen.noiseCentre),
    );
    expectLaws(await lawsOf(jointDiffusion, taskWith(), { ...options, ...chosen }), laws);
  });

  it('lays nothing over what is not measured', async () => {
    const laws = seen.s.map((s, i) => (s === 0 ? law(0, 0, 0) : law(s, 1, seen.y[i] + 0.5)));
    const holes = taskWith(Float32Array.of(1, 1, 0));
    expectLaws(await lawsOf(jointDiffusion, holes, { ...options, noiseCentre: 0.5 }), laws);
  });

  it('knows the image from what lies over it where there are fewer values than pixels', async () => {
    // The first two pixels are measured, and the third is not.
    const [shape, two] = [SHAPE, [1, 1, 2]];
    const part = withLinearization({
      inputShape: shape,
      outputShape: two,
      apply: ({ data }) => floatArray(Float32Array.of(seen.s[0] * data[0], seen.s[1] * data[1]), two),
      adjoint: ({ data }) => floatArray(Float32Array.of(seen.s[0] * data[0], seen.s[1] * data[1], 0), shape),
    });
    const task = {
      ...taskWith(),
      measurement: floatArray(Float32Array.from(seen.y.slice(0, 2)), two),
      problem: problemOf(part, gaussianNoise(seen.sigma)),
      noisePrior: coordinatesTask({ ...over, s: [1, 1], y: [0, 0] }).prior,
    };
    const laws = seen.s.map((s, i) => (i < 2 ? law(s, 1, seen.y[i]) : law(0, 0, 0)));
    expectLaws(await lawsOf(jointDiffusion, task, options), laws);
  });

  it.each([
    { image: [0.02, 2], over: [0.05, 1], both: [0.05, 1] },
    { image: [0.04, 0.9], over: [0.03, 1.5], both: [0.04, 0.9] },
  ] as const)('visits the levels that both priors know: $both', async ({ image, over: second, both }) => {
    const first = noting(coordinatesTask({ ...seen, range: image }));
    const last = noting(coordinatesTask({ ...over, range: second }));
    const task = { ...first.task, noisePrior: last.task.prior };
    await runSolver(jointDiffusion, task, options, contextOf(normalsOf(0).random));
    const expected = geometricSigmas(STEPS, both[0], both[1]).slice(0, STEPS);
    expectLevels(first.levels, expected);
    expectLevels(last.levels, expected);
  });

  it('frees what it opened, and the first network where the second fails', async () => {
    let open = 0;
    const counting = (prior: Task['prior'], fails = false) =>
      ({
        ...prior,
        async linearize(x: FloatArray, sigma: number) {
          if (fails) throw new Error('the second network fails');
          const linearization = await (prior as DifferentiablePrior).linearize(x, sigma);
          open++;
          return { ...linearization, release: () => void open-- };
        },
      }) as Task['prior'];
    const task = taskWith();
    const run = (fails: boolean) =>
      runSolver(
        jointDiffusion,
        { ...task, prior: counting(task.prior), noisePrior: counting(task.noisePrior, fails) },
        options,
        contextOf(normalsOf(0).random),
      );
    await run(false);
    expect(open).toBe(0);
    await expect(run(true)).rejects.toThrow('the second network fails');
    expect(open).toBe(0);
  });

  it('takes what its options say, and linear operators with noise of equal variance', () => {
    expectRanges(jointDiffusion, { steps: counts(10_000), iterations: endless, noiseScale: positive() });
    expectRanges(jointDiffusion, { noiseCentre: { takes: [-1, 0, 0.5], refuses: [Number.NaN] } });
    const needs = ['prior', 'gradient', 'linear', 'equal variance', 'variance'];
    expect(needsOf(jointDiffusion, taskWith())).toEqual(needs);
    const alone = { ...taskWith(), noisePrior: undefined };
    expect(() => needsOf(jointDiffusion, alone)).toThrow('needs a second prior');
    expect(jointDiffusion.samplesPosterior).toBe(true);
  });
});
