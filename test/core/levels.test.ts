import { describe, expect, it } from 'vitest';
import { type FloatArray, floatArray } from '../../src/core/array.js';
import { intoLevels, outOfLevels, spreadOutOfLevels } from '../../src/core/levels.js';

const row = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);
/** Without the sign of a zero. */
const values = ({ data }: FloatArray) => Array.from(data, (value) => value + 0);

describe('levels of a file that is no picture', () => {
  const scanner = { black: -1000, white: 3000 };
  const inverted = { black: 200, white: 100 };

  it('black is 0 and white is 1, and what lies beyond is beyond', () => {
    expect(values(intoLevels(row(-1000, 3000, 1000, -2000), scanner))).toEqual([0, 1, 0.5, -0.25]);
    expect(values(intoLevels(row(200, 100, 175), inverted))).toEqual([0, 1, 0.25]);
  });

  it('and back', () => {
    expect(values(outOfLevels(row(0, 1, 0.5, -0.25), scanner))).toEqual([-1000, 3000, 1000, -2000]);
    expect(values(outOfLevels(row(0, 1, 0.25), inverted))).toEqual([200, 100, 175]);
  });

  it('a spread grows with the range and is never negative', () => {
    expect(values(spreadOutOfLevels(row(0, 0.25), scanner))).toEqual([0, 1000]);
    expect(values(spreadOutOfLevels(row(0, 0.25), inverted))).toEqual([0, 25]);
  });

  it('leaves the array that is given as it was', () => {
    const given = row(1, 2);
    for (const change of [intoLevels, outOfLevels, spreadOutOfLevels]) {
      const { shape } = change(given, scanner);
      expect(shape).toEqual([1, 1, 2]);
    }
    expect(values(given)).toEqual([1, 2]);
  });
});
