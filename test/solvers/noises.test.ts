/** Every noise with every solver: a run, or the sentence that says what the solver needs. No silent least squares. */
import { describe, expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import { bind, noises, parseProblem, parseTerm } from '../../problems/index.js';
import { requireMatch } from '../../solvers/choose.js';
import { solvers } from '../../solvers/index.js';
import { floatArray } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { keyedRandom } from '../../src/core/random.js';
import { restore } from '../../src/restore.js';

const examples: Record<string, string> = {
  gaussian: 'gaussian:sigma=0.1',
  poisson: 'poisson:gain=0.01',
  'poisson-gaussian': 'poisson-gaussian:gain=0.01,sigma=0.02',
  laplace: 'laplace:scale=0.05',
  uniform: 'uniform:halfWidth=0.1',
  'salt-pepper': 'salt-pepper:fraction=0.1,sigma=0.05',
  speckle: 'speckle:looks=10',
  rician: 'rician:sigma=0.1',
  'log-poisson': 'log-poisson',
};
const prior = mixturePrior(
  new GaussianMixture([{ weight: 1, mean: [0.5, 0.5, 0.5, 0.5], covariance: 0.04 }]),
);
const image = floatArray(Float32Array.of(0.3, 0.6, 0.5, 0.4), [1, 1, 4]);

it('every noise has an example here', () => {
  expect(Object.keys(noises).filter((name) => name !== 'correlated')).toEqual(Object.keys(examples));
});

// Correlated noise is made white where the problem is linear: problems/noises/correlated.test.ts.
describe.each(Object.keys(examples))('%s', (name) => {
  const problem = bind(
    { ...parseProblem('denoise'), noise: parseTerm(examples[name]) },
    { imageShape: [1, 1, 4] },
  );
  const measurement = problem.noise.sample(image, keyedRandom(0, 'noises', 0)(name));

  const alone = Object.values(solvers).filter(({ needs }) => !needs.noisePrior && needs.noise !== 'octaves');
  it.each(alone.filter(({ needs }) => ['none', 'diffusion'].includes(needs.prior)))(
    'with $name',
    async (solver) => {
      const task = { problem, prior };
      const gaussian = problem.noise.variance !== undefined;
      const photons = solver.needs.photons && problem.noise.photonLevels;
      if (solver.needs.noise !== 'any' && !gaussian && !photons) {
        const sentence = new RegExp(`^solver ${solver.name} needs .*but the noise is ${name}; `);
        expect(() => requireMatch(solver, task)).toThrow(UsageError);
        expect(() => requireMatch(solver, task)).toThrow(sentence);
        await expect(restore({ measurement, problem, prior, solver: solver.name })).rejects.toThrow(sentence);
      } else if (solver.name === 'fk' && name === 'uniform') {
        // One particle is hardly ever within bounds at every pixel.
        const lone = restore({ measurement, problem, prior, solver: solver.name, samples: 1 });
        await expect(lone).rejects.toThrow('lost their weight');
      } else {
        const { mean } = await restore({ measurement, problem, prior, solver: solver.name, samples: 1 });
        expect(mean.data.every(Number.isFinite)).toBe(true);
      }
    },
  );
});
