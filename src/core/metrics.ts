/** How close an image is to the truth. */
import { contiguous, type FloatArray, formatShape, sameShape } from './array.js';

/**
 * Peak signal-to-noise ratio in dB over all channels, for values whose peak is 1. Infinite for equal images.
 * @throws RangeError when the shapes differ.
 * @example
 * ```ts
 * import { floatArray, psnr, zeros } from 'retrodict';
 *
 * console.log(psnr(floatArray(new Float32Array(4).fill(0.1), [1, 2, 2]), zeros([1, 2, 2])));
 * ```
 */
export function psnr(image: FloatArray, trueImage: FloatArray): number {
  const [estimate, truth] = [contiguous(image), contiguous(trueImage)];
  requireSameShape(estimate, truth);
  let squares = 0;
  for (let i = 0; i < truth.data.length; i++) squares += (estimate.data[i] - truth.data[i]) ** 2;
  return -10 * Math.log10(squares / truth.data.length);
}

const RADIUS = 5;
const WINDOW = gaussianWindow(RADIUS, 1.5);

/**
 * Structural similarity (Wang et al., IEEE TIP 2004): 11×11 Gaussian window of 1.5 px, K₁ = 0.01, K₂ = 0.03, peak 1,
 * averaged over the pixels whose window lies inside the image, and over channels. Where the image is smaller than
 * the window the whole image is the window.
 * @param image and the true image of shape [C, H, W].
 * @throws RangeError when the shapes differ.
 * @example
 * ```ts
 * import { ssim, zeros } from 'retrodict';
 *
 * console.log(ssim(zeros([1, 16, 16]), zeros([1, 16, 16])));
 * ```
 */
export function ssim(image: FloatArray, trueImage: FloatArray): number {
  const [estimate, truth] = [contiguous(image), contiguous(trueImage)];
  requireSameShape(estimate, truth);
  const [channels, height, width] = truth.shape;
  const plane = height * width;
  let sum = 0;
  for (let c = 0; c < channels; c++) {
    const x = Float64Array.from(estimate.data.subarray(c * plane, (c + 1) * plane));
    const y = Float64Array.from(truth.data.subarray(c * plane, (c + 1) * plane));
    sum += planeSsim(x, y, height, width);
  }
  return sum / channels;
}

function planeSsim(x: Float64Array, y: Float64Array, height: number, width: number): number {
  const blur = (plane: Float64Array) => blurInside(plane, height, width);
  const meanX = blur(x);
  const meanY = blur(y);
  const meanXX = blur(x.map((value) => value * value));
  const meanYY = blur(y.map((value) => value * value));
  const meanXY = blur(x.map((value, i) => value * y[i]));
  const c1 = 0.01 ** 2;
  const c2 = 0.03 ** 2;
  let sum = 0;
  for (let i = 0; i < meanX.length; i++) {
    const covariance = meanXY[i] - meanX[i] * meanY[i];
    const variances = meanXX[i] - meanX[i] ** 2 + meanYY[i] - meanY[i] ** 2;
    sum +=
      ((2 * meanX[i] * meanY[i] + c1) * (2 * covariance + c2)) /
      ((meanX[i] ** 2 + meanY[i] ** 2 + c1) * (variances + c2));
  }
  return sum / meanX.length;
}

/** Separable Gaussian average at the pixels whose window lies inside the plane. */
function blurInside(plane: Float64Array, height: number, width: number): Float64Array {
  const rows = width > 2 * RADIUS ? WINDOW : flatWindow(width);
  const columns = height > 2 * RADIUS ? WINDOW : flatWindow(height);
  const innerWidth = width - rows.length + 1;
  const innerHeight = height - columns.length + 1;
  const horizontal = new Float64Array(height * innerWidth);
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < innerWidth; j++) {
      let sum = 0;
      for (let k = 0; k < rows.length; k++) sum += rows[k] * plane[i * width + j + k];
      horizontal[i * innerWidth + j] = sum;
    }
  }
  const out = new Float64Array(innerHeight * innerWidth);
  for (let i = 0; i < innerHeight; i++) {
    for (let j = 0; j < innerWidth; j++) {
      let sum = 0;
      for (let k = 0; k < columns.length; k++) sum += columns[k] * horizontal[(i + k) * innerWidth + j];
      out[i * innerWidth + j] = sum;
    }
  }
  return out;
}

function gaussianWindow(radius: number, sigma: number): Float64Array {
  const window = Float64Array.from({ length: 2 * radius + 1 }, (_, k) =>
    Math.exp(-((k - radius) ** 2) / (2 * sigma ** 2)),
  );
  const total = window.reduce((sum, value) => sum + value, 0);
  return window.map((value) => value / total);
}

function flatWindow(length: number): Float64Array {
  return new Float64Array(length).fill(1 / length);
}

function requireSameShape(a: FloatArray, b: FloatArray): void {
  if (!sameShape(a.shape, b.shape)) {
    throw new RangeError(
      `cannot compare images of shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    );
  }
}
