/** Grids of tokens, and their embeddings. */
import { type FloatArray, floatArray, zeros } from '../../src/core/array.js';

/** The tokens of an image, row by row: 0 to K − 1, or K for one that is hidden. */
export interface Tokens {
  readonly ids: Int32Array;
  readonly height: number;
  readonly width: number;
}

/** A rectangle of a grid of tokens. */
export interface TokenRegion {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** A grid that is one token everywhere: with K, all are hidden. */
export function tokenGrid([height, width]: readonly [number, number], token: number): Tokens {
  return { ids: new Int32Array(height * width).fill(token), height, width };
}

/** The same grid with other tokens. */
export function withIds({ height, width }: Tokens, ids: Int32Array): Tokens {
  return { ids, height, width };
}

/** The tokens as numbers [h, w], which float32 has exactly, and back. */
export function tokenNumbers({ ids, height, width }: Tokens): FloatArray {
  return floatArray(Float32Array.from(ids), [height, width]);
}

export function tokensOf({ data, shape: [height, width] }: FloatArray): Tokens {
  return { ids: Int32Array.from(data), height, width };
}

/** A copy of what a region holds. */
export function cutTokens({ ids, width }: Tokens, region: TokenRegion): Tokens {
  const cut = new Int32Array(region.height * region.width);
  for (let row = 0; row < region.height; row++) {
    const from = (region.top + row) * width + region.left;
    cut.set(ids.subarray(from, from + region.width), row * region.width);
  }
  return { ids: cut, height: region.height, width: region.width };
}

/** The region, and what is at most `reach` tokens away from it, within the grid. */
export function grown(
  { top, left, height, width }: TokenRegion,
  reach: number,
  grid: Pick<Tokens, 'height' | 'width'>,
): TokenRegion {
  const [first, start] = [Math.max(0, top - reach), Math.max(0, left - reach)];
  return {
    top: first,
    left: start,
    height: Math.min(grid.height, top + height + reach) - first,
    width: Math.min(grid.width, left + width + reach) - start,
  };
}

/** The embeddings [d, h, w] of tokens. @param codebook [K, d]. @throws RangeError where one is hidden, or is none. */
export function embed({ ids, height, width }: Tokens, codebook: FloatArray): FloatArray {
  const [count, dimensions] = codebook.shape;
  const embeddings = zeros([dimensions, height, width]);
  const positions = ids.length;
  for (let i = 0; i < positions; i++) {
    if (!(ids[i] >= 0 && ids[i] < count)) throw strayToken(ids[i], i, count);
    for (let j = 0; j < dimensions; j++) {
      embeddings.data[j * positions + i] = codebook.data[ids[i] * dimensions + j];
    }
  }
  return embeddings;
}

/** @throws RangeError where one is neither a token nor hidden. */
export function requireTokens({ ids }: Tokens, count: number): void {
  const stray = ids.findIndex((id) => !(id >= 0 && id <= count));
  if (stray >= 0) throw strayToken(ids[stray], stray, count);
}

function strayToken(id: number, position: number, count: number): RangeError {
  const found = id === count ? 'is hidden' : `is ${id}`;
  return new RangeError(`token ${position} ${found}; expected one of 0 to ${count - 1}`);
}
