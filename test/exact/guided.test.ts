/** ΠGDM and MMPS against the moments that an independent implementation propagates on the same noise levels. */
import { describe, expect, it } from 'vitest';
import { mmps } from '../../solvers/pixel/mmps.js';
import { pigdm } from '../../solvers/pixel/pigdm.js';
import { gaussianReference, mixtureReference, referenceTask } from '../../src/bench/reference.js';
import { distanceOf } from './distance.js';
import { momentsOf } from './moments.js';

/** σ from 20 to 0.02 in the reference's units. */
const gaussian = referenceTask(gaussianReference, [0.01, 10]);

describe('on a Gaussian prior (R0), where each step is affine', () => {
  it.each([
    { solver: mmps, steps: 50, mean: [0.941569, -0.453615], covariance: [0.240662, -0.247915, 0.788294] },
    {
      solver: pigdm,
      steps: 200,
      mean: [0.944168, -0.412149],
      covariance: [0.268477, -0.278938, 0.854445],
    },
  ])('$solver.name, $steps steps', async ({ solver, steps, mean, covariance }) => {
    const found = await momentsOf(solver, gaussian, { steps, spacing: 'karras' });
    mean.forEach((value, i) => {
      expect(found.mean[i]).toBeCloseTo(value, 4);
    });
    covariance.forEach((value, i) => {
      expect(found.covariance[i]).toBeCloseTo(value, 4);
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
