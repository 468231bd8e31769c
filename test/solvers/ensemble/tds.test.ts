import { describe, it } from 'vitest';
import { tds } from '../../../solvers/ensemble/tds.js';
import { gaussianReference, mixtureReference } from '../../../src/bench/reference.js';
import { expectNear } from '../../exact/ensembles.js';
import { atTheEnd, expectUnbiased } from '../../exact/unbiased.js';

describe('TDS', () => {
  it.each([0, 0.6, 1])(
    'has in expectation the evidence and the mean of its chain, resampling below %d',
    (resampleBelow) => expectUnbiased({ solver: tds, aim: atTheEnd, steps: 12, particles: 6, resampleBelow }),
  );

  it.each([
    { reference: gaussianReference, most: 0.13, evidence: 0.25 },
    { reference: mixtureReference, most: 0.2, evidence: 0.4 },
  ])('is near the posterior of $reference.name', ({ reference, ...limits }) =>
    expectNear(tds, reference, { steps: 50 }, limits),
  );
});
