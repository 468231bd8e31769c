/** DAPS over codes of one variance, where its Gaussian is the true conditional: its draws are the posterior's. */
import { describe, expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../../models/mixture.js';
import { latentDaps } from '../../../solvers/latent/latent-daps.js';
import { karrasSigmas } from '../../../src/core/schedule.js';
import { restore } from '../../../src/restore.js';
import { contextOf, lawsOf, normalsOf } from '../coordinates.js';
import { counts, endless, expectRanges, positive } from '../declared.js';
import { runSolver } from '../run-solver.js';
import { CODE_SHAPE, decoded, posterior, prior, task } from './linear-codes.js';

const V = 0.5;
const MEAN = [0.4, -0.7];
const white = mixturePrior(
  new GaussianMixture([{ weight: 1, mean: MEAN, covariance: V }]),
  CODE_SHAPE,
  [0.02, 20],
);
const exact = posterior([V, V]);
const ofEqualVariance = { ...task, prior: { ...prior, codes: white } };

describe('latent-daps', () => {
  it.each(['langevin', 'hmc'])(
    'draws from the posterior where its Gaussian is right: %s',
    async (sampler) => {
      const options = {
        ...{ steps: 2, flowSteps: 1, sigmaMax: 3, sigmaMin: 1, priorVariance: V },
        ...{ sampler, chainSteps: 40, stepSize: 0.3, momentum: 0.5 },
      };
      const laws = await lawsOf(latentDaps, ofEqualVariance, options);
      const image = decoded(exact.mean);
      laws.forEach(({ mean, variance }, i) => {
        expect(Math.abs(mean - image[i])).toBeLessThan(0.03);
        // Steps of this length make Langevin's variances too large by up to a fifth.
        expect(
          Math.abs(variance / exact.imageVariance[i] - 1),
          `${variance} of ${exact.imageVariance[i]}`,
        ).toBeLessThan(0.2);
      });
    },
  );

  it('is too wide where r = σ, as published', async () => {
    const options = { steps: 2, flowSteps: 1, sigmaMax: 3, sigmaMin: 1, chainSteps: 40, stepSize: 0.3 };
    const laws = await lawsOf(latentDaps, ofEqualVariance, options);
    expect(laws[2].variance).toBeGreaterThan(1.2 * exact.imageVariance[2]);
  });

  it('begins at codes of mean 0, and asks the network at the levels it is told', async () => {
    const asked: [number, number][] = [];
    const codes = {
      ...white,
      denoise: async (z: Parameters<typeof white.denoise>[0], sigma: number) => {
        asked.push([z.data[0], sigma]);
        return white.denoise(z, sigma);
      },
    };
    const options = { steps: 3, flowSteps: 1, sigmaMax: 4, sigmaMin: 0.2, chainSteps: 1 };
    const silent = contextOf(normalsOf(0).random);
    await runSolver(latentDaps, { ...task, prior: { ...prior, codes } }, options, silent);
    expect(asked[0][0]).toBe(0);
    expect(asked.map(([, sigma]) => sigma)).toEqual([...karrasSigmas(3, 0.2, 4).slice(0, 3)]);
  });

  it('takes what its options say, and a prior whose decoder alone has a gradient', async () => {
    expectRanges(latentDaps, {
      ...{ steps: counts(10_000), flowSteps: endless, sigmaMax: positive(), sigmaMin: positive() },
      ...{ priorVariance: positive(), chainSteps: endless, stepSize: positive(1) },
    });
    expect(latentDaps.options.parse({})).toMatchObject({ sampler: 'langevin', countDrawn: false });
    const { linearize: _, ...modest } = white;
    const { encode: __, linearizeEncode: ___, ...decoder } = prior;
    const options = { steps: 2, chainSteps: 2 };
    const job = { ...task, solver: 'latent-daps', samples: 1, options };
    await restore({ ...job, prior: { ...decoder, codes: modest } });
    const { linearizeDecode: ____, ...forwardOnly } = prior;
    await expect(restore({ ...job, prior: forwardOnly })).rejects.toThrow(
      /^solver latent-daps needs a prior with a decoder that can be differentiated, but prior linear codes has none/,
    );
  });
});
