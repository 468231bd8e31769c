import { describe, expect, it } from 'vitest';
import { formatDuration, TimeLeft } from '../../src/cli/time-left.js';

describe('TimeLeft', () => {
  it('is not known before anything is done, and from then on by the mean pace', () => {
    const left = new TimeLeft();
    expect(left.seconds).toBeUndefined();
    left.update(0, 100);
    expect(left.seconds).toBeUndefined();
    left.update(0.1, 160);
    expect(left.seconds).toBeCloseTo(540, 9);
    left.update(0.5, 400);
    expect(left.seconds).toBeCloseTo(300, 9);
    left.update(1, 700);
    expect(left.seconds).toBe(0);
  });

  it('does not count what an earlier run had done', () => {
    const left = new TimeLeft();
    left.update(0.8, 0);
    left.update(0.9, 60);
    expect(left.seconds).toBeCloseTo(60, 9);
  });
});

it.each([
  [0, '0 s'],
  [59.2, '60 s'],
  [720, '12 min'],
  [12_600, '3.5 h'],
])('%d seconds are written %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});
