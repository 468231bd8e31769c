/** Medical, wave and spectral operators against deepinv and NumPy (test/fixtures/operators/make-science.py). */
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
  /** Where the two differ by more than rounding; the script says why. */
  readonly tolerance?: number;
}
const array = ({ shape, data }: Listed) => floatArray(Float32Array.from(data), shape);
const cases: Case[] = JSON.parse(
  readFileSync(new URL('../fixtures/operators/science.json', import.meta.url), 'utf8'),
);

describe('operators', () => {
  expect(cases.length).toBe(11);
  it.each(cases)('$problem on $x.shape', async ({ problem, x, y, files, tolerance = 5e-7 }) => {
    const read = Object.fromEntries(Object.entries(files).map(([name, file]) => [`0.${name}`, array(file)]));
    const found = await operatorOf(problem, x.shape, read).apply(array(x));
    expect(found.shape).toEqual(y.shape);
    for (const [i, value] of y.data.entries()) {
      expect(Math.abs(found.data[i] - value)).toBeLessThan(tolerance * Math.max(1, Math.abs(value)));
    }
  });
});
