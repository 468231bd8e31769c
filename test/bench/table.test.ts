import { describe, expect, it } from 'vitest';
import { markdownTable, mean, median } from '../../src/bench/table.js';

describe('tables', () => {
  it('line up, with numbers on the right', () => {
    expect(
      markdownTable(
        ['a', 'dB'],
        [
          ['x', '1.50'],
          ['longer', '–'],
        ],
      ),
    ).toBe(['| a      |   dB |', '| ------ | ---: |', '| x      | 1.50 |', '| longer |    – |'].join('\n'));
  });

  it('take the middle of an even number of values', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([3, 1, 2])).toBe(2);
    expect(mean([4, 1, 3, 2])).toBe(2.5);
  });
});
