/**
 * LATINO (Spagnoletti, Prost, Almansa, Papadakis, Pereyra, ICCV 2025; arXiv 2503.12615): a chain over images whose
 * prior step is "encode, add noise, and back in one run of a consistency-distilled network", and whose data step is
 * proximal:
 *
 *   z = E(x) + σ n,   x̂ = decoder(G(z, σ)),   x ← argmin ‖Au − y‖²/(2σ_n²) + ‖u − x̂‖²/(2r²),   r² = ¼ δ σ²/(1 + σ²)
 *
 * Eight runs of the network and no gradient of anything: the cheapest of its family. Its last image is a data step's,
 * so that the autoencoder's ceiling holds only where nothing is measured. δ is set by hand: the spread of its samples
 * is no uncertainty.
 *
 * Departs from the published code: δ is one number (there two, for early and late steps, for some problems times the
 * residual of the moment); the first image is Wiener's (there A⁺y); in the paper's units images are on [−1, 1], whence
 * the ¼. The prompt is not optimised (LATINO-PRO).
 */
import { z } from 'zod';
import { UsageError } from '../../src/core/errors.js';
import { defineSolver } from '../define-solver.js';
import { noised } from '../parts/ancestral.js';
import { moveToData } from '../parts/data-step.js';
import { latentImages } from '../parts/latent-images.js';
import { startImage } from '../parts/start-image.js';

const options = z.strictObject({
  steps: z
    .int()
    .min(1)
    .max(1000)
    .default(8)
    .describe('runs of network, decoder and encoder, at as many of the levels that were distilled'),
  delta: z
    .number()
    .positive()
    .default(1)
    .describe(
      "δ, how far the network's image may be moved to the data (published: 0.01 to 1 for inpainting)",
    ),
});

export const latino = defineSolver({
  kind: 'chain',
  name: 'latino',
  summary:
    'LATINO: noise, one run of a consistency-distilled network and a data step, eight times; no gradient',
  needs: { prior: 'latent', encoder: true, consistency: true, linear: true, noise: 'gaussian' },
  samplesPosterior: false,
  options,
  presets: {},

  async run({ problem, measurement, prior, noiseVariance }, { steps, delta }, context) {
    const { signal } = context;
    const { codes } = prior;
    const images = latentImages(prior, problem.imageShape, signal);
    const sigmas = spread(codes.consistencyLevels, steps, prior.name);
    const { resumed } = context;
    const start = () => startImage({ problem, measurement }, () => context.step(0, steps));
    let x = resumed?.state['x'] ?? (await start());
    for (let i = resumed?.step ?? 0; i < steps; i++) {
      await context.step(i, steps, { x });
      const noisy = noised(await images.encode(x), sigmas[i], context.random('step', i));
      x = await images.decode(await codes.denoise(noisy, sigmas[i], signal));
      x.data.forEach((value, k) => {
        x.data[k] = Math.min(Math.max(value, 0), 1);
      });
      const trust = (delta / 4) * (sigmas[i] ** 2 / (1 + sigmas[i] ** 2));
      await moveToData(problem.operator, measurement, x, noiseVariance / trust);
    }
    return x;
  },
});

/** So many of the levels, evenly from the highest down, as LCM's sampler takes them. */
function spread(levels: readonly number[], count: number, name: string): number[] {
  if (count > levels.length) {
    throw new UsageError(
      `solver latino is asked for ${count} steps, but prior ${name} was distilled at ${levels.length} levels`,
    );
  }
  return Array.from({ length: count }, (_, i) => levels[Math.floor((i * levels.length) / count)]);
}
