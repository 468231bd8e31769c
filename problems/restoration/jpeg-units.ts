/**
 * (AᵀA + ρI)⁻¹ in closed form for the weighted coefficients A of a JPEG file, of an image of whole coded units: the
 * blocks of 8×8 samples of luma, and one of each colour difference, that show the same pixels.
 *
 * It is (1 − Aᵀ(AAᵀ + ρ)⁻¹A)/ρ. In AAᵀ luma's coefficients meet only themselves, because its blocks are orthonormal.
 * Once they are eliminated, those of the differences in a unit meet only ones that are even or odd along the same axes:
 * systems of 32.
 */
import { type FloatArray, floatArray } from '../../src/core/array.js';
import { cholesky, choleskySolve } from '../../src/core/symmetric-eigen.js';
import type { ImageShape } from '../parts/planes.js';
import { type ChromaScaling, FROM_RGB, mixPlane, transposed } from './chroma.js';
import { blockCosine, cosineBlocks, fromCosineBlocks } from './cosine-blocks.js';

/** Solves for a right-hand side b, given the weights of the 64 coefficients by channel. */
type UnitSolve = (weights: readonly Float32Array[], b: FloatArray, rho: number) => FloatArray;

/** What the colours of two channels have in common, of luma and differences. */
const GRAM = FROM_RGB.map((row) =>
  FROM_RGB.map((other) => row.reduce((sum, share, c) => sum + share * other[c], 0)),
);
const TO_COLOURS = transposed(FROM_RGB);

/** Height and width of a unit in pixels. */
export function unitOf(scaling?: ChromaScaling): [height: number, width: number] {
  return [scaling?.rows ? 16 : 8, scaling?.columns ? 16 : 8];
}

/** @param image of a grey picture, or of colours; whole units. */
export function unitSolver(image: ImageShape, scaling?: ChromaScaling): UnitSolve {
  const [channels, height, width] = image;
  const pixels = height * width;
  const small = scaling?.down ?? { height, width, apply: same, transposed: same };
  const factorise = remembered((weights: readonly Float32Array[], rho: number) =>
    differenceFactors(weights, rho, scaling),
  );

  return (weights, b, rho) => {
    const planeOf = (c: number) => b.data.subarray(c * pixels, (c + 1) * pixels);
    const colours = Array.from({ length: channels }, (_, c) => planeOf(c));
    const mixed = channels === 1 ? colours : FROM_RGB.map((row) => mixPlane(row, colours));
    const gains = lumaGains(weights[0], rho, channels === 1 ? 1 : GRAM[0][0]);
    const luma = cosineBlocks(mixed[0], height, width);
    scaleBlocks(luma, gains);
    const planes: Float64Array[] = [];
    if (channels === 3) {
      const shared = cosineBlocks(
        small.apply(fromCosineBlocks(luma, height, width)),
        small.height,
        small.width,
      );
      const differences = [1, 2].map((c) => {
        const own = cosineBlocks(small.apply(new Float64Array(mixed[c])), small.height, small.width);
        for (let i = 0; i < own.length; i++) own[i] = weights[c][i & 63] * (own[i] - GRAM[0][c] * shared[i]);
        return own;
      });
      solveDifferences(differences, factorise(weights, rho));
      for (const [i, values] of differences.entries()) {
        scaleBlocks(values, weights[i + 1]);
        planes.push(small.transposed(fromCosineBlocks(values, small.height, small.width)));
      }
      const seen = cosineBlocks(
        planes[0].map((value, i) => GRAM[0][1] * value + GRAM[0][2] * planes[1][i]),
        height,
        width,
      );
      for (let i = 0; i < luma.length; i++) luma[i] -= gains[i & 63] * seen[i];
    }
    planes.unshift(fromCosineBlocks(luma, height, width));
    const out = new Float32Array(channels * pixels);
    for (let c = 0; c < channels; c++) {
      const explained = channels === 1 ? planes[0] : mixPlane(TO_COLOURS[c], planes);
      for (let i = 0; i < pixels; i++) out[c * pixels + i] = (colours[c][i] - explained[i]) / rho;
    }
    return floatArray(out, image);
  };
}

function same(plane: Float64Array): Float64Array {
  return plane;
}

/** w²/(g·w² + ρ): luma's coefficients by themselves. */
function lumaGains(weights: Float32Array, rho: number, gram: number): Float64Array {
  return Float64Array.from(weights, (weight) => weight ** 2 / (gram * weight ** 2 + rho));
}

function scaleBlocks(blocks: Float64Array, factors: ArrayLike<number>): void {
  for (let i = 0; i < blocks.length; i++) blocks[i] *= factors[i & 63];
}

/** The last result, for as long as the same is asked for: strips of a picture share it. */
function remembered(
  make: (weights: readonly Float32Array[], rho: number) => Float64Array[],
): (weights: readonly Float32Array[], rho: number) => Float64Array[] {
  let [key, last]: [string, Float64Array[]] = ['', []];
  return (weights, rho) => {
    const asked = `${rho} ${weights.map((values) => values.join(' ')).join(' ')}`;
    if (asked !== key) [key, last] = [asked, make(weights, rho)];
    return last;
  };
}

/** Coefficients of a block that are even or odd along the same axes. */
const GROUPS = [0, 1, 8, 9].map((first) =>
  Array.from({ length: 16 }, (_, i) => first + 16 * (i >> 2) + 2 * (i & 3)),
);

/** Cholesky factors of what is left of AAᵀ + ρ for the two differences, of each group. */
function differenceFactors(
  weights: readonly Float32Array[],
  rho: number,
  scaling?: ChromaScaling,
): Float64Array[] {
  const [rows, columns] = [scaling?.rows ? 2 : 1, scaling?.columns ? 2 : 1];
  const through = throughLuma(lumaGains(weights[0], rho, GRAM[0][0]), rows, columns);
  return GROUPS.map((group) => {
    const places = [1, 2].flatMap((c) => group.map((k) => [c, k] as const));
    const matrix = places.flatMap(([c, k]) =>
      places.map(([d, l]) => {
        const own = k === l ? GRAM[c][d] / (rows * columns) : 0;
        const left = own - GRAM[0][c] * GRAM[0][d] * through[64 * k + l];
        return weights[c][k] * weights[d][l] * left + (c === d && k === l ? rho : 0);
      }),
    );
    return cholesky(Float64Array.from(matrix), places.length);
  });
}

/** [64, 64]: what two coefficients of a difference have in common by way of luma's, these times their gains. */
function throughLuma(gains: Float64Array, rows: number, columns: number): Float64Array {
  const [down, along] = [sharedLines(rows), sharedLines(columns)];
  const out = new Float64Array(64 * 64);
  for (let at = 0; at < out.length; at++) {
    const [ky, kx, ly, lx] = [at >> 9, (at >> 6) & 7, (at >> 3) & 7, at & 7];
    for (let i = 0; i < 64; i++) {
      out[at] += down[64 * (i >> 3) + 8 * ky + ly] * along[64 * (i & 7) + 8 * kx + lx] * gains[i];
    }
  }
  return out;
}

/** [8, 8, 8]: along one axis, for luma's coefficient i, its products with k and l over the blocks that these cover. */
function sharedLines(blocks: number): Float64Array {
  const product = (block: number, i: number, k: number) => {
    let sum = 0;
    for (let n = 0; n < 8; n++) {
      sum += (blockCosine(i, n) * blockCosine(k, Math.floor((8 * block + n) / blocks))) / blocks;
    }
    return sum;
  };
  return Float64Array.from({ length: 512 }, (_, at) => {
    const [i, k, l] = [at >> 6, (at >> 3) & 7, at & 7];
    let sum = 0;
    for (let block = 0; block < blocks; block++) sum += product(block, i, k) * product(block, i, l);
    return sum;
  });
}

/** In place, unit by unit. */
function solveDifferences([blue, red]: readonly Float64Array[], factors: readonly Float64Array[]): void {
  const sides = new Float64Array(32);
  for (let start = 0; start < blue.length; start += 64) {
    for (const [g, group] of GROUPS.entries()) {
      for (const [i, k] of group.entries()) {
        sides[i] = blue[start + k];
        sides[16 + i] = red[start + k];
      }
      const solved = choleskySolve(factors[g], sides);
      for (const [i, k] of group.entries()) {
        blue[start + k] = solved[i];
        red[start + k] = solved[16 + i];
      }
    }
  }
}
