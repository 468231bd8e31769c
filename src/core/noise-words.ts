/** A measured noise in numbers that a person, or a denoiser of white noise, can do with. */
import { requireMeasuredNoise } from './arguments.js';
import { strongestSigma, varianceIn } from './channel-products.js';
import { type NoiseMeasurement, UNSURE } from './noise-measure.js';

/** Share of all frequencies that an octave has; the last stands for all below. */
const SHARES = [3 / 4, 3 / 16, 1 / 16];

/**
 * Standard deviation of a pixel, over all octaves, in [0, 1] image units.
 * @example
 * ```ts
 * import { measureNoise, pixelSigma, readPicture } from 'retrodict';
 *
 * const { image } = await readPicture('grainy.png');
 * console.log(255 * pixelSigma(measureNoise(image)));
 * ```
 */
export function pixelSigma(noise: NoiseMeasurement): number {
  requireMeasuredNoise(noise);
  const { kind, sigma, octaves } = noise;
  if (kind !== 'correlated') return sigma;
  return Math.sqrt(octaves.reduce((sum, octave, k) => sum + SHARES[k] * varianceIn(octave), 0));
}

/** Size of the grain in pixels: 1 where the noise is white, 2 where coarse detail is twice as noisy as fine. */
export function grainOf({ kind, octaves }: NoiseMeasurement): number {
  if (kind !== 'correlated') return 1;
  return Math.sqrt(varianceIn(octaves[1]) / varianceIn(octaves[0]));
}

/**
 * Level of white noise that hides this noise: a denoiser that expects as much in every direction of colour and every
 * octave takes away what is there in the strongest colour of the second octave. Of white noise it is σ.
 * @example
 * ```ts
 * import { hidingSigma, measureNoise, readPicture } from 'retrodict';
 *
 * const { image } = await readPicture('noisy.png');
 * console.log(`gaussian:sigma=${hidingSigma(measureNoise(image))}`);
 * ```
 */
export function hidingSigma(noise: NoiseMeasurement): number {
  requireMeasuredNoise(noise);
  const { kind, sigma, octaves } = noise;
  return kind === 'correlated' ? strongestSigma(octaves[1]) : sigma;
}

/**
 * One line, such as `σ 3.4/255, grain of 2.5 px, stronger in shadows`.
 * @example
 * ```ts
 * import { describeNoise, measureNoise, readPicture } from 'retrodict';
 *
 * console.log(describeNoise(measureNoise((await readPicture('noisy.png')).image)));
 * ```
 */
export function describeNoise(noise: NoiseMeasurement): string {
  const level = `σ ${(255 * pixelSigma(noise)).toFixed(noise.kind === 'none' ? 2 : 1)}/255`;
  if (noise.kind === 'none') return `none to be seen (${level})`;
  if (noise.kind === 'unknown') return `${level} at least: no part is flat enough to tell noise from detail`;
  const grain = noise.kind === 'correlated' ? `grain of ${grainOf(noise).toFixed(1)} px` : 'white';
  const [dark, bright] = [noise.levels[0], noise.levels[noise.levels.length - 1]];
  const course = dark === bright ? [] : [dark > bright ? 'stronger in shadows' : 'stronger in bright parts'];
  const doubt = isUncertain(noise) ? ['uncertain, for it may be detail'] : [];
  return [level, grain, ...course, ...doubt].join(', ');
}

/** Whether detail may have been taken for noise: the places measured are unlike, or it rises as detail does. */
export function isUncertain({ unlikeness }: NoiseMeasurement): boolean {
  return unlikeness > UNSURE;
}
