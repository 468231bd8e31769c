/** Decreasing grids of noise levels, in [0, 1] image units. Every grid ends with 0: the image itself. */
import { requireNumbers } from './arguments.js';

/**
 * Karras et al. 2022 (2206.00364, eq. 5): `steps` levels from `max` to `min`, evenly spaced in σ^(1/ρ), then 0.
 * @throws RangeError unless 0 < min < max and steps ≥ 1.
 * @example
 * ```ts
 * import { karrasSigmas } from 'retrodict/solver';
 *
 * console.log(karrasSigmas(20, 0.01, 80));
 * ```
 */
export function karrasSigmas(steps: number, min: number, max: number, rho = 7): Float64Array {
  requireRange(steps, min, max);
  const grid = new Float64Array(steps + 1);
  const [low, high] = [min ** (1 / rho), max ** (1 / rho)];
  for (let i = 0; i < steps; i++) grid[i] = (high + (i / Math.max(steps - 1, 1)) * (low - high)) ** rho;
  return grid;
}

/**
 * `steps` levels from `max` to `min` in constant ratio, then 0. @throws RangeError unless 0 < min < max and steps ≥
 * 1.
 * @example
 * ```ts
 * import { geometricSigmas } from 'retrodict/solver';
 *
 * console.log(geometricSigmas(3, 0.01, 1)); // 1, 0.1, 0.01, 0
 * ```
 */
export function geometricSigmas(steps: number, min: number, max: number): Float64Array {
  requireRange(steps, min, max);
  const grid = new Float64Array(steps + 1);
  for (let i = 0; i < steps; i++) grid[i] = max * (min / max) ** (i / Math.max(steps - 1, 1));
  return grid;
}

/** The integral of β(t) = 0.1 + 19.9 t, t in [0, 1]: the linear schedule of DDPM in continuous time. */
const BETA_MIN = 0.1;
const BETA_RANGE = 19.9;

/**
 * Noise level at time t of the linear schedule, for an image in [0, 1] (half of that on [-1, 1]).
 * @example
 * ```ts
 * import { vpSigma, vpTime } from 'retrodict/solver';
 *
 * console.log(vpTime(vpSigma(0.3))); // 0.3
 * ```
 */
export function vpSigma(time: number): number {
  requireNumbers({ time });
  return 0.5 * Math.sqrt(Math.expm1(BETA_MIN * time + 0.5 * BETA_RANGE * time ** 2));
}

/**
 * Inverse of `vpSigma`.
 * @example
 * ```ts
 * import { vpTime } from 'retrodict/solver';
 *
 * console.log(vpTime(0.1)); // the time, from 0 to 1, at which the noise is a tenth of the image's range
 * ```
 */
export function vpTime(sigma: number): number {
  requireNumbers({ sigma });
  const integral = Math.log1p((2 * sigma) ** 2);
  return (2 * integral) / (BETA_MIN + Math.sqrt(BETA_MIN ** 2 + 2 * BETA_RANGE * integral));
}

/**
 * `steps` levels of DDPM's linear schedule from `max` to `min`, then 0.
 * `uniform`: evenly spaced in time, as DPS and DDPM; `quadratic`: time falls with the square root of the step, as
 * DiffPIR's `quad` sequence, which spends more steps on low noise.
 * @throws RangeError unless 0 < min < max and steps ≥ 1.
 * @example
 * ```ts
 * import { vpSigmas } from 'retrodict/solver';
 *
 * console.log(vpSigmas(20, 0.01, 80, 'quadratic'));
 * ```
 */
export function vpSigmas(
  steps: number,
  min: number,
  max: number,
  spacing: 'uniform' | 'quadratic' = 'uniform',
): Float64Array {
  requireRange(steps, min, max);
  const grid = new Float64Array(steps + 1);
  const [first, last] = [vpTime(max), vpTime(min)];
  for (let i = 0; i < steps; i++) {
    const done = i / Math.max(steps - 1, 1);
    grid[i] = vpSigma(first + (spacing === 'quadratic' ? Math.sqrt(done) : done) * (last - first));
  }
  return grid;
}

function requireRange(steps: number, min: number, max: number): void {
  requireNumbers({ steps, min, max });
  if (!Number.isInteger(steps) || steps < 1) {
    throw new RangeError(`a grid of noise levels needs a whole number of steps of at least 1, not ${steps}`);
  }
  if (!(0 < min && min < max)) {
    throw new RangeError(`a grid of noise levels needs 0 < lowest < highest, found ${min} and ${max}`);
  }
}
