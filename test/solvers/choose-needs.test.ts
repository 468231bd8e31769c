import { describe, expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import { requireMatch } from '../../solvers/choose.js';
import { solvers } from '../../solvers/index.js';
import { denseOperator } from '../../src/bench/dense.js';
import { UsageError } from '../../src/core/errors.js';
import { denseProblem, identity } from '../exact/dense.js';

const SHAPE = [1, 1, 2];
const problem = {
  ...denseProblem(identity(2), 0.1, SHAPE),
  operator: { ...denseOperator(identity(2), SHAPE), identity: true },
  measurementShape: SHAPE,
};
const prior = mixturePrior(new GaussianMixture([{ weight: 1, mean: [0, 0], covariance: 1 }]));
const { linearize: _, ...withoutGradient } = prior;
const { variance: __, ...poisson } = { ...problem.noise, name: 'poisson' };
const { adjoint: ___, ...nonlinear } = { ...problem.operator, adjoint: undefined, identity: false };

describe('requireMatch', () => {
  it('names the solvers that would work, and no other', () => {
    const task = { problem: { ...problem, operator: nonlinear }, prior: withoutGradient };
    let named: readonly string[] = [];
    try {
      requireMatch(solvers.tv, task);
    } catch (error) {
      named = (error as Error).message.split('these would work: ')[1]?.split(', ') ?? [];
    }
    for (const { name, needs } of Object.values(solvers)) {
      const more = needs.linear || needs.identity || needs.priorVjp || needs.noise === 'octaves';
      expect(named.includes(name), name).toBe(!more);
    }
  });

  it('lets every solver do the identity with Gaussian noise and a differentiable prior', () => {
    for (const solver of Object.values(solvers).filter(
      ({ needs }) => needs.prior !== 'latent' && needs.noise !== 'octaves',
    )) {
      const noisePrior = solver.needs.noisePrior && prior;
      expect(() => requireMatch(solver, { problem, prior, noisePrior })).not.toThrow();
    }
  });

  it.each([
    ['dps', { problem }, 'solver dps needs a prior of kind diffusion, but none was given'],
    [
      'dps',
      { problem, prior: withoutGradient },
      'solver dps needs a prior with a gradient, but prior gaussian-mixture has none',
    ],
    [
      'diffpir',
      { problem: { ...problem, noise: poisson }, prior },
      'solver diffpir needs Gaussian noise of equal variance, but the noise is poisson',
    ],
    [
      'tv',
      { problem: { ...problem, operator: nonlinear }, prior },
      'solver tv needs a linear operator, but the operator of problem dense is not linear',
    ],
    [
      'tweedie',
      { problem: { ...problem, operator: { ...problem.operator, identity: false } }, prior },
      'solver tweedie needs a measurement that is the image and noise, as denoise has it, but problem dense measures something else',
    ],
    [
      'dps',
      { problem, prior: { ...prior, channels: 3 } },
      'solver dps needs a prior of 1-channel images, but prior gaussian-mixture is one of 3-channel images',
    ],
    [
      'joint-diffusion',
      { problem, prior },
      'solver joint-diffusion needs a second prior, of the structured noise, but none was given',
    ],
    [
      'joint-diffusion',
      { problem, prior, noisePrior: withoutGradient },
      'solver joint-diffusion needs a second prior of kind diffusion with a gradient, but gaussian-mixture is none',
    ],
    [
      'joint-diffusion',
      { problem, prior, noisePrior: { ...prior, channels: 3 } },
      'solver joint-diffusion needs a second prior of arrays like the measurement, of shape 1×1×2, but prior gaussian-mixture is one of 3-channel images',
    ],
    [
      'dps',
      { problem, prior, noisePrior: prior },
      'solver dps needs noise without a prior of its own, but prior gaussian-mixture was given for it',
    ],
  ])('%s says what is lacking and what would work', (name, task, sentence) => {
    expect(() => requireMatch(solvers[name], task)).toThrow(`${sentence}; `);
    expect(() => requireMatch(solvers[name], task)).toThrow(UsageError);
  });
});
