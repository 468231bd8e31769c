/**
 * SITCOM (Alkhouri et al., ICML 2025; arXiv 2410.04479): at each of a few noise levels the network's *input* v is
 * moved by Adam from x_σ until its denoised image D(v) agrees with the measurement as well as noise allows; D(v) with
 * fresh noise of the next level is the next x. Any operator and noise.
 *
 * It fits to the noise level rather than samples: its spread is no uncertainty.
 *
 * Departs from the published code, which returns the step that is closest to the ground truth: here it is the last.
 * The image is not clipped inside the gradient, and what is compared with the noise is the deviance over values that
 * are measured.
 */
import { z } from 'zod';
import type { FloatArray } from '../../src/core/array.js';
import { vpScale } from '../../src/core/units.js';
import { defineSolver } from '../define-solver.js';
import { noised, startState } from '../parts/ancestral.js';
import { fitMeasurement } from '../parts/fit-measurement.js';
import { noiseLevelOptions, noiseLevels } from '../parts/noise-levels.js';

/** Published: residuals up to (σ_n + 0.001)² at σ_n = 0.05. */
const ENOUGH = 1.02 ** 2;

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(20).describe('noise levels'),
  iterations: z
    .int()
    .min(1)
    .default(30)
    .describe('most moves at a level, each with an evaluation and a gradient of the network'),
  rate: z
    .number()
    .positive()
    .default(0.01)
    .describe("Adam's learning rate, the paper's units (variance-preserving state on [-1, 1])"),
  ...noiseLevelOptions,
});

/** Chosen on photographs that are not reported on: docs/presets.md. */
const few = { steps: 20, iterations: 9, rate: 0.02, sigmaMax: 0.3, spacing: 'geometric' } as const;
const presets = {
  denoise: few,
  'inpaint:fraction': { ...few, sigmaMax: 1 },
  inpaint: { ...few, sigmaMax: 2.5 },
  'gaussian-blur': few,
  'motion-blur': few,
  blur: few,
  downsample: few,
  clip: { ...few, steps: 10, sigmaMax: 1 },
  'phase-retrieval': { ...few, steps: 10, sigmaMax: 2.5 },
} as const;

export const sitcom = defineSolver({
  kind: 'chain',
  name: 'sitcom',
  summary:
    "SITCOM: moves the network's input until its output agrees with the measurement; few levels, any operator",
  needs: { prior: 'diffusion', priorVjp: true, noise: 'any' },
  samplesPosterior: false,
  options,
  presets,

  async run(task, { steps, iterations, rate, ...levels }, context) {
    const { prior } = task;
    const sigmas = noiseLevels(prior, steps, levels);
    const { resumed } = context;
    let x = resumed?.state['x'] ?? startState(task.problem.imageShape, sigmas[0], context.random('init'));
    for (let i = resumed?.step ?? 0; i < steps; i++) {
      await context.step(i, steps, { x });
      const sigma = sigmas[i];
      const move = { rate: rate / (2 * vpScale(sigma)), iterations, enough: ENOUGH };
      const denoise = (input: FloatArray) => prior.linearize(input, sigma, context.signal);
      const clean = await fitMeasurement(task, x, denoise, move, () => context.step(i, steps));
      x = noised(clean, sigmas[i + 1], context.random('step', i));
    }
    return x;
  },
});
