/** SITCOM where each coordinate goes its own way: one of Adam's moves is its rate, whatever the gradient. */
import { describe, expect, it } from 'vitest';
import { sitcom } from '../../../solvers/pixel/sitcom.js';
import { geometricSigmas } from '../../../src/core/schedule.js';
import { vpScale } from '../../../src/core/units.js';
import {
  type Coordinates,
  contextOf,
  coordinatesTask,
  expectLevels,
  levelsOf,
  normalsOf,
  shrinkage,
} from '../coordinates.js';
import { counts, endless, expectRanges, needsOf, positive } from '../declared.js';
import { runSolver } from '../run-solver.js';

// Measured far above, and far below, what a chain comes to in a few steps.
const far: Coordinates = { s: [2, 1], y: [40, -30], sigma: 0.1, m: 0.3, v: 0.2, range: [0.1, 2] };

describe('SITCOM', () => {
  it.each([0, 1])(
    'moves the input, denoises it, and adds the noise of the next level: normals of %d',
    async (n) => {
      const [steps, iterations, rate] = [3, 1, 0.04];
      const sigmas = geometricSigmas(steps, ...far.range);
      const options = { steps, iterations, rate, spacing: 'geometric' };
      const { data } = await runSolver(sitcom, coordinatesTask(far), options, contextOf(normalsOf(n).random));
      [1, -1].forEach((up, i) => {
        let x = 0.5 + sigmas[0] * n;
        for (let k = 0; k < steps; k++) {
          // On [-1, 1], preserving variance, the input is 2a(x − ½).
          const moved = x + (up * rate) / (2 * vpScale(sigmas[k]));
          const shrink = shrinkage(far, sigmas[k]);
          x = shrink * moved + (1 - shrink) * far.m + sigmas[k + 1] * n;
        }
        expect(data[i]).toBeCloseTo(x, 5);
      });
    },
  );

  it.each([
    { off: 1.01, still: true },
    { off: 1.03, still: false },
  ])('moves nothing where residuals are up to 1.02 of the noise: $off', async ({ off, still }) => {
    const shrink = shrinkage(far, 2);
    const denoised = shrink * 0.5 + (1 - shrink) * far.m;
    const near = { ...far, y: far.s.map((s) => s * denoised + off * far.sigma) };
    const options = { steps: 1, iterations: 1, rate: 0.05 };
    const { data } = await runSolver(sitcom, coordinatesTask(near), options, contextOf(normalsOf(0).random));
    const move = still ? 0 : (shrink * 0.05) / (2 * vpScale(2));
    for (const value of data) expect(value).toBeCloseTo(denoised + move, 6);
  });

  it('visits the levels that it is told, with a last look after its moves at each', async () => {
    const levels = await levelsOf(sitcom, far, { steps: 3, iterations: 2, spacing: 'geometric' });
    const expected = [...geometricSigmas(3, ...far.range).slice(0, 3)].flatMap((sigma) => [
      sigma,
      sigma,
      sigma,
    ]);
    expectLevels(levels, expected);
  });

  it('gives other work a turn at each of its moves', async () => {
    const said: number[][] = [];
    const context = {
      ...contextOf(normalsOf(0).random),
      step: async (i: number, of: number) => void said.push([i, of]),
    };
    await runSolver(sitcom, coordinatesTask(far), { steps: 2, iterations: 3 }, context);
    expect(said).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1].map((i) => [i, 2]));
  });

  it('takes what its options say, any noise, and a prior with a gradient', () => {
    expectRanges(sitcom, {
      steps: counts(10_000),
      iterations: endless,
      rate: positive(),
      sigmaMax: positive(),
    });
    expect(needsOf(sitcom, coordinatesTask(far))).toEqual(['prior', 'gradient']);
    expect(sitcom.samplesPosterior).toBe(false);
  });
});
