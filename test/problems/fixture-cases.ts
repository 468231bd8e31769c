/**
 * Measurements that NumPy, SciPy and deepinv made of small images, to float32 rounding: `test/fixtures/operators/` with
 * make.py, make-peers.py and make-science.py.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseProblem } from '../../problems/index.js';
import { type FloatArray, floatArray } from '../../src/core/array.js';
import { operatorOf } from './sound.js';

interface Listed {
  readonly shape: number[];
  readonly data: number[];
}

interface FixtureCase {
  readonly problem: string;
  readonly x: Listed;
  readonly y: Listed;
  readonly files?: Readonly<Record<string, Listed>>;
  readonly kernel?: Listed;
  /** Where the two differ by more than rounding; the script says why. */
  readonly tolerance?: number;
}

const arrayOf = ({ shape, data }: Listed): FloatArray => floatArray(Float32Array.from(data), shape);

const cases: readonly FixtureCase[] = ['operators', 'peers', 'science'].flatMap((name) =>
  JSON.parse(readFileSync(new URL(`../fixtures/operators/${name}.json`, import.meta.url), 'utf8')),
);

/** Runs every fixture of a problem. @param count how many there are, so that none is lost. */
export function agreesWithFixtures(problemName: string, count: number): void {
  const own = cases.filter(({ problem }) => parseProblem(problem).operators[0].name === problemName);
  describe(`${problemName} gives what others compute`, () => {
    it(`in ${count} cases`, () => expect(own.length).toBe(count));
    it.each(own)('$problem on $x.shape', async ({ problem, x, y, files, kernel, tolerance = 3e-7 }) => {
      const named = Object.entries({ ...files, ...(kernel && { kernel }) });
      const read = Object.fromEntries(named.map(([name, file]) => [`0.${name}`, arrayOf(file)]));
      const found = await operatorOf(problem, x.shape, read).apply(arrayOf(x));
      expect(found.shape).toEqual(y.shape);
      for (const [i, value] of y.data.entries()) {
        expect(Math.abs(found.data[i] - value)).toBeLessThan(tolerance * Math.max(1, Math.abs(value)));
      }
    });
  });
}
