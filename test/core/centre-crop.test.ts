import { describe, expect, it } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { centreCrop } from '../../src/core/centre-crop.js';

describe('centreCrop', () => {
  const image = floatArray(
    Float32Array.from({ length: 2 * 4 * 5 }, (_, i) => i),
    [2, 4, 5],
  );

  it('takes the middle of every channel', () => {
    const { data, shape } = centreCrop(image, 2, 'a.png');
    expect(shape).toEqual([2, 2, 2]);
    expect(Array.from(data)).toEqual([6, 7, 11, 12, 26, 27, 31, 32]);
  });

  it('refuses what is smaller, by name', () => {
    expect(() => centreCrop(image, 5, 'a.png')).toThrow('a.png is 5×4 px, too small for a crop of 5×5');
  });
});
