/**
 * ILVR, iterative latent variable refinement (Choi, Kim, Jeong, Gwon, Yoon, ICCV 2021; arXiv 2108.02938): a draw from
 * the prior whose coarse part is replaced after each step by that of the measurement, at the same noise level:
 *
 *   x ← x + A⁺(y + σAn − Ax)
 *
 * A solver of one's own in one file, made only of `retrodict/solver`: `--solver samples/solvers/ilvr.js`. It takes no
 * account of the measurement's noise, so its spread is no uncertainty. Any linear operator; published for downsampling.
 */
import {
  ancestralStep,
  axpy,
  defineSolver,
  difference,
  noiseLevelOptions,
  noiseLevels,
  normalSolve,
  scale,
  startState,
  z,
} from 'retrodict/solver';

/** In place of 0 in A⁺ = (AᵀA + ρI)⁻¹Aᵀ: singular values below its root count for nothing. */
const RHO = 1e-4;

export const solver = defineSolver({
  kind: 'chain',
  name: 'ilvr',
  summary: 'ILVR: a draw from the prior, its coarse part replaced by that of the measurement after each step',
  needs: { prior: 'diffusion', linear: true, noise: 'any' },
  samplesPosterior: false,
  options: z.strictObject({
    steps: z.int().min(1).max(10_000).default(100).describe('network evaluations (published: 100 to 1000)'),
    until: z
      .number()
      .min(0)
      .default(0)
      .describe('lowest noise level at which the coarse part is replaced ([0, 1] units); 0: to the end'),
    ...noiseLevelOptions,
  }),
  presets: { downsample: { steps: 40, sigmaMax: 1, spacing: 'geometric' } },

  async run({ measurement, problem, prior }, { steps, until, ...levels }, { random, step, signal }) {
    const { operator, imageShape } = problem;
    const sigmas = noiseLevels(prior, steps, levels);
    let x = startState(imageShape, sigmas[0], random('init'));
    for (let i = 0; i < steps; i++) {
      await step(i, steps);
      const [sigma, next] = [sigmas[i], sigmas[i + 1]];
      const denoised = await prior.denoise(x, sigma, signal);
      x = ancestralStep(x, denoised, sigma, next, random('step', i));
      if (next < until) continue;
      const reference = await operator.apply(random('reference', i).normals(imageShape));
      scale(next, reference.data);
      axpy(1, measurement.data, reference.data);
      const missing = difference(reference, await operator.apply(x));
      axpy(1, (await normalSolve(operator, await operator.adjoint(missing), RHO)).data, x.data);
    }
    return x;
  },
});
