/**
 * The most probable codes (MAP-z): VBLE's objective without its widths (Biquard et al., arXiv 2311.17744, §3; Bora et
 * al. 2017, arXiv 1703.03208, where the prior's weight λ is 0),
 *
 *   max over z, h of  log p(y | A(D(z))) + λ(log p(z | h) + log p(h))
 *
 * One image and no uncertainty. Departs from published code as vble does.
 */
import { z } from 'zod';
import { defineSolver } from '../define-solver.js';
import { compressiveImages } from '../parts/compressive-images.js';
import { startImage } from '../parts/start-image.js';
import { codeOptions, factorsAround, fitCodes } from '../parts/variational-codes.js';

export const mapLatent = defineSolver({
  kind: 'point',
  name: 'map-latent',
  summary: 'MAP-z: the most probable codes of a compressive autoencoder; one image',
  needs: { prior: 'compressive', priorVjp: true, noise: 'any' },
  samplesPosterior: false,
  options: z.strictObject(codeOptions),
  presets: {},

  async run(task, { weight, modulation, ...fit }, context) {
    const { problem, measurement, prior } = task;
    const images = compressiveImages(prior, problem.imageShape, modulation, context.signal);
    const first = await startImage(task, () => context.step(0, fit.iterations));
    const q = { factors: factorsAround(await images.encode(first)) };
    const asked = { problem, measurement, prior, images, weight };
    await fitCodes(asked, q, () => [{}], fit, context, fit.iterations);
    return images.decode(q.factors[0].centre);
  },
});
