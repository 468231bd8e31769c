/** Which noise levels a chain visits: options that solvers share. */

import { z } from 'zod';
import type { DiffusionPrior } from '../../models/prior.js';
import { requireNumbers } from '../../src/core/arguments.js';
import { UsageError } from '../../src/core/errors.js';
import { geometricSigmas, karrasSigmas, vpSigma, vpSigmas } from '../../src/core/schedule.js';

/** Options of solvers for the noise levels of a chain: where it begins, and how levels are spaced. */
export const noiseLevelOptions = {
  sigmaMax: z
    .number()
    .positive()
    .default(80)
    .describe('highest noise level, if the prior knows it ([0, 1] units)'),
  spacing: z
    .enum(['uniform', 'quadratic', 'karras', 'geometric'])
    .default('uniform')
    .describe(
      "noise levels: uniform or quadratic in DDPM's time, as Karras et al. (ρ = 7), or in constant ratio",
    ),
};

type NoiseLevelOptions = z.infer<z.ZodObject<typeof noiseLevelOptions>>;

/**
 * `steps` decreasing levels within what the prior knows, then 0.
 * @param noiseSigma of the measurement: as in `noiseRange`.
 * @example
 * ```ts
 * import { noiseLevels } from 'retrodict/solver';
 *
 * const prior = { sigmaRange: [0.01, 80] } as const;
 * console.log(noiseLevels(prior, 3, { sigmaMax: 1, spacing: 'geometric' })); // 1, 0.1, 0.01, 0
 * ```
 */
export function noiseLevels(
  prior: Pick<DiffusionPrior, 'sigmaRange'>,
  steps: number,
  options: NoiseLevelOptions,
  noiseSigma?: number,
): Float64Array {
  const { sigmaMax, spacing } = Object(options) as NoiseLevelOptions;
  const { lowest, highest } = noiseRange(prior, sigmaMax, noiseSigma);
  if (spacing === 'karras') return karrasSigmas(steps, lowest, highest);
  if (spacing === 'geometric') return geometricSigmas(steps, lowest, highest);
  return vpSigmas(steps, lowest, highest, spacing);
}

/** DDPM's lowest noise level: below it an image in 8 bits has nothing left to denoise. */
const LOWEST = vpSigma(1 / 1000);

/**
 * The levels a chain may visit before 0: those the prior knows, at most `sigmaMax`, from DDPM's lowest up.
 * @param noiseSigma of the measurement: levels go down to half of it, so that what it leaves open is drawn.
 * @example
 * ```ts
 * import { noiseRange } from 'retrodict/solver';
 *
 * console.log(noiseRange({ sigmaRange: [0.01, 80] }, 1)); // { lowest: 0.01, highest: 1 }
 * ```
 */
export function noiseRange(
  prior: Pick<DiffusionPrior, 'sigmaRange'>,
  sigmaMax: number,
  noiseSigma = Number.POSITIVE_INFINITY,
): { lowest: number; highest: number } {
  const { sigmaRange } = Object(prior) as typeof prior;
  if (!Array.isArray(sigmaRange)) {
    throw new UsageError("the prior has no sigmaRange, expected what await loadPrior('photo') gives");
  }
  requireNumbers({ sigmaMax });
  const [min, max] = sigmaRange;
  const lowest = Math.max(min, Math.min(LOWEST, noiseSigma / 2));
  return { lowest, highest: Math.min(max, sigmaMax) };
}
