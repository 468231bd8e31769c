import { describe, expect, it } from 'vitest';
import { cartesianLines } from '../../../problems/medical/cartesian-mask.js';
import { keyedRandom } from '../../../src/core/random.js';
import { operatorOf } from '../sound.js';

describe('cartesianLines', () => {
  const lines = (pattern: 'random' | 'equispaced', seed: number) =>
    cartesianLines(24, { pattern, taken: 8, centre: 3 }, keyedRandom(seed, 'lines', 0)());

  it('is pinned: the same lines on every machine and in every version', () => {
    expect([lines('random', 1), lines('equispaced', 1)].map(String)).toMatchInlineSnapshot(`
      [
        "3,7,11,12,13,17,22,23",
        "3,7,11,12,13,15,19,23",
      ]
    `);
  });

  it('takes exactly what is asked, the centre always', () => {
    for (let seed = 0; seed < 50; seed++) {
      for (const pattern of ['random', 'equispaced'] as const) {
        const taken = lines(pattern, seed);
        expect(new Set(taken).size).toBe(8);
        expect(taken).toEqual(expect.arrayContaining([11, 12, 13]));
        expect(Math.min(...taken)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...taken)).toBeLessThan(24);
      }
      const outside = lines('equispaced', seed).filter((line) => Math.abs(line - 12) > 1);
      const places = outside.map((line) => (line > 12 ? line - 3 : line));
      for (const [i, place] of places.slice(1).entries()) expect([4, 5]).toContain(place - places[i]);
    }
  });
});

it('takes 0.32 of the measured share of lines around the origin, whatever the seed, as fastMRI does', () => {
  const always = new Array<boolean>(100).fill(true);
  for (let seed = 0; seed < 12; seed++) {
    const { observed } = operatorOf(`mri:acceleration=4,seed=${seed}`, [1, 1, 100]);
    for (let line = 0; line < 100; line++) always[line] &&= observed![2 * line] === 1;
  }
  expect([...always.keys()].filter((line) => always[line])).toEqual([46, 47, 48, 49, 50, 51, 52, 53]);
});
