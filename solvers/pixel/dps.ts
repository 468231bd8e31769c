/**
 * Diffusion Posterior Sampling (Chung et al., ICLR 2023; arXiv 2209.14687), with the network's true gradient.
 *
 * p(y | x_σ) is replaced by p(y | x0 = D(x_σ)); each ancestral step is followed by a move along the gradient of that
 * likelihood through operator and network. The paper normalises the gradient of least squares to that of the
 * residual's norm and scales it by ζ: robust, any operator, but no posterior's discretisation. Here the residual is
 * the noise model's: its score over its information (natural gradient, Amari 1998), which is y − A(x0) for Gaussian
 * noise, counted photons and speckle, nothing for a pixel lost to salt or pepper, and free of bias under Rician
 * noise. Bayes' rule (eq. 7) scales the gradient of log p(y | A(D(x_σ))) by σ² − σ'² (`guidance=likelihood`): right,
 * and stable only where σ_y or the steps are small enough. The paper's step does not shrink as σ falls, and at last
 * fits the noise. The shorter of the two, value by value, is the default. Nor is it ever longer than Newton's along
 * Aᵀr, 1/‖A‖², beyond which a chain swings about the measurement. Figures: docs/presets.md.
 *
 * Departs from the published code: the state is variance exploding on [0, 1] (an exact change of variables);
 * the norm is that of one sample, not of the batch; ζ scales with √(image size), so that a pixel moves equally in small
 * and large images; x̂0 is not clipped inside the gradient; variances are DDPM's fixed small ones; a chain
 * starts within the noise levels that the prior knows.
 */
import { z } from 'zod';
import { residualOf } from '../../problems/noise.js';
import { type ForwardOperator, isLinear } from '../../problems/operator.js';
import type { Problem } from '../../problems/problem.js';
import type { FloatArray } from '../../src/core/array.js';
import { vpSigmas } from '../../src/core/schedule.js';
import { dpsStepSize } from '../../src/core/units.js';
import { axpy, norm, scale } from '../../src/core/vector.js';
import { defineSolver } from '../define-solver.js';
import { ancestralStep, startState } from '../parts/ancestral.js';
import { noiseRange } from '../parts/noise-levels.js';

type Guidance = 'bounded' | 'norm' | 'likelihood';

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(100).describe('network evaluations, each with one gradient'),
  zeta: z
    .number()
    .min(0)
    .default(10)
    .describe("step size ζ in the paper's units (variance-preserving state on [-1, 1], 3×256×256 image)"),
  guidance: z
    .enum(['bounded', 'norm', 'likelihood'])
    .default('bounded')
    .describe(
      "norm: a step of ζ along the noise model's residual, as in the paper; likelihood: Bayes' step, without ζ, for " +
        'noise that is nowhere small beside it; bounded: the shorter of the two, value by value, and no longer than 1/‖A‖²',
    ),
  sigmaMax: z
    .number()
    .positive()
    .default(80)
    .describe('highest noise level, if the prior knows it ([0, 1] units)'),
});

/** What least squares fixes but for fine detail, and a picture of a known rough outline. */
const fineDetail = { steps: 100, zeta: 10, sigmaMax: 0.5 };

/** A chain that begins far above the image may end at its negative, which has the same amplitudes. */
const nonlinear = { steps: 100, zeta: 10, sigmaMax: 1 };

/** Operators of one's own, of which nothing is known: the bound keeps a large ζ stable. */
const own = { ...nonlinear, zeta: 30 };

/** As far in half the steps: as good where the measurement needs no more to be met. */
const quick = { steps: 50, zeta: 20, sigmaMax: 0.5 };

/** A chain starts where the measurement leaves doubt; few steps ask for a large ζ: docs/presets.md. */
const presets = {
  denoise: { ...quick, sigmaMax: 2.5 },
  inpaint: { steps: 100, zeta: 20, sigmaMax: 1 },
  'gaussian-blur': fineDetail,
  'motion-blur': fineDetail,
  'defocus-blur': fineDetail,
  blur: fineDetail,
  'space-varying-blur': fineDetail,
  downsample: { ...quick, sigmaMax: 1 },
  jpeg: fineDetail,
  quantize: fineDetail,
  haze: fineDetail,
  clip: fineDetail,
  satellite: { ...fineDetail, zeta: 30 },
  'low-light': { ...nonlinear, zeta: 100 },
  'phase-retrieval': { ...nonlinear, sigmaMax: 2.5 },
  'coded-diffraction': nonlinear,
  ptychography: nonlinear,
  module: own,
  onnx: own,
  tensorflow: own,
} as const;

export const dps = defineSolver({
  kind: 'chain',
  name: 'dps',
  summary: 'Diffusion Posterior Sampling: ancestral sampling guided by the likelihood of the denoised image',
  needs: { prior: 'diffusion', priorVjp: true, noise: 'any' },
  samplesPosterior: true,
  options,
  presets,

  async run({ measurement, problem, prior }, { steps, zeta, sigmaMax, guidance }, context) {
    const { lowest, highest } = noiseRange(prior, sigmaMax);
    const sigmas = vpSigmas(steps, lowest, highest);
    let x = startState(problem.imageShape, sigmas[0], context.random('init'));
    for (let i = 0; i < steps; i++) {
      await context.step(i, steps);
      const [sigma, next] = [sigmas[i], sigmas[i + 1]];
      const sizes = { paper: dpsStepSize(zeta, sigma, next, x.size), bayes: sigma ** 2 - next ** 2 };
      const denoiser = await prior.linearize(x, sigma, context.signal);
      try {
        const move = denoiser.pullback(
          await towardsData(problem, measurement, denoiser.value, guidance, sizes),
        );
        // The step is drawn while the network works.
        x = ancestralStep(x, denoiser.value, sigma, next, context.random('step', i));
        axpy(1, (await move).data, x.data);
      } finally {
        denoiser.release();
      }
    }
    return x;
  },
});

/** How x0 is to move for A(x0) to come nearer to y. */
async function towardsData(
  { operator, noise }: Problem,
  y: FloatArray,
  x0: FloatArray,
  guidance: Guidance,
  sizes: { paper: number; bayes: number },
): Promise<FloatArray> {
  const forward = await operator.linearize(x0);
  try {
    const clean = forward.value;
    const pull = guidance === 'likelihood' ? noise.gradient(clean, y) : residualOf(noise, clean, y);
    if (guidance === 'likelihood') scale(sizes.bayes, pull.data);
    else {
      const paper = sizes.paper / (norm(pull.data) || 1);
      scale(guidance === 'bounded' ? Math.min(paper, newtonStep(operator)) : paper, pull.data);
    }
    if (guidance === 'bounded') shorten(pull.data, sizes.bayes, noise.gradient(clean, y).data);
    return await forward.pullback(pull);
  } finally {
    forward.release();
  }
}

/** The longest step along Aᵀr that cannot overshoot, where that is known. */
function newtonStep(operator: ForwardOperator): number {
  return isLinear(operator) && operator.norm ? operator.norm ** -2 : Number.POSITIVE_INFINITY;
}

/** Puts `size` times the other value wherever that is nearer to zero. */
function shorten(values: Float32Array, size: number, others: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    const other = size * others[i];
    if (Math.abs(other) < Math.abs(values[i])) values[i] = other;
  }
}
