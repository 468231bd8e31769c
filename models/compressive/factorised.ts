/**
 * A law for each channel of a code, of any form: its cumulative distribution is σ(ℓ(h)), σ the logistic function and ℓ
 * a few monotone layers (Ballé et al. 2018, arXiv 1802.01436, Appendix 6.1): ℓ ← M ℓ + b, and but for the last
 * ℓ ← ℓ + f tanh ℓ, with M > 0 and f > −1.
 */
import { z } from 'zod';
import { type FloatArray, type Shape, zeros } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';
import type { Rate } from './rate.js';

const vector = z.array(z.number()).min(1).max(64);

/** The content of a hyperprior's file: for every layer and channel a matrix, a bias and, but for the last, factors. */
export const factorisedTables = z
  .strictObject({
    matrices: z
      .array(z.array(z.array(vector).min(1).max(64)).min(1))
      .min(1)
      .max(16),
    biases: z.array(z.array(vector).min(1)).min(1).max(16),
    factors: z.array(z.array(vector).min(1)).max(16),
  })
  .superRefine(({ matrices, biases, factors }, context) => {
    const fault = (message: string) => context.addIssue({ code: 'custom', message });
    if (biases.length !== matrices.length || factors.length !== matrices.length - 1) {
      return fault('expected as many biases as matrices, and one layer fewer of factors');
    }
    const channels = matrices[0].length;
    for (const [k, layer] of matrices.entries()) {
      const last = k === matrices.length - 1;
      const alike = [layer, biases[k], ...(last ? [] : [factors[k]])].every(
        ({ length }) => length === channels,
      );
      if (!alike) return fault('expected every layer to have the same channels');
      for (const [c, matrix] of layer.entries()) {
        const width = k === 0 ? 1 : matrices[k - 1][c].length;
        const fits = matrix.every((row) => row.length === width) && biases[k][c].length === matrix.length;
        if (!fits || (!last && factors[k][c].length !== matrix.length) || (last && matrix.length !== 1)) {
          return fault('expected layers that take what the one before gives, from one value to one value');
        }
      }
    }
  });

type FactorisedTables = z.infer<typeof factorisedTables>;

/** The laws of a code's channels. */
export class Factorised {
  constructor(readonly tables: FactorisedTables) {}

  get channels(): number {
    return this.tables.matrices[0].length;
  }

  /** −log of the mass that each code's law gives to (h − ½, h + ½). @param h [channels, height, width] */
  rate(h: FloatArray): Rate {
    const gradient = zeros(h.shape);
    const positions = h.size / this.channels;
    let nats = 0;
    for (let i = 0; i < h.data.length; i++) {
      const channel = Math.floor(i / positions);
      const [lower, lowerSlope] = this.logit(channel, h.data[i] - 0.5);
      const [upper, upperSlope] = this.logit(channel, h.data[i] + 0.5);
      // σ(b) − σ(a) = σ(b) σ(−a) (1 − e^(a − b)): no difference of two numbers near 1.
      const shrink = Math.expm1(lower - upper);
      nats += softplus(-upper) + softplus(lower) - Math.log(-shrink);
      const both = (upperSlope - lowerSlope) * ((1 + shrink) / -shrink);
      gradient.data[i] = -(upperSlope * logistic(-upper) - lowerSlope * logistic(lower) + both);
    }
    return { nats, gradient };
  }

  /** A draw of the code, [channels, height, width]: the law itself, and the uniform noise of rounding. */
  draw(shape: Shape, random: Random): FloatArray {
    const h = zeros(shape);
    const positions = h.size / this.channels;
    for (let i = 0; i < h.data.length; i++) {
      const u = random.uniform();
      h.data[i] = this.#quantile(Math.floor(i / positions), Math.log(u / (1 - u))) + random.uniform() - 0.5;
    }
    return h;
  }

  /** ℓ(value) and its derivative. */
  logit(channel: number, value: number): readonly [number, number] {
    const { matrices, biases, factors } = this.tables;
    let values = [value];
    let slopes = [1];
    for (let k = 0; k < matrices.length; k++) {
      const matrix = matrices[k][channel];
      const [next, nextSlopes]: [number[], number[]] = [[], []];
      for (const [row, weights] of matrix.entries()) {
        let sum = biases[k][channel][row];
        let slope = 0;
        for (let j = 0; j < weights.length; j++) {
          sum += weights[j] * values[j];
          slope += weights[j] * slopes[j];
        }
        const bent = k < factors.length ? Math.tanh(sum) : 0;
        const factor = k < factors.length ? factors[k][channel][row] : 0;
        next.push(sum + factor * bent);
        nextSlopes.push(slope * (1 + factor * (1 - bent * bent)));
      }
      [values, slopes] = [next, nextSlopes];
    }
    return [values[0], slopes[0]];
  }

  /** The value whose ℓ is `logit`, by bisection: ℓ rises. */
  #quantile(channel: number, logit: number): number {
    let [low, high] = [-1, 1];
    while (this.logit(channel, low)[0] > logit && low > -1e6) low *= 2;
    while (this.logit(channel, high)[0] < logit && high < 1e6) high *= 2;
    for (let k = 0; k < 60; k++) {
      const middle = (low + high) / 2;
      if (this.logit(channel, middle)[0] < logit) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function logistic(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}
