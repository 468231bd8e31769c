/** ΠGDM and MMPS against posteriors in closed form, and against an independent implementation. */
import { describe, expect, it } from 'vitest';
import { mmps } from '../../solvers/pixel/mmps.js';
import { pigdm } from '../../solvers/pixel/pigdm.js';
import { gaussianReference, mixtureReference, referenceTask } from '../../src/bench/reference.js';
import { distanceOf } from './distance.js';
import { momentsOf } from './moments.js';

/** σ from 20 to 0.02 in the reference's units. */
const gaussian = referenceTask(gaussianReference, [0.01, 10]);

describe('on a Gaussian prior (R0), where each step is affine', () => {
  it('ΠGDM in 200 steps has the moments of an independent implementation', async () => {
    const found = await momentsOf(pigdm, gaussian, { steps: 200, spacing: 'karras' });
    // That one begins at grey, which a start from σ = 10 forgets but for this much.
    [0.944168, -0.412149].forEach((value, i) => {
      expect(Math.abs(found.mean[i] - value)).toBeLessThan(0.004);
    });
    [0.268477, -0.278938, 0.854445].forEach((value, i) => {
      expect(found.covariance[i]).toBeCloseTo(value, 4);
    });
  });

  it('MMPS in 30 steps has those of the posterior', async () => {
    const found = await momentsOf(mmps, gaussian, { steps: 30, spacing: 'geometric' });
    const { posterior } = gaussianReference;
    const [a, b, , c] = posterior.covariance();
    posterior.mean().forEach((value, i) => {
      expect(Math.abs(found.mean[i] - value)).toBeLessThan(0.01);
    });
    [a, b, c].forEach((value, i) => {
      expect(Math.abs(found.covariance[i] - value)).toBeLessThan(0.03 * c);
    });
  });
});

describe('on a mixture (R1)', () => {
  // Distances at 4000 samples, [known]; 250 samples blur them by about 0.08.
  it.each([
    { solver: mmps, known: 0.078 },
    { solver: pigdm, known: 0.107 },
  ])('$solver.name is as far from the posterior as it is known to be', async ({ solver, known }) => {
    const { distance, floor } = await distanceOf(solver, mixtureReference, { steps: 60 }, 250);
    expect(distance).toBeLessThan(known + floor);
  });
});
