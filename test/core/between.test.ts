import { describe, expect, it } from 'vitest';
import { outlierAmong } from '../../src/core/between.js';

describe('outlierAmong', () => {
  const examples = [
    { name: 'a', options: { sigma: 0.1, seed: 1, box: [1, 2] } },
    { name: 'a', options: { sigma: 0.3, seed: 2, box: [1, 4] } },
  ];
  const at = (options: object, name = 'a') => outlierAmong(examples, { name, options })?.path;

  it('takes numbers between those of the examples, and any seed', () => {
    expect(at({ sigma: 0.1, seed: 99, box: [1, 3] })).toBeUndefined();
    expect(at({ sigma: 0.3 * (1 + 1e-12), seed: 1, box: [1, 4] })).toBeUndefined();
  });

  it('names the first part that lies elsewhere', () => {
    expect(at({ sigma: 0.31, seed: 1, box: [1, 2] })).toBe('options.sigma');
    expect(at({ sigma: 0.2, seed: 1, box: [1, 5] })).toBe('options.box.1');
    expect(at({ sigma: 0.2, seed: 1, box: [1, 2], more: true })).toBe('options.more');
    expect(at({ sigma: 0.2, seed: 1 })).toBe('options.box');
    expect(at({ sigma: '0.2', seed: 1, box: [1, 2] })).toBe('options.sigma');
    expect(at({ sigma: 0.2, seed: 1, box: [1, 2] }, 'b')).toBe('name');
    expect(outlierAmong([undefined], 1)?.path).toBe('');
  });
});
