/**
 * DDNM+, the denoising diffusion null-space model for noisy measurements (Wang, Yu, Zhang, ICLR 2023; arXiv
 * 2212.00490). The denoised image D keeps its part in the null space of A and takes the rest from the measurement, as
 * far as the next noise level σ' can hide the measurement's noise. In the coordinates in which A = U diag(s) Vᵀ is
 * diagonal, ȳ = (Uᵀy)/s, ε = (x − D)/σ and fresh normals n:
 *
 *   σ' ≥ σ_n/s:  ȳ + √(σ'² − σ_n²/s²) n
 *   σ' < σ_n/s:  D + √(1−η²) σ' (ȳ − D) s/σ_n + ησ'n
 *   s = 0:       D + √(1−η²) σ'ε + ησ'n
 *
 * With `travelLength` l and `travelRepeat` r every l steps are taken r times, each time from the noise level they
 * began at.
 *
 * It is not a sampler of the posterior: its spread with an exact denoiser is wrong by an amount that no number of
 * steps mends.
 *
 * Departs from the published code, which refuses or fails at noisy deblurring: Uᵀy is never divided by a small s
 * where s will multiply it again; and whose variant without singular values has wrong noise levels: it is not here.
 */
import { z } from 'zod';
import { floatArray } from '../../src/core/array.js';
import { defineSolver } from '../define-solver.js';
import { startState } from '../parts/ancestral.js';
import { noiseLevelOptions, noiseLevels } from '../parts/noise-levels.js';
import { fineDetail, presets as presetsOfDdrm } from './ddrm.js';

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(100).describe('noise levels'),
  eta: z.number().min(0).max(1).default(0.85).describe('share η of fresh noise in each step, 0 to 1'),
  travelLength: z.int().min(1).default(1).describe('steps that are repeated together'),
  travelRepeat: z
    .int()
    .min(1)
    .default(1)
    .describe('times they are taken: network evaluations are so many times the steps'),
  ...noiseLevelOptions,
});

/** Those of DDRM, which differs only in the first state; its cutoff is not here: docs/presets.md. */
const presets = {
  ...presetsOfDdrm,
  'gaussian-blur': fineDetail,
  'motion-blur': fineDetail,
  blur: fineDetail,
} as const;

export const ddnm = defineSolver({
  kind: 'chain',
  name: 'ddnm',
  summary:
    'DDNM+: the measured part from the measurement, the null space from the prior; no gradient of the network',
  needs: { prior: 'diffusion', linear: true, svd: true, noise: 'gaussian' },
  samplesPosterior: false,
  options,
  presets,

  async run(
    { measurement, problem, prior, noiseVariance },
    { steps, eta, travelLength, travelRepeat, ...levels },
    context,
  ) {
    const { svd } = problem.operator;
    const noiseSigma = Math.sqrt(noiseVariance);
    const sigmas = noiseLevels(prior, steps, levels);
    const s = svd.values;
    const y = (await svd.measurementToSpectrum(measurement)).data;
    const keep = Math.sqrt(1 - eta ** 2);

    const { resumed } = context;
    let x = resumed?.state['x'] ?? startState(problem.imageShape, sigmas[0], context.random('init'));
    const visits = travel(steps, travelLength, travelRepeat);
    for (let visit = resumed?.step ?? 0; visit < visits.length; visit++) {
      await context.step(visit, visits.length, { x });
      const { from, to } = visits[visit];
      const [sigma, next] = [sigmas[from], sigmas[to]];
      const random = context.random('step', visit);
      const denoised = await prior.denoise(x, sigma, context.signal);
      const clean = (await svd.toSpectrum(denoised)).data;
      const state = (await svd.toSpectrum(x)).data;
      const moved = new Float32Array(clean.length);
      for (let i = 0; i < moved.length; i++) {
        const D = clean[i];
        const measured = s[i] > 0;
        if (measured && s[i] * next >= noiseSigma) {
          moved[i] = y[i] / s[i] + Math.sqrt(next ** 2 - (noiseSigma / s[i]) ** 2) * random.normal();
        } else {
          const pull = measured ? (y[i] - s[i] * D) / noiseSigma : (state[i] - D) / sigma;
          moved[i] = D + next * (keep * pull + eta * random.normal());
        }
      }
      x = await svd.fromSpectrum(floatArray(moved, [moved.length]));
      const back = visits[visit + 1]?.from ?? to;
      if (back < to) {
        // Back by the forward process, which adds what lacks.
        const spread = Math.sqrt(sigmas[back] ** 2 - next ** 2);
        const again = context.random('travel', visit);
        for (let i = 0; i < x.data.length; i++) x.data[i] += spread * again.normal();
      }
    }
    return x;
  },
});

/** The steps from level to level; where one begins before the last ended, the chain has gone back. */
function travel(steps: number, length: number, repeat: number): { from: number; to: number }[] {
  const visits: { from: number; to: number }[] = [];
  for (let start = 0; start < steps; start += length) {
    const end = Math.min(start + length, steps);
    for (let r = 0; r < repeat; r++) {
      for (let from = start; from < end; from++) visits.push({ from, to: from + 1 });
    }
  }
  return visits;
}
