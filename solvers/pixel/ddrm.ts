/**
 * DDRM, denoising diffusion restoration models (Kawar, Elad, Ermon, Song, NeurIPS 2022; arXiv 2201.11793): a diffusion
 * in the coordinates in which A = U diag(s) Vᵀ is diagonal. With ȳ = (Uᵀy)/s, D the denoised image, ε = (x − D)/σ and
 * fresh normals n, each coordinate goes on to the next level σ' as
 *
 *   s = 0:        D + √(1−η²) σ'ε + ησ'n
 *   sσ' < σ_n:    D + √(1−η²) σ' (ȳ − D) s/σ_n + ησ'n
 *   sσ' ≥ σ_n:    (1−η_b) D + η_b ȳ + √(σ'² − η_b²σ_n²/s²) n
 *
 * It is not a sampler of the posterior: with an exact denoiser it is too narrow whatever the number of steps, and
 * with η = 1 the more so the more steps there are.
 *
 * Departs from the published code: the state is in [0, 1], and so is σ_n (there it is doubled); a coordinate at sσ' =
 * σ_n counts as measured; Uᵀy is never divided by a small s where s will multiply it again; small s count as 0 only
 * on demand. The temperature, by which all noise is multiplied, is not the paper's: deepinv's DDRM divides its noise
 * by √2 without a word.
 */
import { z } from 'zod';
import { filled, floatArray, mapArray, sizeOf } from '../../src/core/array.js';
import { defineSolver } from '../define-solver.js';
import { noiseLevelOptions, noiseLevels } from '../parts/noise-levels.js';

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(20).describe('network evaluations'),
  eta: z
    .number()
    .min(0)
    .max(1)
    .default(0.85)
    .describe('share η of fresh noise where the measurement says less than the chain, 0 to 1'),
  etaB: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('weight η_b of the measurement where it says more than the chain, 0 to 1'),
  cutoff: z
    .number()
    .min(0)
    .default(0)
    .describe('singular values up to this many times the noise count as 0 (σ_n in [0, 1] units)'),
  temperature: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('what all noise drawn is multiplied by: below 1 an image is nearer the mean than a sample is'),
  ...noiseLevelOptions,
});

/** What is not seen is drawn anew (η = 1); where noise hides all, the chain knows better: docs/presets.md. */
export const fineDetail = { steps: 20, eta: 1, sigmaMax: 0.3, spacing: 'geometric' } as const;
const blurred = { ...fineDetail, eta: 0.85, cutoff: 1 } as const;
export const presets = {
  denoise: { ...fineDetail, eta: 0.85, sigmaMax: 0.5 },
  'inpaint:fraction': { ...fineDetail, steps: 40, sigmaMax: 0.5 },
  inpaint: { ...fineDetail, steps: 40, sigmaMax: 10 },
  'gaussian-blur': blurred,
  'motion-blur': blurred,
  blur: blurred,
  downsample: fineDetail,
} as const;

export const ddrm = defineSolver({
  kind: 'chain',
  name: 'ddrm',
  summary: 'DDRM: a diffusion in the singular vectors of the operator; few steps, no gradient of the network',
  needs: { prior: 'diffusion', linear: true, svd: true, noise: 'gaussian' },
  samplesPosterior: false,
  options,
  presets,

  async run(
    { measurement, problem, prior, noiseVariance },
    { steps, eta, etaB, cutoff, temperature, ...levels },
    context,
  ) {
    const { svd } = problem.operator;
    const noiseSigma = Math.sqrt(noiseVariance);
    const sigmas = noiseLevels(prior, steps, levels);
    const s = svd.values.map((value) => (value > cutoff * noiseSigma ? value : 0));
    const y = (await svd.measurementToSpectrum(measurement)).data;

    const shape = problem.imageShape;
    const grey = (await svd.toSpectrum(filled(shape, 0.5))).data;
    const begin = () =>
      mapArray(context.random('init').normals([sizeOf(shape)]), (normal, i) => {
        const drawn = temperature * normal;
        const known = s[i] * sigmas[0] > noiseSigma;
        return known
          ? y[i] / s[i] + Math.sqrt(sigmas[0] ** 2 - (noiseSigma / s[i]) ** 2) * drawn
          : grey[i] + sigmas[0] * drawn;
      });
    const { resumed } = context;
    const spectrum = resumed?.state['spectrum'] ?? begin();
    const state = spectrum.data;
    const image = async () => await svd.fromSpectrum(floatArray(state.slice(), [state.length]));

    const keep = Math.sqrt(1 - eta ** 2);
    for (let k = resumed?.step ?? 0; k < steps; k++) {
      await context.step(k, steps, { spectrum });
      const [sigma, next] = [sigmas[k], sigmas[k + 1]];
      const denoised = await prior.denoise(await image(), sigma, context.signal);
      const clean = (await svd.toSpectrum(denoised)).data;
      const random = context.random('step', k);
      for (let i = 0; i < state.length; i++) {
        const D = clean[i];
        const noise = temperature * random.normal();
        if (s[i] > 0 && s[i] * next >= noiseSigma) {
          const spread = Math.sqrt(Math.max(0, next ** 2 - (etaB * noiseSigma) ** 2 / s[i] ** 2));
          state[i] = (1 - etaB) * D + (etaB * y[i]) / s[i] + spread * noise;
        } else {
          const pull = s[i] > 0 ? (y[i] - s[i] * D) / noiseSigma : (state[i] - D) / sigma;
          state[i] = D + next * (keep * pull + eta * noise);
        }
      }
    }
    return image();
  },
});
