/**
 * The posterior mean where each value is measured by itself, with noise of its own strength: counted photons, light
 * that falls off. A denoiser knows one strength at a time. At level σ it is therefore given
 *
 *   z = x̂ + σ/sᵢ (yᵢ − x̂ᵢ),
 *
 * whose noise is σ everywhere where the last estimate x̂ is true, and its answer counts for the values whose sᵢ is near
 * σ. That is exact where values are independent of one another, and where all are equally noisy.
 */
import type { DiffusionPrior } from '../../models/prior.js';
import { type FloatArray, mapArray, zeros } from '../../src/core/array.js';
import { geometricSigmas } from '../../src/core/schedule.js';
import { towards } from '../../src/core/vector.js';
import type { Context } from '../solver.js';
import { equivariantDenoise } from './equivariant.js';
import { noiseRange } from './noise-levels.js';

/** One evaluation at each of them makes a round; more levels gain nothing: docs/presets.md. */
const LEVELS = 5;

/** Strengths that are alike to this factor are taken for one. */
const ALIKE = 1.05;

/**
 * E[x | y] of y = x + s·n: the mean of what all rounds find but the first, which has no estimate to begin with.
 * @param y [C, H, W] in [0, 1] units. @param strength s of each value. @param steps network evaluations, at most; each
 * in a random orientation.
 */
export async function denoiseUneven(
  prior: DiffusionPrior,
  y: FloatArray,
  strength: FloatArray,
  steps: number,
  { random, step, resumed, signal }: Context,
): Promise<FloatArray> {
  const levels = levelsOf(prior, strength, steps);
  const all = steps - (steps % levels.length);
  const places = mapArray(strength, placeAmong(levels));
  let mean: FloatArray | undefined = resumed?.state['mean'];
  let found = resumed?.state['found'] ?? zeros(y.shape);
  for (let i = resumed?.step ?? 0; i < all; i++) {
    await step(i, all, { ...(mean && { mean }), found });
    const [round, k] = [Math.floor(i / levels.length), i % levels.length];
    const even = mean ? scaled(y, mean, strength, levels[k]) : y;
    const clean = await equivariantDenoise(prior, even, levels[k], random('estimate', i), signal);
    const near = (j: number) => Math.max(0, 1 - Math.abs(places.data[j] - k));
    found = mapArray(found, (value, j) => value + near(j) * clean.data[j]);
    if (k < levels.length - 1) continue;
    mean = mean && round > 1 ? towards(mean, found, 1 / round) : found;
    found = zeros(y.shape);
  }
  return mean!;
}

/** In constant ratio from the greatest strength to the least, within what the prior knows. */
function levelsOf(prior: DiffusionPrior, { data }: FloatArray, steps: number): Float64Array {
  const { lowest, highest } = noiseRange(prior, Number.POSITIVE_INFINITY, 0);
  const within = (value: number) => Math.min(Math.max(value, lowest), highest);
  const most = within(data.reduce((a, b) => Math.max(a, b)));
  const least = within(data.reduce((a, b) => Math.min(a, b)));
  const count = Math.min(LEVELS, steps);
  return most < ALIKE * least
    ? Float64Array.of(most)
    : geometricSigmas(count, least, most).subarray(0, count);
}

/** A strength's place among the levels, from 0: between two, by its logarithm. */
function placeAmong(levels: Float64Array): (strength: number) => number {
  const last = levels.length - 1;
  const ratio = Math.log(levels[last] / levels[0]) / Math.max(last, 1);
  return (strength) => (last === 0 ? 0 : Math.min(Math.max(Math.log(strength / levels[0]) / ratio, 0), last));
}

/** The measurement with noise σ everywhere, as far as x̂ is true. */
function scaled(y: FloatArray, { data: mean }: FloatArray, { data }: FloatArray, sigma: number): FloatArray {
  return mapArray(y, (value, i) => mean[i] + (sigma / data[i]) * (value - mean[i]));
}
