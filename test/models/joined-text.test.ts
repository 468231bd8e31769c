/** What several text encoders give, put together: as SDXL and Stable Diffusion 3 take it. */
import { describe, expect, it } from 'vitest';
import { joined } from '../../models/joined-text.js';

const part = (tokens: number, width: number, from: number, pooled?: number[]) => ({
  tokens: {
    ...{ type: 'float32' as const, dims: [1, tokens, width] },
    data: Float32Array.from({ length: tokens * width }, (_, i) => from + i),
  },
  ...(pooled && {
    pooled: { type: 'float32' as const, dims: [1, pooled.length], data: Float32Array.from(pooled) },
  }),
});

describe('joined', () => {
  it('leaves one alone', () => {
    const one = part(2, 3, 0, [7]);
    expect(joined([one])).toBe(one);
  });

  it('puts those of as many tokens side by side, and what sums them up too', () => {
    const { tokens, pooled } = joined([part(2, 1, 1, [5, 6]), part(2, 2, 10, [7])]);
    expect([tokens.dims, [...tokens.data]]).toEqual([
      [1, 2, 3],
      [1, 10, 11, 2, 12, 13],
    ]);
    expect([pooled!.dims, [...pooled!.data]]).toEqual([
      [1, 3],
      [5, 6, 7],
    ]);
  });

  it('puts others behind, and fills up with zeros', () => {
    const { tokens, pooled } = joined([part(1, 1, 1), part(1, 1, 2), part(2, 3, 10)], [4, 3]);
    expect(tokens.dims).toEqual([1, 4, 3]);
    expect([...tokens.data]).toEqual([1, 2, 0, 10, 11, 12, 13, 14, 15, 0, 0, 0]);
    expect(pooled).toBeUndefined();
  });

  it('says where a network has no room for them', () => {
    expect(() => joined([part(3, 2, 0)], [2, 2])).toThrow(
      'the text encoders give 3 tokens of width 2; the network takes 2 of 2.',
    );
  });
});
