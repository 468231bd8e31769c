/** The draws themselves: test/solvers/pixel/daps.test.ts and test/solvers/latent/latent-daps.test.ts. */
import { expect, it } from 'vitest';
import { decoupledAnnealing } from '../../../solvers/parts/decoupled-annealing.js';
import { daps } from '../../../solvers/pixel/daps.js';
import {
  contextOf,
  coordinatesTask,
  expectLevels,
  normalsOf,
  noting,
  seenAndUnseen,
} from '../coordinates.js';

const options = { ...daps.options.parse({ steps: 2, flowSteps: 1, sigmaMin: 0.5 }) };

it.each([
  [undefined, 0.5],
  [0, 0],
])('begins at %s: what is never seen goes from %d to the prior', async (mean, start) => {
  const { task, levels } = noting(coordinatesTask(seenAndUnseen));
  const { problem, measurement, prior } = task;
  if (prior?.kind !== 'diffusion') throw new Error('a diffusion prior is expected');
  const silent = contextOf(normalsOf(0).random);
  const x = await decoupledAnnealing({ problem, measurement, prior }, options, silent, mean);
  expectLevels(levels, [2, 0.5]);
  const { m, v } = seenAndUnseen;
  const kept = (v / (v + 4)) * (v / (v + 0.25));
  expect(x.data[2]).toBeCloseTo(m + kept * (start - m), 5);
});
