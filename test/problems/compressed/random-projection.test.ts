import { describe, expect, it } from 'vitest';
import { floatArray } from '../../../src/core/array.js';
import { norm } from '../../../src/core/vector.js';
import { linearOperatorOf, matrixOf, operatorOf } from '../sound.js';

describe('random-projection', () => {
  it('has independent entries N(0, 1/values)', async () => {
    const operator = operatorOf('random-projection:fraction=0.5,seed=1', [1, 12, 25]);
    const rows = await matrixOf(operator);
    expect(rows).toHaveLength(150);
    const all = rows.flatMap((row) => [...row]);
    const moment = (power: number) =>
      all.reduce((sum, value) => sum + (value * Math.sqrt(150)) ** power, 0) / all.length;
    // Four standard errors of 45,000 draws.
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(all.length));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / all.length));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / all.length));
    // Pinned: the same entries on every machine and in every version.
    expect(all.slice(0, 3).map((value) => Number(value.toPrecision(6)))).toMatchInlineSnapshot(`
      [
        -0.0382597,
        0.0773039,
        -0.112179,
      ]
    `);
  });

  it('keeps lengths on average, whatever the matrix', async () => {
    for (const matrix of ['gaussian', 'structured']) {
      const ratios: number[] = [];
      for (let seed = 0; seed < 40; seed++) {
        const text = `random-projection:fraction=0.3,seed=${seed},matrix=${matrix}`;
        const x = floatArray(new Float32Array(192).fill(0.5), [1, 12, 16]);
        const y = await operatorOf(text, [1, 12, 16]).apply(x);
        ratios.push((norm(y.data) / norm(x.data)) ** 2);
      }
      // 58 values a draw: the mean of 40 has a standard error of √(2/58/40) = 0.03.
      expect(Math.abs(ratios.reduce((sum, value) => sum + value, 0) / 40 - 1)).toBeLessThan(0.12);
    }
  });

  it('is stored where it is small, structured where it is large', () => {
    expect(linearOperatorOf('random-projection:fraction=0.1', [1, 64, 64]).rowScale).toBeUndefined();
    expect(linearOperatorOf('random-projection:fraction=0.25', [1, 128, 128]).rowScale).toBeCloseTo(4, 12);
    expect(() => operatorOf('random-projection:fraction=0.25,matrix=gaussian', [1, 128, 128])).toThrow(
      'random-projection:matrix=gaussian holds at most 2^24 entries, but 4096 values of an image of 128×128',
    );
  });
});
