/**
 * What is not known of a network's last layer, carried down a diffusion run backwards (BayesDiff, Kou et al., ICLR
 * 2024, arXiv 2310.11142, §3). Along the probability flow, x' = kx + (1 − k)D with k = σ'/σ, pixel by pixel
 *
 *   E[x'] = k E[x] + (1 − k) E[D],   Var(x') = k² Var(x) + 2k(1 − k) Cov(x, D) + (1 − k)² Var(D)
 *
 * and by the law of total variance Var(D) is that of the weights, which is known in closed form, and that of D over
 * what x may be; the latter and the covariance come from a few draws of x.
 *
 * Departs from the published code: it leaves out the second part of Var(D), and takes the covariance about a mean of
 * other draws; here it is the slope of D over the draws, times Var(x), which is exact for any number of draws where D
 * is linear pixel by pixel. Its ancestral form multiplies variances by the wrong power and is not here.
 */
import type { DiffusionPrior } from '../models/prior.js';
import { requireArray, requireNumbers } from './core/arguments.js';
import { type FloatArray, mapArray, zeros } from './core/array.js';
import { UsageError } from './core/errors.js';
import { keyedRandom, type Random } from './core/random.js';
import { geometricSigmas } from './core/schedule.js';

/** How the variance is carried. */
export interface CarryOptions {
  /** Noise levels. Default 20. */
  readonly steps?: number;
  /** Draws of the state at each level, each a network evaluation, 3 or more. Default 10. */
  readonly draws?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** What comes of the weights' law at the end of the flow. */
export interface CarriedDeviation {
  /** The mean over the weights. */
  readonly mean: FloatArray;
  /** Standard deviation of every value by what is not known of the weights, as if drawn anew at each level. */
  readonly deviation: FloatArray;
}

/** How far below the first level the last one lies. */
const RANGE = 30;

/**
 * Follows the flow from a noisy image to a clean one, with the variance of what the last layer's weights leave open.
 * It knows nothing of a measurement but its noise, and is no interval of the posterior.
 * @param prior with `lastLayer`. @param noisy x0 + σn, [C, H, W]. @param sigma its noise level.
 * @throws UsageError where the prior has no `lastLayer`, or a number is out of range.
 * @example
 * ```ts
 * import { carriedDeviation, type FloatArray, loadPrior } from 'retrodict';
 *
 * export async function doubts(noisy: FloatArray) {
 *   const prior = await loadPrior('photo-small');
 *   if (prior.kind !== 'diffusion') throw new Error('not a diffusion');
 *   return carriedDeviation(prior, noisy, 25 / 255, { steps: 10, draws: 5 });
 * }
 * ```
 */
export async function carriedDeviation(
  prior: Pick<DiffusionPrior, 'name' | 'sigmaRange' | 'denoise' | 'lastLayer'>,
  noisy: FloatArray,
  sigma: number,
  options: CarryOptions = {},
): Promise<CarriedDeviation> {
  const { steps = 20, draws = 10, seed = 0, signal } = Object(options) as CarryOptions;
  requireArray(noisy, 'the noisy image');
  requireNumbers({ sigma, steps, draws, seed });
  const { lastLayer } = Object(prior) as typeof prior;
  if (!lastLayer) throw new UsageError(`prior ${prior?.name} has no lastLayer: see retrodict card --laplace`);
  if (!(sigma > 0)) throw new UsageError(`sigma must be above 0, found ${sigma}`);
  if (!(Number.isInteger(draws) && draws >= 3)) {
    throw new UsageError(`draws must be a whole number from 3, found ${draws}`);
  }
  const lowest = Math.max(prior.sigmaRange[0], sigma / RANGE);
  const levels = steps > 1 && sigma > lowest ? geometricSigmas(steps, lowest, sigma) : [sigma, 0];
  let [mean, variance] = [noisy, zeros(noisy.shape)];
  for (let i = 0; i + 1 < levels.length; i++) {
    signal?.throwIfAborted();
    const random = keyedRandom(seed, 'carried deviation', i);
    const states = Array.from({ length: draws }, (_, k) => drawn(mean, variance, random('state', k)));
    const answers: FloatArray[] = [];
    for (const state of states) answers.push(await prior.denoise(state, levels[i], signal));
    const ofWeights = await lastLayer.deviation(mean, levels[i], signal);
    const keep = levels[i + 1] / levels[i];
    ({ mean, variance } = step({ mean, variance }, states, answers, ofWeights, keep));
  }
  return { mean, deviation: mapArray(variance, Math.sqrt) };
}

interface Moments {
  readonly mean: FloatArray;
  readonly variance: FloatArray;
}

function drawn(mean: FloatArray, variance: FloatArray, random: Random): FloatArray {
  return mapArray(mean, (value, i) => value + Math.sqrt(variance.data[i]) * random.normal());
}

/** @param ofWeights the deviation of D at the mean. */
function step(
  { mean, variance }: Moments,
  states: readonly FloatArray[],
  answers: readonly FloatArray[],
  ofWeights: FloatArray,
  keep: number,
): Moments {
  const next = { mean: zeros(mean.shape), variance: zeros(mean.shape) };
  for (let j = 0; j < mean.data.length; j++) {
    const of = regression(states, answers, j);
    const own = variance.data[j];
    const denoised = of.answer + of.slope * (mean.data[j] - of.state);
    const total = ofWeights.data[j] ** 2 + of.slope ** 2 * own + of.rest;
    next.mean.data[j] = keep * mean.data[j] + (1 - keep) * denoised;
    next.variance.data[j] = Math.max(
      0,
      keep ** 2 * own + 2 * keep * (1 - keep) * of.slope * own + (1 - keep) ** 2 * total,
    );
  }
  return next;
}

/** Of one value of the answers on that of the states: means, slope, and the variance that the slope leaves over. */
function regression(states: readonly FloatArray[], answers: readonly FloatArray[], j: number) {
  const count = states.length;
  let [state, answer] = [0, 0];
  for (let k = 0; k < count; k++) {
    state += states[k].data[j] / count;
    answer += answers[k].data[j] / count;
  }
  let [xx, xy, yy] = [0, 0, 0];
  for (let k = 0; k < count; k++) {
    const [dx, dy] = [states[k].data[j] - state, answers[k].data[j] - answer];
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  const slope = xx > 0 ? xy / xx : 0;
  return { state, answer, slope, rest: Math.max(0, yy - slope * xy) / (count - 2) };
}
