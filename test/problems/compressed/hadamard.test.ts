import { describe, expect, it } from 'vitest';
import { matrixOf, operatorOf } from '../sound.js';

describe('hadamard', () => {
  it('has distinct orthonormal rows, the mean first, by seed and size alone', async () => {
    for (const text of ['hadamard:fraction=0.4,seed=2', 'hadamard:fraction=0.4,seed=2,transform=dct']) {
      const rows = await matrixOf(operatorOf(text, [1, 4, 8]));
      expect(rows).toHaveLength(13);
      for (const value of rows[0]) expect(value).toBeCloseTo(1 / Math.sqrt(32), 6);
      const again = await matrixOf(operatorOf(text, [1, 4, 8]));
      expect(again).toEqual(rows);
      expect(await matrixOf(operatorOf(text.replace('seed=2', 'seed=3'), [1, 4, 8]))).not.toEqual(rows);
    }
  });

  it('is pinned: the same rows and order on every machine and in every version', async () => {
    const rows = await matrixOf(operatorOf('hadamard:fraction=0.5,seed=7', [1, 2, 4]));
    expect(
      rows.map((row) => Array.from(row, (value) => (value > 0 ? '+' : '-')).join('')),
    ).toMatchInlineSnapshot(`
      [
        "++++++++",
        "+++-+---",
        "-+++--+-",
        "+-++-+--",
      ]
    `);
  });

  it('scrambles the pixels unless told not to', async () => {
    // Unscrambled, row k is Sylvester's: the sign of (−1)^popcount(k & j).
    const rows = await matrixOf(operatorOf('hadamard:fraction=1,scramble=false', [1, 2, 8]));
    const ones = (n: number) => n.toString(2).replaceAll('0', '').length;
    for (const [k, row] of rows.entries()) {
      for (const [j, value] of row.entries()) expect(value).toBeCloseTo(0.25 * (-1) ** ones(k & j), 6);
    }
    expect(await matrixOf(operatorOf('hadamard:fraction=1', [1, 2, 8]))).not.toEqual(rows);
  });
});

describe('hadamard:transform=dct', () => {
  it('has products of cosines down and across', async () => {
    const rows = await matrixOf(operatorOf('hadamard:fraction=1,scramble=false,transform=dct', [1, 3, 4]));
    const cosine = (k: number, place: number, size: number) =>
      Math.sqrt((k === 0 ? 1 : 2) / size) * Math.cos((Math.PI * k * (place + 0.5)) / size);
    for (const [k, row] of rows.entries()) {
      for (const [j, value] of row.entries()) {
        const down = cosine(Math.floor(k / 4), Math.floor(j / 4), 3);
        expect(value).toBeCloseTo(down * cosine(k % 4, j % 4, 4), 6);
      }
    }
  });
});
