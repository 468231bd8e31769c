/** Ensembles with exact denoisers: close to the posterior, and the evidence near log p(y). */
import { describe, expect, it } from 'vitest';
import { afdps } from '../../solvers/ensemble/afdps.js';
import { fpsSmc } from '../../solvers/ensemble/fps-smc.js';
import { mcgdiff } from '../../solvers/ensemble/mcgdiff.js';
import { tds } from '../../solvers/ensemble/tds.js';
import { gaussianReference, mixtureReference } from '../../src/bench/reference.js';
import { runEnsemble } from './ensembles.js';

// As many exact samples are at 0.07 (R0) and 0.08 (R1) and the prior's at 0.53 and 0.96; biased samplers at 0.13 and
// above on R0, and 0.18 and above on R1, of 4000 samples.
describe.each([
  { solver: tds, options: { steps: 50 }, reference: gaussianReference, most: 0.13, evidence: 0.25 },
  { solver: tds, options: { steps: 50 }, reference: mixtureReference, most: 0.2, evidence: 0.4 },
  { solver: mcgdiff, options: { steps: 50 }, reference: gaussianReference, most: 0.14, evidence: 0.6 },
  { solver: mcgdiff, options: { steps: 50 }, reference: mixtureReference, most: 0.2, evidence: 0.4 },
  // The evidence of few steps is known to be low by this much: noise levels are far apart.
  { solver: afdps, options: { steps: 50 }, reference: gaussianReference, most: 0.2, evidence: 0.6 },
  { solver: afdps, options: { steps: 50 }, reference: mixtureReference, most: 0.2, evidence: 0.6 },
  {
    solver: afdps,
    options: { variant: 'ode', steps: 50, leastVariance: 0.04 },
    reference: gaussianReference,
    most: 0.16,
  },
  {
    solver: afdps,
    options: { variant: 'ode', steps: 50, leastVariance: 0.04 },
    reference: mixtureReference,
    most: 0.2,
  },
])('$solver.name $options on $reference.name', ({ solver, options, reference, most, evidence }) => {
  it('is near the posterior', async () => {
    const { distance, floor, evidenceError, ess } = await runEnsemble(solver, reference, options, 200);
    expect(distance, `exact samples are at ${floor}`).toBeLessThan(most);
    if (evidence !== undefined) expect(Math.abs(evidenceError)).toBeLessThan(evidence);
    expect(ess.every((n) => n > 1 && n <= 200 + 1e-6)).toBe(true);
  });
});

// Distances of 4000 particles by an independent implementation, [known]; 200 particles blur them.
describe.each([
  { reference: gaussianReference, known: 0.21 },
  { reference: mixtureReference, known: 0.53 },
])('FPS-SMC on $reference.name', ({ reference, known }) => {
  it('is as far from the posterior as it is known to be', async () => {
    const { distance, floor } = await runEnsemble(fpsSmc, reference, { steps: 50, spacing: 'karras' }, 200);
    expect(Math.abs(distance - known)).toBeLessThan(2 * floor);
  });
});
