/** Operators against deepinv and SciPy (test/fixtures/operators/make-peers.py), to float32 rounding. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { operatorOf } from './sound.js';

interface Listed {
  readonly shape: number[];
  readonly data: number[];
}
interface Case {
  readonly problem: string;
  readonly x: Listed;
  readonly y: Listed;
  readonly files: Readonly<Record<string, Listed>>;
}
const array = ({ shape, data }: Listed) => floatArray(Float32Array.from(data), shape);
const cases: Case[] = JSON.parse(
  readFileSync(new URL('../fixtures/operators/peers.json', import.meta.url), 'utf8'),
);

describe('operators', () => {
  expect(cases.length).toBe(18);
  it.each(cases)('$problem on $x.shape', async ({ problem, x, y, files }) => {
    const read = Object.fromEntries(Object.entries(files).map(([name, file]) => [`0.${name}`, array(file)]));
    const found = await operatorOf(problem, x.shape, read).apply(array(x));
    expect(found.shape).toEqual(y.shape);
    for (const [i, value] of y.data.entries()) {
      expect(Math.abs(found.data[i] - value)).toBeLessThan(3e-7 * Math.max(1, Math.abs(value)));
    }
  });
});
