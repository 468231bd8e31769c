/** Feynman–Kac steering: its expectations are exact at any number of particles, its limit is the posterior. */
import { describe, expect, it } from 'vitest';
import { fk } from '../../../solvers/ensemble/fk.js';
import { gaussianReference, mixtureReference } from '../../../src/bench/reference.js';
import { expectNear } from '../../exact/ensembles.js';
import { atTheEnd, expectUnbiased } from '../../exact/unbiased.js';
import { coordinatesTask, seenAndUnseen as seen } from '../coordinates.js';
import { needsOf } from '../declared.js';

describe('Feynman–Kac steering', () => {
  it.each([
    { lambda: 1, resampleBelow: 0 },
    { lambda: 1, resampleBelow: 0.6 },
    { lambda: 1, resampleBelow: 1 },
    { lambda: 0.3, resampleBelow: 0.6 },
    { lambda: 0, resampleBelow: 0.6 },
  ])(
    'has in expectation the evidence and the mean of its chain: $lambda, $resampleBelow',
    ({ lambda, resampleBelow }) =>
      expectUnbiased({
        solver: fk,
        aim: atTheEnd,
        steps: 12,
        particles: 6,
        resampleBelow,
        others: { lambda },
      }),
  );

  it.each([
    { reference: gaussianReference, most: 0.16, evidence: 0.25 },
    { reference: mixtureReference, most: 0.3, evidence: 0.5 },
  ])('is near the posterior of $reference.name', ({ reference, ...limits }) =>
    expectNear(fk, reference, { steps: 50 }, limits),
  );

  it('asks for no gradient, of the network or of the operator, and takes any noise', () => {
    expect(needsOf(fk, coordinatesTask(seen))).toEqual(['prior']);
    expect(fk.samplesPosterior).toBe(true);
  });
});
