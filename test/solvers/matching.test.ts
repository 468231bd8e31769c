import { describe, expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import { solvers } from '../../solvers/index.js';
import { requireMatch } from '../../solvers/matching.js';
import { UsageError } from '../../src/core/errors.js';
import { denseProblem, identity } from '../exact/dense.js';

const problem = denseProblem(identity(2), 0.1, [1, 1, 2]);
const prior = mixturePrior(new GaussianMixture([{ weight: 1, mean: [0, 0], covariance: 1 }]));
const { linearize: _, ...withoutGradient } = prior;
const { variance: __, ...poisson } = { ...problem.noise, name: 'poisson' };
const { adjoint: ___, ...nonlinear } = { ...problem.operator, adjoint: undefined };

describe('requireMatch', () => {
  it('lets every solver do a linear problem with Gaussian noise and a differentiable prior', () => {
    for (const solver of Object.values(solvers))
      expect(() => requireMatch(solver, { problem, prior })).not.toThrow();
  });

  it.each([
    [
      'dps',
      { problem },
      'solver dps needs a prior of kind diffusion, but none was given; these would work: wiener, tv',
    ],
    [
      'dps',
      { problem, prior: withoutGradient },
      'solver dps needs a prior with a gradient, but prior gaussian-mixture has none; these would work: diffpir, wiener, tv',
    ],
    [
      'diffpir',
      { problem: { ...problem, noise: poisson }, prior },
      'solver diffpir needs Gaussian noise of equal variance, but the noise is poisson; these would work: dps',
    ],
    [
      'tv',
      { problem: { ...problem, operator: nonlinear }, prior },
      'solver tv needs a linear operator, but the operator of problem dense is not linear; these would work: dps',
    ],
    [
      'dps',
      { problem, prior: { ...prior, channels: 3 } },
      'solver dps needs a prior of 1-channel images, but prior gaussian-mixture is one of 3-channel images; these would work: wiener, tv',
    ],
  ])('%s says what is lacking and what would work', (name, task, sentence) => {
    expect(() => requireMatch(solvers[name], task)).toThrow(new UsageError(sentence));
  });
});
