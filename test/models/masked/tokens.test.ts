import { describe, expect, it } from 'vitest';
import {
  cutTokens,
  embed,
  grown,
  requireTokens,
  tokenGrid,
  tokenNumbers,
  tokensOf,
  withIds,
} from '../../../models/masked/tokens.js';
import { floatArray } from '../../../src/core/array.js';

const grid = withIds(
  tokenGrid([3, 4], 0),
  Int32Array.from({ length: 12 }, (_, i) => i),
);

describe('grids of tokens', () => {
  it('are one token everywhere, and cut by row', () => {
    expect(tokenGrid([1, 2], 7)).toEqual({ ids: Int32Array.of(7, 7), height: 1, width: 2 });
    expect(cutTokens(grid, { top: 1, left: 2, height: 2, width: 2 })).toEqual({
      ...{ ids: Int32Array.of(6, 7, 10, 11), height: 2, width: 2 },
    });
  });

  it('are numbers, and back', () => {
    expect(tokenNumbers(grid).shape).toEqual([3, 4]);
    expect(tokensOf(tokenNumbers(grid))).toEqual(grid);
  });

  it('have regions that grow up to the edge', () => {
    const region = { top: 1, left: 1, height: 1, width: 1 };
    expect(grown(region, 1, grid)).toEqual({ top: 0, left: 0, height: 3, width: 3 });
    expect(grown(region, Number.POSITIVE_INFINITY, grid)).toEqual({ top: 0, left: 0, height: 3, width: 4 });
    expect(grown(region, 0, grid)).toEqual(region);
  });
});

describe('embeddings', () => {
  const codebook = floatArray(Float32Array.of(1, 10, 2, 20, 3, 30), [3, 2]);

  it('are those of the codebook, dimension by dimension', () => {
    const tokens = { ids: Int32Array.of(2, 0), height: 1, width: 2 };
    expect([...embed(tokens, codebook).data]).toEqual([3, 1, 30, 10]);
  });

  it('there are none of hidden tokens, nor of tokens out of range', () => {
    const at = (id: number) => embed({ ids: Int32Array.of(0, id), height: 1, width: 2 }, codebook);
    expect(() => at(3)).toThrow('token 1 is hidden; expected one of 0 to 2');
    expect(() => at(4)).toThrow('token 1 is 4; expected one of 0 to 2');
    expect(() => at(-1)).toThrow('token 1 is -1; expected one of 0 to 2');
    expect(() => requireTokens({ ids: Int32Array.of(3), height: 1, width: 1 }, 3)).not.toThrow();
    expect(() => requireTokens({ ids: Int32Array.of(4), height: 1, width: 1 }, 3)).toThrow('token 0 is 4');
  });
});
