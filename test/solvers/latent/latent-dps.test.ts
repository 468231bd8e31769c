/** DPS over codes where everything is linear: its formulas, step by step, and the posterior that it is near. */
import { describe, expect, it } from 'vitest';
import { latentDps } from '../../../solvers/latent/latent-dps.js';
import { vpSigmas } from '../../../src/core/schedule.js';
import { restore } from '../../../src/restore.js';
import { testContext } from '../../exact/dense.js';
import { contextOf, normalsOf } from '../coordinates.js';
import { atLeastZero, counts, expectRanges, positive } from '../declared.js';
import { runSolver } from '../run-solver.js';
import {
  A,
  CODE_SHAPE,
  decoded,
  denoised,
  IMAGE_SHAPE,
  kept,
  MEAN,
  measured,
  plus,
  posterior,
  prior,
  SIGMA,
  task,
  times,
  transposed,
  W,
  Y,
} from './linear-codes.js';

/** The chain in double precision, its step along the gradient in the paper's way, or Bayes'. */
function followed(
  steps: number,
  stepOn: (sigma: number, next: number, residual: number[]) => number,
): number[] {
  const { random } = testContext();
  const sigmas = vpSigmas(steps, 0.02, 3);
  let z = Array.from(random('init').normals(CODE_SHAPE).data, (n) => sigmas[0] * n);
  for (let i = 0; i < steps; i++) {
    const [sigma, next] = [sigmas[i], sigmas[i + 1]];
    const clean = denoised(z, sigma);
    const residual = plus(Y, measured(clean), -1);
    const pull = times(transposed(W), times(transposed(A), residual));
    const keep = (next / sigma) ** 2;
    const stream = random('step', i);
    z = z.map(
      (value, j) =>
        clean[j] +
        keep * (value - clean[j]) +
        next * Math.sqrt(1 - keep) * stream.normal() +
        stepOn(sigma, next, residual) * kept(sigma)[j] * pull[j],
    );
  }
  return decoded(z);
}

const expectClose = (found: ArrayLike<number>, expected: readonly number[]) =>
  expected.forEach((value, i) => {
    expect(Math.abs(found[i] - value)).toBeLessThan(2e-5);
  });

describe('latent-dps', () => {
  it('goes down the gradient through operator, decoder and network, in the paper’s units', async () => {
    const [steps, zeta] = [12, 5];
    const options = { steps, zeta, guidance: 'norm', sigmaMax: 3 };
    const found = await runSolver(latentDps, task, options, testContext());
    // A code of variance-preserving a_t z is moved, by residuals on [-1, 1], as if it were one of 3×64×64.
    const step = (sigma: number, next: number, residual: number[]) =>
      (2 * zeta * Math.sqrt((1 + sigma ** 2) * (1 + next ** 2)) * Math.sqrt(2 / 12288)) /
      Math.hypot(...residual);
    expectClose(found.data, followed(steps, step));
  });

  it('takes Bayes’ step when told', async () => {
    const options = { steps: 30, guidance: 'likelihood', sigmaMax: 3 };
    const found = await runSolver(latentDps, task, options, testContext());
    expectClose(
      found.data,
      followed(30, (sigma, next) => (sigma ** 2 - next ** 2) / SIGMA ** 2),
    );
  });

  it('has a mean near that of the posterior, and gives images', async () => {
    // The chain is affine in its normals: without them it is its own mean.
    const silent = contextOf(normalsOf(0).random);
    const options = { steps: 200, guidance: 'likelihood', sigmaMax: 10 };
    const found = await runSolver(latentDps, task, options, silent);
    expect(found.shape).toEqual(IMAGE_SHAPE);
    const [before, after] = [decoded(MEAN), decoded(posterior().mean)];
    // DPS takes x0 for known where it is not, and so leaves some of the way.
    const [left, way] = [plus(after, [...found.data], -1), plus(after, before, -1)];
    expect(Math.hypot(...left)).toBeLessThan(0.4 * Math.hypot(...way));
  });

  it('takes what its options say, and no more of a prior than gradients of network and decoder', async () => {
    expectRanges(latentDps, { steps: counts(10_000), zeta: atLeastZero, sigmaMax: positive() });
    const { encode: _, linearizeEncode: __, ...decoder } = prior;
    const options = { steps: 2 };
    await restore({ ...task, prior: decoder, solver: 'latent-dps', samples: 1, options });
    const { linearizeDecode: ___, ...forwardOnly } = prior;
    await expect(restore({ ...task, prior: forwardOnly, solver: 'latent-dps' })).rejects.toThrow(
      /^solver latent-dps needs a prior with a gradient/,
    );
  });
});
