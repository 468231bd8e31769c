/**
 * AFDPS, the approximation-free diffusion posterior sampler (Chen, Ren, Min, Ying, Izzo, TMLR 2026; arXiv
 * 2506.03979): weighted particles along p_σ(x) p(y | A x)^θ, the likelihood taken of the noisy particle itself, so
 * that p(y | x_σ) is never approximated. θ grows from almost 0 to 1.
 *
 * `sde`: ancestral steps guided by θ∇ log p(y | A x), with the importance weights of these steps. Their expectation
 * is the weight of the paper's equation, but they need no Laplacian and are not stiff. Converges as particles and
 * steps grow. `ode`: the deterministic flow with the paper's weight and one Langevin step at every level
 * (guided-flow.ts).
 *
 * Departs from the paper: θ = σ_n²/(σ_n² + σ²‖A‖²), what the particle's own noise leaves of the measurement's precision
 * (with static or linear θ the weights diverge); all particles are given, weighted, not the best one.
 */
import { z } from 'zod';
import { isLinear } from '../../problems/operator.js';
import type { Problem } from '../../problems/problem.js';
import type { FloatArray } from '../../src/core/array.js';
import { scale } from '../../src/core/vector.js';
import { defineSolver } from '../define-solver.js';
import { guidedFlow } from '../parts/guided-flow.js';
import { noiseLevelOptions, noiseLevels } from '../parts/noise-levels.js';

import { resamplingOption, twistedParticles } from '../parts/twisted-particles.js';

const options = z.strictObject({
  variant: z
    .enum(['sde', 'ode'])
    .default('sde')
    .describe('sde: guided ancestral steps; ode: guided flow with a Langevin step, linear operators only'),
  steps: z
    .int()
    .min(1)
    .max(10_000)
    .default(200)
    .describe('noise levels: network evaluations of each particle, three times as many for ode'),
  leastVariance: z
    .number()
    .min(0)
    .default(0)
    .describe(
      "ode: the prior's smallest variance in any direction ([0, 1] units), for longer Langevin steps; 0 is safe",
    ),
  resampleBelow: resamplingOption,
  ...noiseLevelOptions,
  spacing: noiseLevelOptions.spacing.default('karras'),
});

export const afdps = defineSolver({
  kind: 'ensemble',
  name: 'afdps',
  summary: 'AFDPS: weighted particles, no approximation of the likelihood, no gradient of the network',
  needs: { prior: 'diffusion', noise: 'gaussian' },
  samplesPosterior: true,
  options,
  presets: {},

  async run(
    { measurement, problem, prior, noiseVariance },
    { variant, steps, leastVariance, resampleBelow, ...levels },
    context,
  ) {
    const sigmas = noiseLevels(prior, steps, levels);
    if (variant === 'ode') {
      return guidedFlow(
        { measurement, problem, prior, noiseVariance },
        sigmas,
        { leastVariance, resampleBelow },
        context,
      );
    }
    const norm = (isLinear(problem.operator) && problem.operator.norm) || 1;
    return twistedParticles(
      problem,
      measurement,
      sigmas,
      resampleBelow,
      async (x, sigma) => {
        const theta = noiseVariance / (noiseVariance + (sigma * norm) ** 2);
        const { logLikelihood, gradient: shift } = await likelihoodAt(problem, measurement, x);
        scale(sigma ** 2 * theta, shift.data);
        const denoised = await prior.denoise(x, sigma, context.signal);
        return { denoised, shift, logPotential: theta * logLikelihood };
      },
      context,
    );
  },
});

/** log p(y | A x) and its gradient with respect to x. */
async function likelihoodAt({ operator, noise }: Problem, y: FloatArray, x: FloatArray) {
  const forward = await operator.linearize(x);
  try {
    const gradient = await forward.pullback(noise.gradient(forward.value, y));
    return { logLikelihood: noise.logLikelihood(forward.value, y), gradient };
  } finally {
    forward.release();
  }
}
