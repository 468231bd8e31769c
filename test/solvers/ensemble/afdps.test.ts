import { describe, it } from 'vitest';
import { afdps } from '../../../solvers/ensemble/afdps.js';
import { gaussianReference, mixtureReference } from '../../../src/bench/reference.js';
import { expectNear } from '../../exact/ensembles.js';
import { atTheEnd, expectUnbiased } from '../../exact/unbiased.js';

describe('AFDPS', () => {
  it('has in expectation the evidence and the mean of its chain', () =>
    expectUnbiased({ solver: afdps, aim: atTheEnd, steps: 20, particles: 24, resampleBelow: 0.6 }));

  // The evidence of few steps is known to be low by this much: noise levels are far apart.
  it.each([gaussianReference, mixtureReference])('is near the posterior of $name', (reference) =>
    expectNear(afdps, reference, { steps: 50 }, { most: 0.2, evidence: 0.6 }),
  );

  it.each([
    { reference: gaussianReference, most: 0.16 },
    { reference: mixtureReference, most: 0.2 },
  ])('is near the posterior of $reference.name by its flow', ({ reference, most }) =>
    expectNear(afdps, reference, { variant: 'ode', steps: 50, leastVariance: 0.04 }, { most }),
  );
});
