/**
 * VBLE (Biquard, Chabert, Genin, Latry, Oberlin, "Variational Bayes image restoration with compressive autoencoders",
 * arXiv 2311.17744): the law of the codes given the measurement, as a product of independent laws,
 *
 *   max over z̄, a of  E_q[log p(y | A(D(z)))] + λ(E_q[log p(z | h) + log p(h)] + Σ log a),   q(z, h) = Π U(z̄ ± a/2)
 *
 * and then draws of it: a sample costs one run of the decoder. What the decoder cannot show counts as noise of the
 * measurement only, so that intervals are too narrow where there is little noise: vble-xz mends that.
 *
 * Departs from the published code: images are not clipped to [−0.1, 1.1] before the operator; the mean of the last
 * quarter of the steps is taken rather than the last step; any noise by its own likelihood; the first image is
 * Wiener's.
 */
import { z } from 'zod';
import type { FloatArray } from '../../src/core/array.js';
import { defineSolver } from '../define-solver.js';
import { compressiveImages } from '../parts/compressive-images.js';
import { eachParticle } from '../parts/population.js';
import { startImage } from '../parts/start-image.js';
import {
  codeOptions,
  decodeDraw,
  drawUnits,
  FAMILIES,
  factorsAround,
  fitCodes,
} from '../parts/variational-codes.js';

const options = z.strictObject({
  ...codeOptions,
  family: z
    .enum(['uniform', 'gaussian'])
    .default('uniform')
    .describe('law of a code around its centre: uniform for compressive priors, gaussian for plain VAEs'),
  draws: z.int().min(1).max(64).default(1).describe('draws of the codes in a step'),
});

export const vble = defineSolver({
  kind: 'ensemble',
  name: 'vble',
  summary:
    'VBLE: the law of the codes of a compressive autoencoder, by optimisation; samples cost one decoding',
  needs: { prior: 'compressive', priorVjp: true, noise: 'any' },
  samplesPosterior: true,
  options,
  presets: {},

  async run(task, { family: name, draws, weight, modulation, ...fit }, context) {
    const { problem, measurement, prior } = task;
    const { signal, samples } = context;
    const family = FAMILIES[name];
    const images = compressiveImages(prior, problem.imageShape, modulation, signal);
    const steps = fit.iterations + samples;
    const first = await startImage(task, () => context.step(0, steps));
    const q = { factors: factorsAround(await images.encode(first)) };
    const asked = { problem, measurement, prior, images, weight };
    const drawsOf = (k: number) => {
      const random = context.random('step', k);
      return Array.from({ length: draws }, () => ({ units: drawUnits(q.factors, family, random) }));
    };
    await fitCodes(asked, q, drawsOf, fit, context, steps);
    const [drawn, bounds]: [FloatArray[], number[]] = [[], []];
    await eachParticle(context, async (k) => {
      await context.step(fit.iterations + k, steps);
      const draw = { units: drawUnits(q.factors, family, context.random('sample', k)) };
      const sample = await decodeDraw(asked, q, draw, family, signal);
      drawn[k] = sample.image;
      bounds[k] = sample.bound / samples;
    });
    const logEvidence = bounds.reduce((sum, bound) => sum + bound, 0);
    return { samples: drawn, logWeights: drawn.map(() => 0), logEvidence };
  },
});
