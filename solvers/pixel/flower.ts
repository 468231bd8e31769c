/**
 * Flower (Pourya, El Rawas, Unser, ICLR 2026; arXiv 2509.26287) with γ = 1: at each level of noise the denoised image
 * stands for the prior of the clean one, N(D(x_σ), r²I); a draw of the clean image given the measurement is taken from
 * the Gaussian that this and the likelihood make, and gets the next level's noise anew.
 *
 *   x̂ ~ p(y | ·) N(· ; D(x_σ), r²I),  x_σ' = x̂ + σ'n
 *
 * Published is r² = vσ²/(v + σ²), which is right for a prior N(m, vI) (`priorVariance`). Of photographs a denoiser
 * knows nearly all directions, and little of some: of its Jacobian J = ∂D/∂x, whose σ²J is the covariance of the clean
 * image (Tweedie), most eigenvalues are near 0 and some near 1. By default this departs in three things, from one probe
 * Jb a level, which costs one more network evaluation:
 *
 * - r² = σ² tr(J²)/tr(J), the variance in the directions that are open. The mean over all directions is so small that
 *   the measurement of an edge counts for nothing at last (denoising: 22 to 24 dB in place of 30).
 * - In all other directions the draw is noise, of which the next denoiser would not know. The share
 *   1 − e, e = tr(J)²/(n tr(J²)), of x̂'s noise is completed to white noise and counted in σ' (r² is small
 *   enough that it fits there).
 * - `directed` of what the open directions miss by that is added along Jb.
 *
 * For a prior N(m, vI) e is 1, and all are the same; the chain draws from the posterior. Under a Gaussian prior whose
 * pixels go together the standard deviation is 0.97 to 1.04 of the exact one (results/presets.md).
 *
 * Departs from the published code otherwise: the state is variance exploding on [0, 1], an exact change of variables
 * (σ = (1 − t)/t); it begins at what the measurement says (parts/start-image.ts), not at grey; the levels end at half
 * of the measurement's noise; the linear system is solved exactly where the operator has a closed form (in the
 * published code conjugate gradients never stop early). The mean of a few samples is off by their spread; the presets'
 * estimate is made by splitting (parts/splitting.ts), and the interval lies about it.
 */
import { z } from 'zod';
import type { FloatArray } from '../../src/core/array.js';
import { geometricSigmas } from '../../src/core/schedule.js';
import { axpy, scale } from '../../src/core/vector.js';
import { defineSolver } from '../define-solver.js';
import { noised } from '../parts/ancestral.js';
import { drawGivenData, exactDraw } from '../parts/data-draw.js';
import { noiseRange } from '../parts/noise-levels.js';
import { type ProbedJacobian, probeJacobian } from '../parts/probed-jacobian.js';
import { estimateBySplitting, estimateOptions } from '../parts/splitting.js';
import { startImage } from '../parts/start-image.js';
import { addComplement } from '../parts/whitening.js';

const options = z.strictObject({
  steps: z
    .int()
    .min(1)
    .max(10_000)
    .default(40)
    .describe('noise levels, each of two network evaluations, or one where priorVariance is given'),
  priorVariance: z
    .number()
    .positive()
    .optional()
    .describe(
      'variance v of a pixel under the prior ([0, 1] units; published: 1/4); by default what the denoiser says',
    ),
  directed: z
    .number()
    .min(0)
    .max(1)
    .default(0.3)
    .describe('share of what the open directions miss that is drawn along them; 0: none (as published)'),
  sigmaMax: z
    .number()
    .positive()
    .default(80)
    .describe('highest noise level, if the prior knows it ([0, 1] units)'),
  spacing: z
    .enum(['flow', 'geometric'])
    .default('flow')
    .describe("noise levels: in equal steps of the flow's time (as published), or in constant ratio"),
  ...estimateOptions,
});

/** From as high as what is missing asks for; fewer levels are wider, and more of them want more that is directed. */
const levels = { sigmaMax: 2.5, spacing: 'geometric' } as const;
const fineDetail = { ...levels, steps: 37, directed: 0.3, estimateSteps: 20 } as const;
const softened = { ...levels, directed: 0.5 } as const;
const presets = {
  denoise: { ...fineDetail, directed: 0.25 },
  inpaint: { ...levels, directed: 0.4, sigmaMax: 10 },
  'inpaint:fraction': { ...levels, directed: 0.35, estimateSteps: 40 },
  'gaussian-blur': softened,
  'motion-blur': { ...fineDetail, directed: 0.15 },
  blur: fineDetail,
  'defocus-blur': softened,
  satellite: fineDetail,
  'space-varying-blur': softened,
  downsample: { ...fineDetail, directed: 0.5, estimateNoise: 0.5 },
  '*': { ...levels, directed: 0.4 },
} as const;

export const flower = defineSolver({
  kind: 'chain',
  name: 'flower',
  summary:
    'Flower: at each noise level an exact draw of the image given data and denoiser; no gradient of the network',
  needs: { prior: 'diffusion', linear: true, noise: 'gaussian' },
  samplesPosterior: true,
  options,
  presets,

  estimate: estimateBySplitting,

  async run(task, { steps, priorVariance, directed, sigmaMax, spacing }, context) {
    const { measurement, problem, prior } = task;
    const { lowest, highest } = noiseRange(prior, sigmaMax, Math.sqrt(task.noiseVariance));
    const sigmas = (spacing === 'flow' ? flowLevels : geometricSigmas)(steps, lowest, highest);
    const start = () => startImage(task, () => context.step(0, steps));
    const { resumed } = context;
    let x = resumed?.state['x'] ?? noised(await start(), sigmas[0], context.random('init'));
    for (let i = resumed?.step ?? 0; i < steps; i++) {
      await context.step(i, steps, { x });
      const sigma = sigmas[i];
      const denoised = await prior.denoise(x, sigma, context.signal);
      const next = i + 1 < steps ? sigmas[i + 1] : Number.POSITIVE_INFINITY;
      const probe = () =>
        probeJacobian(prior, x, denoised, sigma, context.random('probe', i), context.signal);
      const open =
        priorVariance === undefined ? openBy(await probe(), sigma, next) : evenly(priorVariance, sigma);
      const { variance, strange, along } = open;
      if (along) axpy(directed, along.data, denoised.data);
      const random = context.random('step', i);
      x = await drawGivenData(problem, measurement, denoised, Math.sqrt(variance), exactDraw, random);
      if (i + 1 === steps) break;
      if (strange > 0) await addComplement(task, x, variance, strange, random);
      x = noised(x, Math.sqrt(Math.max(0, next ** 2 - strange * variance)), random);
    }
    return x;
  },
});

/** What a denoiser leaves open at x_σ. */
interface Open {
  /** r², of a pixel, in the directions that are open; its strange share is at most the next level's. */
  readonly variance: number;
  /** 1 − e: the share of white noise of this variance that lies in no open direction. */
  readonly strange: number;
  /** A draw of what the open directions miss when e of this variance is drawn alike in all. */
  readonly along?: FloatArray;
}

/** Of a prior N(m, vI): all directions are open. */
function evenly(v: number, sigma: number): Open {
  return { variance: 1 / (1 / v + 1 / sigma ** 2), strange: 0 };
}

function openBy({ slope, steepest, image }: ProbedJacobian, sigma: number, next: number): Open {
  const strange = 1 - slope / steepest;
  scale(sigma * Math.sqrt(strange / steepest), image.data);
  const variance = sigma ** 2 * steepest;
  return {
    variance: strange > 0 ? Math.min(variance, next ** 2 / strange) : variance,
    strange,
    along: image,
  };
}

/** Falling levels in equal steps of the flow's time t = 1/(1 + 2σ), 2σ being the level on [-1, 1]. */
function flowLevels(steps: number, lowest: number, highest: number): Float64Array {
  const time = (sigma: number) => 1 / (1 + 2 * sigma);
  const [first, last] = [time(highest), time(lowest)];
  return Float64Array.from({ length: steps }, (_, i) => {
    const t = steps === 1 ? first : first + ((last - first) * i) / (steps - 1);
    return (1 - t) / (2 * t);
  });
}
