/** TReg where everything is linear: its chain in closed form, its noise, and what it steers away from. */
import { describe, expect, it } from 'vitest';
import type { LatentPrior } from '../../../models/prior.js';
import { treg } from '../../../solvers/latent/treg.js';
import { vpSigmas } from '../../../src/core/schedule.js';
import { restore } from '../../../src/restore.js';
import { solveDense, testContext } from '../../exact/dense.js';
import { atLeastZero, counts, endless, expectRanges, positive, share } from '../declared.js';
import { goingOn, keptSteps } from '../kept-steps.js';
import { runSolver } from '../run-solver.js';
import {
  A,
  CODE_SHAPE,
  decoded,
  denoised,
  E,
  M,
  plus,
  prior,
  SIGMA,
  task,
  times,
  transposed,
  Y,
} from './linear-codes.js';

/** Features of an image: how it is told from others, whatever it is. */
const FEATURES = [0.4, -0.1, 0];

/** A prior that takes texts; it notes how far what it steers away from was moved. */
function withText(negating = false) {
  const shifts: number[][] = [];
  const texted = (): LatentPrior => ({
    ...prior,
    text: 'a cat',
    condition: async () => texted(),
    ...(negating && {
      negation: {
        features: async () => Float32Array.from(FEATURES),
        moved(shift) {
          shifts.push([...shift]);
          return texted();
        },
      },
    }),
  });
  return { prior: texted(), shifts };
}

/** argmin ‖Au − y‖² + ρ‖u − x‖² */
function nearest(x: readonly number[], rho: number): number[] {
  const columns = transposed(A);
  const normal = columns.map((a, i) => columns.map((b, j) => times([a], b)[0] + (i === j ? rho : 0)));
  return plus(x, solveDense(normal, times(columns, plus(Y, times(A, x), -1))));
}

/** The chain on the variance-preserving code, as published. */
function followed({ steps, every, until, trust }: Record<string, number>): number[] {
  const { random } = testContext();
  const sigmas = vpSigmas(steps, 0.02, 3);
  let v = Array.from(
    random('init').normals(CODE_SHAPE).data,
    (n) => (sigmas[0] * n) / Math.hypot(1, sigmas[0]),
  );
  for (let i = 0; i < steps; i++) {
    const [alpha, previous] = [sigmas[i], sigmas[i + 1]].map((sigma) => 1 / (1 + sigma ** 2));
    const clean = denoised(
      v.map((value) => value / Math.sqrt(alpha)),
      sigmas[i],
    );
    const noise = v.map((value, j) => (value - Math.sqrt(alpha) * clean[j]) / Math.sqrt(1 - alpha));
    if (i % every !== 0 || i >= until * steps) {
      v = clean.map((value, j) => Math.sqrt(previous) * value + Math.sqrt(1 - previous) * noise[j]);
      continue;
    }
    const consistent = plus(times(M, nearest(decoded(clean), (SIGMA / trust) ** 2)), E);
    const stream = random('step', i);
    v = clean.map((value, j) => {
      const mean = previous * consistent[j] + (1 - previous) * value;
      const fresh = Math.sqrt(1 - previous) * Math.sqrt(previous) * stream.normal();
      return Math.sqrt(previous) * mean + (1 - previous) * noise[j] + fresh;
    });
  }
  return decoded(v);
}

describe('treg', () => {
  it.each([
    { steps: 7, every: 3, until: 0.85, trust: 0.5 },
    { steps: 6, every: 1, until: 0.5, trust: 0.1 },
    { steps: 5, every: 2, until: 1, trust: 2 },
    { steps: 5, every: 1, until: 0, trust: 2 },
  ])('is its formulas: $steps steps, data every $every until $until', async (options) => {
    const job = { ...task, prior: withText().prior };
    const found = await runSolver(treg, job, { ...options, sigmaMax: 3 }, testContext());
    followed(options).forEach((value, i) => {
      expect(Math.abs(found.data[i] - value)).toBeLessThan(2e-5);
    });
  });

  it('moves what it steers away from off what the image shows, from one data step to the next', async () => {
    const run = async (options: object) => {
      const { prior: negated, shifts } = withText(true);
      await runSolver(
        treg,
        { ...task, prior: negated },
        { steps: 6, every: 2, until: 1, ...options },
        testContext(),
      );
      return shifts;
    };
    const shifts = await run({ negation: 0.25 });
    expect(shifts).toEqual([
      [-0.25, 0.25, 0],
      [-0.5, 0.5, 0],
      [-0.75, 0.75, 0],
    ]);
    // What is steered away from is ever less like the image.
    const alike = shifts.map((shift) => shift.reduce((sum, value, i) => sum + value * FEATURES[i], 0));
    expect(alike).toEqual([...alike].sort((a, b) => b - a));
    expect((await run({}))[0][0]).toBeCloseTo(-0.008, 6);
    expect(await run({ negation: 0 })).toEqual([]);
  });

  it('goes on from where it was stopped with what it had moved until then', async () => {
    const { prior: negated, shifts } = withText(true);
    const options = { steps: 6, every: 2, until: 1, negation: 0.25 };
    const job = { ...task, prior: negated, solver: 'treg', samples: 1, options };
    const { kept } = await keptSteps(job);
    shifts.length = 0;
    await goingOn(job, kept[3]);
    expect(shifts).toEqual([
      [-0.5, 0.5, 0],
      [-0.75, 0.75, 0],
    ]);
  });

  it('says what it lacks', async () => {
    expectRanges(treg, {
      ...{ steps: counts(10_000), every: endless, until: share, trust: positive(), negation: atLeastZero },
      sigmaMax: positive(),
    });
    await expect(restore({ ...task, prior, solver: 'treg' })).rejects.toThrow(
      /^solver treg needs a prior that takes texts \(a diffusers folder with text_encoder\/\), but prior linear codes takes none; these would work: resample, /,
    );
    const job = { ...task, prior: withText().prior, solver: 'treg', samples: 1 };
    await expect(restore({ ...job, options: { negation: 0.1 } })).rejects.toThrow(
      'solver treg: negation=0.1 needs a text, guidance other than 1 and a prior with an image encoder (image_encoder/)',
    );
    const found = await restore({ ...job, options: { steps: 3 } });
    expect([found.samplesPosterior, found.vjps]).toEqual([false, 0]);
  });
});
