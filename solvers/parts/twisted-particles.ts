/**
 * Sequential Monte Carlo along a diffusion: particles take ancestral steps that are guided towards the measurement,
 * and weights make up for what guidance does to the law. With any positive potentials ψ_σ and any guidance it
 * converges to the posterior of the discretised prior as particles grow (Wu et al. 2023, 2306.17775, proposition 1):
 *
 *   x' ~ q = N(m + δ, v),  log w += log p(x' | x) − log q(x' | x) + log ψ_σ'(x') − log ψ_σ(x),
 *   p = N(m, v),  m = D + (σ'²/σ²)(x − D),  v = σ'²(1 − σ'²/σ²),  ψ_0 = p(y | ·)
 */

import { z } from 'zod';
import type { Problem } from '../../problems/problem.js';
import { requireArrays, requireBound, requireContext, requireFunctions } from '../../src/core/arguments.js';
import { type FloatArray, floatArray } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';
import type { Ensemble, EnsembleContext } from '../solver.js';
import { startState } from './ancestral.js';
import { particleState, startParticles } from './particles.js';
import { eachParticle, Population } from './population.js';

/** The option that says when particles are resampled. */
export const resamplingOption = z
  .number()
  .min(0)
  .max(1)
  .default(0.5)
  .describe('resamples below this effective sample size, as a share of the particles; 0: never');

/** What guides a particle at x_σ. */
export interface Twist {
  /** D(x_σ) */
  readonly denoised: FloatArray;
  /** What guidance adds to D in the proposal. */
  readonly shift: FloatArray;
  /** log ψ_σ(x_σ), up to a constant that all particles at σ share. */
  readonly logPotential: number;
}

interface Particle extends Partial<Twist> {
  readonly x: FloatArray;
}

/**
 * Sequential Monte Carlo along falling noise levels, its particles pulled towards the measurement by a twist.
 * @param threshold share of the particles below which they are resampled.
 * @example
 * ```ts
 * import {
 *   type DiffusionPrior,
 *   type EnsembleContext,
 *   type FloatArray,
 *   noiseLevels,
 *   type Problem,
 *   twistedParticles,
 *   zeros,
 * } from 'retrodict/solver';
 *
 * // Particles that nothing pulls: they are drawn from the prior, and weighted at the end.
 * export function weighted(prior: DiffusionPrior, problem: Problem, y: FloatArray, context: EnsembleContext) {
 *   const sigmas = noiseLevels(prior, 50, { sigmaMax: 80, spacing: 'karras' });
 *   const twist = async (x: FloatArray, sigma: number) => ({
 *     denoised: await prior.denoise(x, sigma),
 *     shift: zeros(x.shape),
 *     logPotential: 0,
 *   });
 *   return twistedParticles(problem, y, sigmas, 0.5, twist, context);
 * }
 * ```
 */
export async function twistedParticles(
  problem: Problem,
  measurement: FloatArray,
  sigmas: ArrayLike<number>,
  threshold: number,
  twist: (x: FloatArray, sigma: number) => Promise<Twist>,
  context: EnsembleContext,
): Promise<Ensemble> {
  requireBound(problem);
  requireArrays({ measurement });
  requireFunctions({ twist });
  requireContext(context, 'random', 'step');
  const { imageShape, operator, noise } = problem;
  const { samples: count } = context;
  const steps = sigmas.length - 1;
  const { streams, particles, round, kept } = startParticles(context, (random) =>
    startState(imageShape, sigmas[0], random),
  );
  const population = new Population<Particle>(particles.map((x) => ({ x }))).resume(kept);
  for (let i = round; i < steps; i++) {
    const [sigma, next] = [sigmas[i], sigmas[i + 1]];
    const begun = particleState(population, streams, ({ x }) => x);
    await eachParticle(context, async (k) => {
      await context.step(i * count + k, steps * count, k === 0 ? begun : undefined);
      const { x } = population.states[k];
      const here = await twist(x, sigma);
      population.reweigh(k, here.logPotential);
      population.move(k, { x, ...here });
    });
    population.resample(threshold, context.random('resample', i));
    for (let k = 0; k < count; k++) {
      const { x, denoised, shift, logPotential } = population.states[k] as Particle & Twist;
      if (next === 0) {
        const clean = await operator.apply(denoised);
        population.move(k, { x: denoised });
        population.reweigh(k, noise.logLikelihood(clean, measurement) - logPotential);
      } else {
        const { moved, logRatio } = proposedStep(x, denoised, shift, sigma, next, streams[k]);
        population.move(k, { x: moved });
        population.reweigh(k, logRatio - logPotential);
      }
    }
  }
  return { samples: population.states.map(({ x }) => x), ...population.result() };
}

/** A draw from q, and log p − log q there: −(‖δ‖² + 2√v δ·n)/(2v) for x' = m + δ + √v n. */
function proposedStep(
  x: FloatArray,
  denoised: FloatArray,
  shift: FloatArray,
  sigma: number,
  next: number,
  random: Random,
): { moved: FloatArray; logRatio: number } {
  const keep = (next / sigma) ** 2;
  const spread = next * Math.sqrt(1 - keep);
  const [from, clean, push, moved] = [x.data, denoised.data, shift.data, new Float32Array(x.size)];
  let sum = 0;
  for (let j = 0; j < moved.length; j++) {
    const normal = random.normal();
    const delta = (1 - keep) * push[j];
    moved[j] = clean[j] + keep * (from[j] - clean[j]) + delta + spread * normal;
    sum += delta * (delta + 2 * spread * normal);
  }
  return { moved: floatArray(moved, x.shape), logRatio: -sum / (2 * spread ** 2) };
}
