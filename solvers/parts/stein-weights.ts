/**
 * How far to follow each of two denoisers, octave by octave: the weights whose risk ‖y + Σ aₖ(Dₖ(y) − y) − x‖² is least
 * on average, by Stein's unbiased estimate of it, which needs the noise and not x (Luisier, Blu, Unser, "A new SURE
 * approach to image denoising", IEEE TIP 2007). The divergence comes from a probe (Ramani, Blu, Unser, "Monte-Carlo
 * SURE", IEEE TIP 2008), drawn from the noise, so that it holds for correlated noise too.
 */
import { type FloatArray, mapArray } from '../../src/core/array.js';
import { Dct2d } from '../../src/core/dct.js';

/** Octaves of frequency that have weights of their own; the last stands for all below. */
const OCTAVES = 3;

/** Weights of the two denoisers, neither negative, together at most 1. */
type Weights = readonly [number, number];

/** What two denoisers did to a part of the picture. */
export interface Trial {
  /** A draw of the noise. */
  readonly probe: FloatArray;
  /** Dₖ(y) − y */
  readonly changes: readonly [FloatArray, FloatArray];
  /** (Dₖ(y + ε·probe) − Dₖ(y)) / ε */
  readonly responses: readonly [FloatArray, FloatArray];
}

/** Weights for each octave, finest first. @param caution factor of the noise: above 1 is rather too smooth. */
export function steinWeights(trials: readonly Trial[], caution: number): Weights[] {
  const sums = Array.from({ length: OCTAVES }, () => ({ products: [0, 0, 0], pulls: [0, 0] }));
  for (const { probe, changes, responses } of trials) {
    const [, height, width] = probe.shape;
    const octaves = octavesOf(height, width);
    const [b, first, second, ...turned] = [probe, ...changes, ...responses].map(spectrum);
    for (let i = 0; i < b.length; i++) {
      const { products, pulls } = sums[octaves[i % octaves.length]];
      products[0] += first[i] * first[i];
      products[1] += first[i] * second[i];
      products[2] += second[i] * second[i];
      pulls[0] += caution ** 2 * b[i] * (b[i] - turned[0][i]);
      pulls[1] += caution ** 2 * b[i] * (b[i] - turned[1][i]);
    }
  }
  return sums.map(({ products, pulls }) => bestWeights(products, pulls));
}

/** y with the weighted changes of each octave. */
export function withChanges(
  y: FloatArray,
  [first, second]: readonly [FloatArray, FloatArray],
  weights: readonly Weights[],
): FloatArray {
  const [channels, height, width] = y.shape;
  const octaves = octavesOf(height, width);
  const plan = new Dct2d(height, width);
  const added = new Float32Array(y.data.length);
  const [one, other] = [new Float64Array(octaves.length), new Float64Array(octaves.length)];
  for (let c = 0; c < channels; c++) {
    plan.forward(first.data, c * octaves.length, one);
    plan.forward(second.data, c * octaves.length, other);
    for (let i = 0; i < octaves.length; i++) {
      const [a, b] = weights[octaves[i]];
      one[i] = a * one[i] + b * other[i];
    }
    plan.inverse(one, added, c * octaves.length);
  }
  return mapArray(y, (value, i) => value + added[i]);
}

/** The least of aᵀGa − 2pᵀa over a ≥ 0, a₀ + a₁ ≤ 1. @param products G₀₀, G₀₁, G₁₁. @param pulls p. */
export function bestWeights([g00, g01, g11]: readonly number[], [p0, p1]: readonly number[]): Weights {
  const value = ([a, b]: Weights) => g00 * a * a + 2 * g01 * a * b + g11 * b * b - 2 * (p0 * a + p1 * b);
  const share = (x: number, of: number) => (of > 0 ? Math.min(1, Math.max(0, x / of)) : 0);
  const determinant = g00 * g11 - g01 * g01;
  const inside: Weights = [(p0 * g11 - p1 * g01) / determinant, (p1 * g00 - p0 * g01) / determinant];
  if (inside[0] >= 0 && inside[1] >= 0 && inside[0] + inside[1] <= 1) return inside;
  const mixed = share(p0 - p1 + g11 - g01, g00 - 2 * g01 + g11);
  const edges: Weights[] = [
    [share(p0, g00), 0],
    [0, share(p1, g11)],
    [mixed, 1 - mixed],
  ];
  return edges.reduce((best, edge) => (value(edge) < value(best) ? edge : best));
}

/** The octave of each cosine. */
function octavesOf(height: number, width: number): Uint8Array {
  return Uint8Array.from({ length: height * width }, (_, i) => {
    const frequency = Math.max(Math.floor(i / width) / (2 * height), (i % width) / (2 * width));
    let octave = 0;
    while (octave < OCTAVES - 1 && frequency <= 0.25 / 2 ** octave) octave++;
    return octave;
  });
}

function spectrum({ data, shape: [channels, height, width] }: FloatArray): Float64Array {
  const plan = new Dct2d(height, width);
  const all = new Float64Array(channels * height * width);
  for (let c = 0; c < channels; c++) {
    const part = c * height * width;
    plan.forward(data, part, all.subarray(part, part + height * width));
  }
  return all;
}
