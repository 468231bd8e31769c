/** How far off each value of an estimate may be, up to a factor, as the measurement alone tells it. */
import type { FloatArray } from './array.js';
import type { Features } from './spread-groups.js';

interface Estimated {
  /** [C, H, W] */
  readonly mean: FloatArray;
  /** Absent: the estimate's own detail tells where it may be wrong. */
  readonly sd?: FloatArray;
  /** That the standard deviation is of; 0 where it is known without. */
  readonly samples: number;
  /** Of the same shape as the mean: 0 in holes. */
  readonly observed?: Float32Array;
}

/** Half of one of 255 levels: what no estimate knows better. */
const FINEST = 0.5 / 255;

/** Pixels to each side over which the variance of few samples is averaged. */
const RADIUS = 2;

/** So many samples of its own outweigh the average of the neighbours. */
const NEIGHBOURS_WEIGH = 4;

/**
 * The standard deviation where it is known; that of n samples is itself off by 1/√(2n − 2) of it, and is drawn to
 * the average of its neighbours. Without any, the standard deviation of the estimate among its neighbours.
 */
export function featuresOf({ mean, sd, samples, observed }: Estimated): Features {
  const hole = observed && Uint8Array.from(observed, (seen) => (seen === 0 ? 1 : 0));
  const variance = sd ? varianceOf(sd, samples) : detailOf(mean);
  const spread = variance.map((value) => Math.sqrt(Math.max(value, 0) + FINEST ** 2));
  return { spread, brightness: mean.data, hole };
}

function varianceOf(sd: FloatArray, samples: number): Float32Array {
  const own = sd.data.map((value) => value * value);
  if (samples < 2) return own;
  const around = boxMean(own, sd.shape);
  const weight = (samples - 1) / (samples - 1 + NEIGHBOURS_WEIGH);
  return own.map((value, i) => weight * value + (1 - weight) * around[i]);
}

function detailOf({ data, shape }: FloatArray): Float32Array {
  const average = boxMean(data, shape);
  const squares = boxMean(
    data.map((value) => value * value),
    shape,
  );
  return squares.map((value, i) => value - average[i] ** 2);
}

/** The mean over a square around each pixel, cut off at the border. */
function boxMean(data: Float32Array, shape: readonly number[]): Float32Array {
  const [height, width] = shape.slice(-2);
  const across = slidingMean(data, data.length / width, width, 1, width);
  return slidingMean(across, data.length / height, height, width, height * width);
}

/** Along lines of `length` values that lie `step` apart; `stride` from one block of `step` lines to the next. */
function slidingMean(
  data: Float32Array,
  lines: number,
  length: number,
  step: number,
  stride: number,
): Float32Array {
  const out = new Float32Array(data.length);
  for (let line = 0; line < lines; line++) {
    const first = Math.floor(line / step) * stride + (line % step);
    let sum = 0;
    let [from, to] = [0, 0];
    for (let i = 0; i < length; i++) {
      while (to < Math.min(i + RADIUS + 1, length)) sum += data[first + step * to++];
      while (from < i - RADIUS) sum -= data[first + step * from++];
      out[first + step * i] = sum / (to - from);
    }
  }
  return out;
}
