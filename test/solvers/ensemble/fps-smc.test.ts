/** FPS-SMC in one dimension, where its recursion can be written down, and on the reference problems. */
import { describe, expect, it } from 'vitest';
import { fpsSmc } from '../../../solvers/ensemble/fps-smc.js';
import { gaussianReference, mixtureReference } from '../../../src/bench/reference.js';
import { geometricSigmas } from '../../../src/core/schedule.js';
import { runEnsemble } from '../../exact/ensembles.js';
import { type Coordinates, contextOf, coordinatesTask, normalsOf } from '../coordinates.js';
import { runSolver } from '../run-solver.js';

const RANGE = [0.05, 2] as const;
const seen: Coordinates = { s: [0.8], y: [0.5], sigma: 0.1, m: 0.3, v: 0.2, range: RANGE };
const [A] = seen.s;
const [Y] = seen.y;
const STEPS = 6;
const sigmas = geometricSigmas(STEPS, ...RANGE);

/**
 * What every draw being the same number n makes of the recursion in the head of the solver's file: the state at the
 * end and the log-weight, up to what all particles share.
 */
function recursion(n: number, fresh: number) {
  let x = 0.5 + sigmas[0] * n;
  let path = Y + sigmas[0] * A * n;
  let logWeight = 0;
  for (let i = 0; i < STEPS; i++) {
    const [sigma, next] = [sigmas[i], sigmas[i + 1]];
    path = Y + Math.sqrt(1 - fresh) * (next / sigma) * (path - Y) + Math.sqrt(fresh) * next * A * n;
    const denoised = seen.m + (seen.v / (seen.v + sigma ** 2)) * (x - seen.m);
    const mean = denoised + Math.sqrt(1 - fresh) * (next / sigma) * (x - denoised);
    const spread = fresh * next ** 2;
    logWeight -= (path - A * mean) ** 2 / (2 * (spread * A ** 2 + seen.sigma ** 2));
    // The product N(x; mean, spread)·N(path; Ax, σ²), drawn by perturbing both and solving: n in each.
    const precision = spread > 0 ? 1 / spread + (A / seen.sigma) ** 2 : 1;
    const [drawn, observed] = [mean + Math.sqrt(spread) * n, path + seen.sigma * n];
    x = spread > 0 ? (drawn / spread + (A * observed) / seen.sigma ** 2) / precision : mean;
  }
  return { x, logWeight };
}

describe('FPS-SMC', () => {
  it.each([
    { n: 0, fresh: 0.95 },
    { n: 0.7, fresh: 0.95 },
    { n: -1.3, fresh: 0.4 },
    { n: 1, fresh: 1 },
  ])('follows its recursion, every draw $n, c = $fresh', async ({ n, fresh }) => {
    const options = { steps: STEPS, fresh, sigmaMax: 2, spacing: 'geometric', resampleBelow: 0 };
    const context = { ...contextOf(normalsOf(n).random), samples: 1 };
    const found = await runSolver(fpsSmc, coordinatesTask(seen), options, context);
    const expected = recursion(n, fresh);
    expect(found.samples[0].data[0]).toBeCloseTo(expected.x, 5);
    expect(found.logWeights[0]).toBeCloseTo(expected.logWeight, 4);
    expect(found.logEvidence).toBeUndefined();
  });

  it('draws from the product of the step and the path: its variance', async () => {
    const options = { steps: 2, sigmaMax: 2, spacing: 'geometric', fresh: 0.5, resampleBelow: 0 };
    const levels = geometricSigmas(2, ...RANGE);
    // Of the last normals drawn one is the step's, one the measurement's; the last level, 0, only denoises.
    const shrink = seen.v / (seen.v + levels[1] ** 2);
    const variance = 1 / (1 / (0.5 * levels[1] ** 2) + (A / seen.sigma) ** 2);
    const task = coordinatesTask(seen);
    const run = async (place: number) => {
      const normals = normalsOf(1, place);
      const { samples } = await runSolver(fpsSmc, task, options, {
        ...contextOf(normals.random),
        samples: 1,
      });
      return { x: samples[0].data[0], drawn: normals.drawn() };
    };
    const { x: mean, drawn } = await run(-1);
    // Start, first of the path, path of each level, and the two of the first step.
    expect(drawn).toBe(1 + 1 + 2 + 2);
    const moves = [(await run(3)).x - mean, (await run(4)).x - mean];
    expect(moves[0] ** 2 + moves[1] ** 2).toBeCloseTo(shrink ** 2 * variance, 6);
  });

  // Distances of 4000 particles by an independent implementation, [known]; 200 particles blur them.
  it.each([
    { reference: gaussianReference, known: 0.21 },
    { reference: mixtureReference, known: 0.53 },
  ])('is as far from the posterior of $reference.name as it is known to be', async ({ reference, known }) => {
    const options = { steps: 50, spacing: 'karras' };
    const { distance, floor } = await runEnsemble(fpsSmc, reference, options, 200);
    expect(Math.abs(distance - known)).toBeLessThan(2 * floor);
  });
});
