/**
 * How strong the white Gaussian noise of a picture is, from the picture alone: Chen, Zhu & Heng, "An efficient
 * statistical method for image noise level estimation" (ICCV 2015). Small patches of a clean picture lie near a
 * subspace, so the smallest eigenvalues of their covariance are the noise's variance; how many those are is where
 * their mean equals their median, as it does for the eigenvalues of noise alone.
 */

import { contiguous, type FloatArray, formatShape } from './array.js';
import { UsageError } from './errors.js';
import { symmetricEigen } from './symmetric-eigen.js';

/** Largest number of values in a patch (all channels), and of patches; more costs time and gains little. */
const LARGEST_PATCH = 75;
const MOST_PATCHES = 10_000;
/** For each value of a patch, for patches of more than 5×5 pixels. */
const MANY_PATCHES = 30;

/**
 * Standard deviation of the noise in the units of the picture, [C, H, W] with the same noise level in all channels.
 *
 * Photographs are textured: below about 3/255 texture passes for noise and the estimate is too high. Noise that is not
 * white (demosaiced, compressed, resized pictures) is underestimated: see `measureNoise`. Constant and clipped patches
 * do not count.
 * @param observed 0 where the picture holds nothing (an inpainting measurement's holes), of the picture's size.
 * @throws UsageError when too few patches are whole: the picture must be about 24×24 or larger.
 * @example
 * ```ts
 * import { estimateNoise, readPicture } from 'retrodict';
 *
 * const { image } = await readPicture('noisy.png');
 * console.log(`${(255 * estimateNoise(image)).toFixed(1)}/255`);
 * ```
 */
export function estimateNoise(image: FloatArray, observed?: Float32Array): number {
  return whiteNoise(image, observed).sigma;
}

/** White noise at its best, and how much the picture bears it out. */
export interface WhiteNoise {
  readonly sigma: number;
  /**
   * The smallest eighth of the eigenvalues over the mean of those that were taken for noise: above 0.85 for white
   * noise, and mostly less for the detail of a clean picture, whose strength falls from direction to direction.
   */
  readonly evenness: number;
}

/** As `estimateNoise`, with what speaks for it. @throws as that does. */
export function whiteNoise(image: FloatArray, observed?: Float32Array): WhiteNoise {
  const picture = contiguous(image);
  const [channels, height, width] = picture.shape;
  const wholeOf = (side: number) =>
    patchCorners(height, width, side).filter(({ y, x }) => {
      return !observed || isObserved(observed, width, y, x, side);
    });
  const largest = Math.max(2, Math.min(8, Math.floor(Math.sqrt(LARGEST_PATCH / channels))));
  // Of few channels larger patches tell noise from texture better, but only where there are many.
  const many = wholeOf(largest).length >= MANY_PATCHES * channels * largest ** 2;
  const side = many ? largest : Math.min(largest, 5);
  const dimension = channels * side * side;
  const whole = wholeOf(side);
  if (whole.length < 4 * dimension) {
    throw new UsageError(
      `a picture of ${formatShape(picture.shape)} with ${whole.length} whole patches of ${side}×${side} pixels ` +
        'is too small to estimate its noise',
    );
  }
  const varied = whole.filter(({ y, x }) => !isCut(picture, y, x, side));
  const patches = varied.length < 4 * dimension ? whole : varied;
  const covariance = patchCovariance(picture, patches, side);
  return judged(symmetricEigen(covariance, dimension).values.sort());
}

/** @param ascending eigenvalues. */
function judged(ascending: Float64Array): WhiteNoise {
  const count = countNoise(ascending);
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = mean(ascending.subarray(0, count));
  const least = mean(ascending.subarray(0, Math.ceil(ascending.length / 8)));
  return {
    sigma: Math.sqrt(Math.max(0, variance)),
    evenness: variance > 0 ? Math.max(0, least) / variance : 0,
  };
}

/** From the largest eigenvalue down, drop until the mean of the rest is at most their median. */
function countNoise(ascending: Float64Array): number {
  let sum = ascending.reduce((total, value) => total + value, 0);
  for (let count = ascending.length; count > 1; count--) {
    const median = (ascending[(count - 1) >> 1] + ascending[count >> 1]) / 2;
    if (sum / count <= median) return count;
    sum -= ascending[count - 1];
  }
  return 1;
}

/** The top left pixel of a patch. */
interface Corner {
  readonly y: number;
  readonly x: number;
}

/** Corners on a regular grid, as dense as the number of patches allows. */
function patchCorners(height: number, width: number, side: number): Corner[] {
  const [rows, columns] = [height - side + 1, width - side + 1];
  const step = Math.max(1, Math.ceil(Math.sqrt((rows * columns) / MOST_PATCHES)));
  const corners: Corner[] = [];
  for (let y = 0; y < rows; y += step) {
    for (let x = 0; x < columns; x += step) corners.push({ y, x });
  }
  return corners;
}

/** Whether a patch has no hole in its first channel; holes are the same in all. */
function isObserved(observed: Float32Array, width: number, y: number, x: number, side: number): boolean {
  for (let row = y; row < y + side; row++) {
    for (let column = x; column < x + side; column++) {
      if (observed[row * width + column] === 0) return false;
    }
  }
  return true;
}

/** A bar, a drawn area, or one clipped in more than a fifth of its values: no noise is left there, or not all. */
function isCut({ data, shape }: FloatArray, y: number, x: number, side: number): boolean {
  const [channels, height, width] = shape;
  const first = data[y * width + x];
  let [ends, equal] = [0, 0];
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < side; row++) {
      const start = (channel * height + y + row) * width + x;
      for (let column = 0; column < side; column++) {
        const value = data[start + column];
        if (value === 0 || value === 1) ends++;
        if (value === first) equal++;
      }
    }
  }
  const size = channels * side * side;
  return equal === size || ends > size / 5;
}

function patchCovariance(picture: FloatArray, corners: readonly Corner[], side: number): Float64Array {
  const [channels, height, width] = picture.shape;
  const dimension = channels * side * side;
  const mean = new Float64Array(dimension);
  const products = new Float64Array(dimension * dimension);
  const patch = new Float64Array(dimension);
  for (const { y, x } of corners) {
    let i = 0;
    for (let channel = 0; channel < channels; channel++) {
      for (let row = 0; row < side; row++) {
        const start = (channel * height + y + row) * width + x;
        for (let column = 0; column < side; column++) patch[i++] = picture.data[start + column];
      }
    }
    for (let a = 0; a < dimension; a++) {
      mean[a] += patch[a];
      for (let b = 0; b <= a; b++) products[a * dimension + b] += patch[a] * patch[b];
    }
  }
  const count = corners.length;
  for (let a = 0; a < dimension; a++) {
    for (let b = 0; b <= a; b++) {
      const value = products[a * dimension + b] / count - (mean[a] / count) * (mean[b] / count);
      products[a * dimension + b] = products[b * dimension + a] = value;
    }
  }
  return products;
}
