/** The steps themselves: test/solvers/pixel/dps.test.ts and test/solvers/latent/latent-dps.test.ts. */
import { expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../../models/mixture.js';
import type { DifferentiablePrior } from '../../../models/prior.js';
import { likelihoodChain } from '../../../solvers/parts/likelihood-chain.js';
import { floatArray } from '../../../src/core/array.js';
import { denseProblem } from '../../exact/dense.js';
import { contextOf, normalsOf } from '../coordinates.js';

const SHAPE = [1, 1, 1];
const law = new GaussianMixture([{ weight: 1, mean: [0.2], covariance: 0.5 }]);
const prior = mixturePrior(law, SHAPE, [0.01, 10]) as DifferentiablePrior;
const task = {
  problem: denseProblem([[1]], 0.1, SHAPE),
  measurement: floatArray(Float32Array.of(0.9), [1]),
  prior,
};
const silent = contextOf(normalsOf(0).random);

it.each([
  [undefined, 0.5],
  [0, 0],
  [2, 2],
])('begins at %s: the state is %d before anything is known', async (mean, start) => {
  const asked = { guidance: 'norm', paperStep: () => 0, mean } as const;
  const x = await likelihoodChain(task, [2, 0], asked, silent);
  expect(x.data[0]).toBeCloseTo(0.2 + (0.5 / 4.5) * (start - 0.2), 6);
});

it('asks for the step between two levels, of a state of so many values', async () => {
  const seen: number[][] = [];
  const paperStep = (...at: number[]) => {
    seen.push(at);
    return 0;
  };
  await likelihoodChain(task, [2, 1, 0], { guidance: 'bounded', paperStep }, silent);
  expect(seen).toEqual([
    [2, 1, 1],
    [1, 0, 1],
  ]);
});
