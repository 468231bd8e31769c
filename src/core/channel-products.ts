/** Covariances of an image's channels, packed: 00, 01, 11, 02, 12, 22. */
import { symmetricEigen } from './symmetric-eigen.js';

/** The mean variance of a channel. */
export function varianceIn(products: ArrayLike<number>): number {
  const channels = channelsOf(products);
  let sum = 0;
  for (let channel = 0, i = 0; channel < channels; channel++, i += channel + 1) sum += products[i];
  return sum / channels;
}

/** With a variance more that each channel has for itself. */
export function withOwn(products: readonly number[], variance: number): number[] {
  const own = (pair: number) => Number.isInteger(Math.sqrt(8 * pair + 9) / 2 - 1.5);
  return products.map((value, pair) => value + (own(pair) ? variance : 0));
}

/** Standard deviation in the strongest combination of channels. */
export function strongestSigma(products: ArrayLike<number>): number {
  return Math.sqrt(strongestVariance(products));
}

/** Share of the variance that is not of the strongest combination of channels: 0 where they say the same. */
export function colourShare(products: ArrayLike<number>): number {
  const total = channelsOf(products) * varianceIn(products);
  return total > 0 ? 1 - strongestVariance(products) / total : 0;
}

function strongestVariance(products: ArrayLike<number>): number {
  const channels = channelsOf(products);
  return symmetricEigen(squareOf(products, channels), channels).values[0];
}

/** The symmetric matrix, row by row. */
export function squareOf(products: ArrayLike<number>, channels: number): Float64Array {
  return Float64Array.from({ length: channels ** 2 }, (_, i) => {
    const [a, b] = [Math.floor(i / channels), i % channels];
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    return products[(high * (high + 1)) / 2 + low];
  });
}

function channelsOf(products: ArrayLike<number>): number {
  return Math.round((Math.sqrt(8 * products.length + 1) - 1) / 2);
}
