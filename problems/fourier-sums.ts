/**
 * The Fourier transform of a picture at any frequencies, summed directly: no gridding, so no error but rounding.
 *
 *     V(u, v) = Σ x[j, i] exp(−2πi (u·(i − ⌊W/2⌋) + v·(j − ⌊H/2⌋))/max(H, W)) / (HW)
 *
 * u and v are cycles per longer side of the picture, V(0, 0) is its mean.
 */
import { type FloatArray, floatArray, type Shape } from '../src/core/array.js';
import type { Vector } from '../src/core/vector.js';
import { type LinearOperator, withLinearization } from './operator.js';
import { requireShape } from './planes.js';

export interface Frequencies {
  /** Cycles per longer side, along rows. */
  readonly u: Float64Array;
  /** Cycles per longer side, down columns. */
  readonly v: Float64Array;
}

/**
 * [1, H, W] → `outputShape`, its last axis [real, imaginary].
 * @param outputShape has room for twice as many values as there are frequencies.
 */
export function fourierSums(
  height: number,
  width: number,
  frequencies: Frequencies,
  outputShape: Shape,
): LinearOperator {
  const inputShape = [1, height, width];
  const { apply, adjoint } = preciseFourierSums(height, width, frequencies);
  return withLinearization({
    inputShape,
    outputShape,
    field: 'complex',
    apply(x: FloatArray) {
      requireShape(x, inputShape);
      return floatArray(new Float32Array(apply(x.data)), outputShape);
    },
    adjoint(y: FloatArray) {
      requireShape(y, outputShape);
      return floatArray(new Float32Array(adjoint(y.data)), inputShape);
    },
    // That of Frobenius, a bound.
    norm: Math.sqrt(frequencies.u.length / (height * width)),
  });
}

/** In double precision, on flat arrays; measured values are pairs [real, imaginary]. */
interface PreciseSums {
  apply(x: Vector): Float64Array;
  adjoint(values: Vector): Float64Array;
}

/** The same as `fourierSums`, for what goes on from the sums. */
export function preciseFourierSums(height: number, width: number, { u, v }: Frequencies): PreciseSums {
  const side = Math.max(height, width);
  const middle = width >> 1;
  const folded = middle + 1;
  const { cosine, sine } = waves(u, side, 0, folded);
  const down = waves(v, side, -(height >> 1), height);
  const scale = 1 / (height * width);
  // Pixels i to the right and to the left of the middle share a cosine, and a sine but for its sign.
  const even = new Float64Array(folded);
  const odd = new Float64Array(folded);

  const fold = (x: Vector, start: number) => {
    const at = start + middle;
    even[0] = x[at];
    odd[0] = 0;
    for (let i = 1; i < folded; i++) {
      const right = middle + i < width ? x[at + i] : 0;
      even[i] = right + x[at - i];
      odd[i] = right - x[at - i];
    }
  };
  return {
    apply(x) {
      const out = new Float64Array(2 * u.length);
      for (let y = 0; y < height; y++) {
        fold(x, y * width);
        for (let k = 0; k < u.length; k++) {
          let [re, im] = [0, 0];
          for (let i = 0, at = k * folded; i < folded; i++, at++) {
            re += even[i] * cosine[at];
            im -= odd[i] * sine[at];
          }
          const [c, s] = [scale * down.cosine[k * height + y], scale * down.sine[k * height + y]];
          out[2 * k] += c * re + s * im;
          out[2 * k + 1] += c * im - s * re;
        }
      }
      return out;
    },
    adjoint(values) {
      const out = new Float64Array(height * width);
      for (let y = 0; y < height; y++) {
        even.fill(0);
        odd.fill(0);
        for (let k = 0; k < u.length; k++) {
          const [c, s] = [scale * down.cosine[k * height + y], scale * down.sine[k * height + y]];
          const re = c * values[2 * k] - s * values[2 * k + 1];
          const im = s * values[2 * k] + c * values[2 * k + 1];
          for (let i = 0, at = k * folded; i < folded; i++, at++) {
            even[i] += re * cosine[at];
            odd[i] -= im * sine[at];
          }
        }
        const at = y * width + middle;
        out[at] = even[0];
        for (let i = 1; i < folded; i++) {
          if (middle + i < width) out[at + i] = even[i] + odd[i];
          out[at - i] = even[i] - odd[i];
        }
      }
      return out;
    },
  };
}

/** cos and sin of 2π·frequency·n/side for n = first … first + count − 1, one frequency after another. */
function waves(frequencies: Float64Array, side: number, first: number, count: number) {
  const angles = Float64Array.from({ length: frequencies.length * count }, (_, at) => {
    return (2 * Math.PI * frequencies[Math.floor(at / count)] * (first + (at % count))) / side;
  });
  return { cosine: angles.map(Math.cos), sine: angles.map(Math.sin) };
}
