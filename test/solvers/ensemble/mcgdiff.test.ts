import { describe, it } from 'vitest';
import { mcgdiff } from '../../../solvers/ensemble/mcgdiff.js';
import { gaussianReference, mixtureReference } from '../../../src/bench/reference.js';
import { expectNear } from '../../exact/ensembles.js';
import { atTheLevelOfTheNoise, expectUnbiased } from '../../exact/unbiased.js';

describe('MCGDiff', () => {
  it.each([0, 0.6])(
    'has in expectation the evidence and the mean of its chain, resampling below %d',
    (resampleBelow) =>
      expectUnbiased({ solver: mcgdiff, aim: atTheLevelOfTheNoise, steps: 15, particles: 12, resampleBelow }),
  );

  it.each([
    { reference: gaussianReference, most: 0.14, evidence: 0.6 },
    { reference: mixtureReference, most: 0.2, evidence: 0.4 },
  ])('is near the posterior of $reference.name', ({ reference, ...limits }) =>
    expectNear(mcgdiff, reference, { steps: 50 }, limits),
  );
});
