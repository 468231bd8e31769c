/** How well a photograph was restored whose truth is known, in figures and to look at. */
import { type FloatArray, mapArray, zeros } from '../core/array.js';
import { psnr, ssim } from '../core/metrics.js';
import { summarise } from '../core/posterior.js';
import { crps } from '../core/sample-scores.js';
import { spreadSkill } from '../core/spread-scores.js';
import { heldByPlace, type Stratum } from '../core/strata.js';
import type { Posterior } from '../restore.js';
import { mean } from './table.js';

export interface PhotographScore {
  readonly name: string;
  /** dB, of the mean of the samples, clipped to [0, 1]. */
  readonly psnr: number;
  readonly ssim: number;
  /** dB, average over the samples one by one. */
  readonly samplePsnr: number;
  readonly sampleSsim: number;
  /**
   * dB, of the sample of least misfit: what counts where samples may differ by a shift or a turn that the measurement
   * does not see.
   */
  readonly closestPsnr: number;
  readonly misfit: number;
  /** dB, of what the prior's codes or tokens make of the photograph itself, where it has any; absent if that is all. */
  readonly ceiling?: number;
  /** Share of the true values inside the 90 % interval, whatever the solver says of it; absent for a single image. */
  readonly coverage?: number;
  readonly coverage50?: number;
  readonly coverage99?: number;
  /** Fair, in thousandths of the image's range; absent where samples have weights. */
  readonly crps?: number;
  readonly spreadSkill?: number;
  /** What the 90 % interval holds at edges, in the dark, in holes and so on (`heldByPlace`). */
  readonly places?: Readonly<Record<string, Stratum>>;
  /** How many there are; evaluations, VJPs and seconds are for all of them. */
  readonly samples: number;
  readonly networkEvaluations: number;
  readonly vjps: number;
  readonly seconds: number;
}

/** The sample of least misfit. */
function closest({ misfit }: Posterior): number {
  return misfit.indexOf(Math.min(...misfit));
}

/** Truth, sample of least misfit and mean, from left to right. */
export function sheet(posterior: Posterior, truth: FloatArray): FloatArray {
  const images = [truth, posterior.samples[closest(posterior)], posterior.mean];
  const [channels, height, width] = images[0].shape;
  const out = zeros([channels, height, images.length * width]);
  for (let row = 0; row < channels * height; row++) {
    images.forEach((image, i) => {
      out.data.set(image.data.subarray(row * width, (row + 1) * width), (row * images.length + i) * width);
    });
  }
  return out;
}

/** @param observed 0 where the measurement, of the image's shape, has holes. */
export function score(
  posterior: Posterior,
  truth: FloatArray,
  observed?: ArrayLike<number>,
): Omit<PhotographScore, 'name'> {
  const clip = (x: FloatArray) => mapArray(x, (value) => Math.min(Math.max(value, 0), 1));
  const estimate = clip(posterior.mean);
  const samples = posterior.samples.map(clip);
  const { networkEvaluations, vjps, seconds } = posterior;
  return {
    psnr: psnr(estimate, truth),
    ssim: ssim(estimate, truth),
    samplePsnr: mean(samples.map((sample) => psnr(sample, truth))),
    sampleSsim: mean(samples.map((sample) => ssim(sample, truth))),
    closestPsnr: psnr(samples[closest(posterior)], truth),
    misfit: mean(posterior.misfit),
    ...spreadScores(posterior, truth),
    ...placesOf(posterior, truth, observed),
    samples: samples.length,
    networkEvaluations,
    vjps,
    seconds,
  };
}

type SpreadScores = Pick<PhotographScore, 'coverage' | 'coverage50' | 'coverage99' | 'crps' | 'spreadSkill'>;

/** None of a single image. The 90 % interval is the solver's own, the others are those of its samples. */
function spreadScores(posterior: Posterior, truth: FloatArray): SpreadScores {
  const { samples, logWeights, mean: estimate, sd, lower, upper, meanBySolver } = posterior;
  if (!(sd && lower && upper)) return {};
  const ninety = { coverage: coverage(truth, lower, upper) };
  if (samples.length < 2) return ninety;
  const at = (level: number) => {
    const ends = summarise(samples, level, logWeights);
    return ends.lower && coverage(truth, ends.lower, ends.upper!);
  };
  const alike = posterior.effectiveSamples > samples.length - 1e-6;
  return {
    ...ninety,
    ...{ coverage50: at(0.5), coverage99: at(0.99) },
    crps: alike ? 1000 * crps(samples, truth) : undefined,
    spreadSkill: spreadSkill(estimate, sd, truth, meanBySolver ? undefined : samples.length),
  };
}

function placesOf(
  { lower, upper }: Posterior,
  truth: FloatArray,
  observed?: ArrayLike<number>,
): Pick<PhotographScore, 'places'> {
  return lower && upper ? { places: heldByPlace(lower, upper, truth, observed) } : {};
}

function coverage(truth: FloatArray, lower: FloatArray, upper: FloatArray): number {
  let inside = 0;
  for (let i = 0; i < truth.data.length; i++) {
    if (truth.data[i] >= lower.data[i] && truth.data[i] <= upper.data[i]) inside++;
  }
  return inside / truth.data.length;
}
