/**
 * FPS-SMC, filtering posterior sampling (Dou & Song, ICLR 2024), for linear measurements: a noisy path of the
 * measurement is drawn that falls with the noise levels, and particles are filtered along it,
 *
 *   y_σ' = y + √(1−c) (σ'/σ)(y_σ − y) + √c σ'A n
 *   x' ∝ N(m, cσ'²) N(y_σ'; A x', σ_n²),  m = D + √(1−c) (σ'/σ)(x − D)
 *
 * each weighted by N(y_σ'; A m, cσ'²AAᵀ + σ_n²).
 *
 * It is biased even with an exact denoiser and any number of particles: the measurement's noise is counted at every
 * level, and the step with c near 1 does not keep the prior's law. So it does not count as a sampler of the
 * posterior, and its weights are no estimate of the evidence.
 *
 * Departs from the published code: the noise level is the problem's, not 0.05; systematic resampling below an
 * effective sample size; all particles are given, not the first.
 */
import { z } from 'zod';
import { mapArray } from '../../src/core/array.js';
import { axpy, difference, dot } from '../../src/core/vector.js';
import { defineSolver } from '../define-solver.js';
import { nextState, noised, startState } from '../parts/ancestral.js';
import { explaining } from '../parts/data-step.js';
import { noiseLevelOptions, noiseLevels } from '../parts/noise-levels.js';
import { particleState, startParticles } from '../parts/particles.js';
import { eachParticle, Population } from '../parts/population.js';
import { resamplingOption } from '../parts/twisted-particles.js';

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(100).describe('network evaluations of each particle'),
  fresh: z
    .number()
    .gt(0)
    .max(1)
    .default(0.95)
    .describe('share c of fresh noise in each step (published: 0.95)'),
  resampleBelow: resamplingOption,
  ...noiseLevelOptions,
});

export const fpsSmc = defineSolver({
  kind: 'ensemble',
  name: 'fps-smc',
  summary: 'FPS-SMC: particles filtered along a noisy path of the measurement; no gradient of the network',
  needs: { prior: 'diffusion', linear: true, noise: 'gaussian' },
  samplesPosterior: false,
  options,
  presets: {},

  async run(
    { measurement, problem, prior, noiseVariance },
    { steps, fresh, resampleBelow, ...levels },
    context,
  ) {
    const { operator } = problem;
    const noiseSigma = Math.sqrt(noiseVariance);
    const sigmas = noiseLevels(prior, steps, levels);
    const { streams, particles, round, kept } = startParticles(context, (random) =>
      startState(problem.imageShape, sigmas[0], random),
    );
    const count = streams.length;
    const population = new Population(particles).resume(kept);
    /** (y_σ − y)/σ: a normal of the image, seen by A. */
    let path =
      context.resumed?.state['path'] ??
      (await operator.apply(context.random('path').normals(problem.imageShape)));

    for (let i = round; i < steps; i++) {
      const begun = { ...particleState(population, streams, (x) => x), path };
      const [sigma, next] = [sigmas[i], sigmas[i + 1]];
      const noise = await operator.apply(context.random('path', i).normals(problem.imageShape));
      const before = path.data;
      path = mapArray(noise, (value, j) => Math.sqrt(fresh) * value + Math.sqrt(1 - fresh) * before[j]);
      const target = path.data;
      const y = mapArray(measurement, (value, j) => value + next * target[j]);

      const keep = Math.sqrt(1 - fresh) * (next / sigma);
      const spread = Math.sqrt(fresh) * next;
      const rho = noiseVariance / spread ** 2;
      await eachParticle(context, async (k) => {
        await context.step(i * count + k, steps * count, k === 0 ? begun : undefined);
        const x = population.states[k];
        const denoised = await prior.denoise(x, sigma, context.signal);
        const mean = nextState(denoised, x, keep);
        const residual = difference(y, await operator.apply(mean));
        if (next === 0) {
          population.reweigh(k, -dot(residual.data, residual.data) / (2 * noiseVariance));
          population.move(k, mean);
          return;
        }
        // eᵀ(cσ'²AAᵀ + σ_n²)⁻¹e = (‖e − Ap‖² + ρ‖p‖²)/σ_n² with p = (AᵀA + ρ)⁻¹Aᵀe.
        const p = await explaining(operator, residual, rho);
        const rest = difference(residual, await operator.apply(p)).data;
        population.reweigh(k, -(dot(rest, rest) + rho * dot(p.data, p.data)) / (2 * noiseVariance));
        // A draw z of the step and one of the measurement's noise, the difference pulled back: exact for Gaussians.
        const random = streams[k];
        const drawn = noised(mean, spread, random);
        const seen = (await operator.apply(drawn)).data;
        const gap = mapArray(y, (value, j) => value + noiseSigma * random.normal() - seen[j]);
        const pull = await explaining(operator, gap, rho);
        axpy(1, pull.data, drawn.data);
        population.move(k, drawn);
      });
      population.resample(resampleBelow, context.random('resample', i));
    }
    const { logEvidence: _, ...result } = population.result();
    return { samples: population.states, ...result };
  },
});
