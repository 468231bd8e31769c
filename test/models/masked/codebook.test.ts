import { describe, expect, it } from 'vitest';
import type { MaskedCard } from '../../../models/card.js';
import { codebookOf } from '../../../models/masked/codebook.js';
import { floatArray } from '../../../src/core/array.js';

function cardOf(quantiser: MaskedCard['quantiser'], count: number): MaskedCard {
  return { name: 'book', quantiser, tokens: { count, mask: count, stride: 4 } } as unknown as MaskedCard;
}

const rows = ({ data, shape }: ReturnType<typeof codebookOf>) =>
  Array.from({ length: shape[0] }, (_, k) => [...data.subarray(k * shape[1], (k + 1) * shape[1])]);

describe('the codebook', () => {
  it('of finite scalars counts the first dimension fastest', () => {
    expect(rows(codebookOf(cardOf({ kind: 'fsq', levels: [3, 2] }, 6)))).toEqual([
      [-1, -1],
      [0, -1],
      [1, -1],
      [-1, 1],
      [0, 1],
      [1, 1],
    ]);
  });

  it('of signs counts in binary, the first bit the highest', () => {
    const book = rows(codebookOf(cardOf({ kind: 'lfq', bits: 3 }, 8)));
    expect(book[0]).toEqual([-1, -1, -1]);
    expect(book[1]).toEqual([-1, -1, 1]);
    expect(book[4]).toEqual([1, -1, -1]);
    // There and back: the index is read off the signs.
    const indices = book.map((signs) => signs.reduce((index, sign) => 2 * index + (sign > 0 ? 1 : 0), 0));
    expect(indices).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('of vectors is what the file holds', () => {
    const stored = floatArray(Float32Array.of(1, 2, 3, 4), [2, 2]);
    expect(codebookOf(cardOf({ kind: 'vq' }, 2), stored)).toBe(stored);
  });

  it('is refused where it is another than its card says', () => {
    const stored = floatArray(Float32Array.of(1, 2, 3, 4), [2, 2]);
    expect(() => codebookOf(cardOf({ kind: 'vq' }, 3), stored)).toThrow(
      'the codebook of book is 2×2; its card says 3 tokens.',
    );
    expect(() => codebookOf(cardOf({ kind: 'lfq', bits: 1 }, 2), stored)).toThrow(
      'the codebook of book is not that of its quantiser, lfq.',
    );
    const lost = floatArray(Float32Array.of(1, Number.NaN), [2, 1]);
    expect(() => codebookOf(cardOf({ kind: 'vq' }, 2), lost)).toThrow('holds NaN, not a finite number');
  });
});
