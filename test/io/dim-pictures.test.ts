import { describe, expect, it } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { dimLevels } from '../../src/io/dim-pictures.js';

const image = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);

describe('dimLevels', () => {
  it('go to the brightest value of 16 bits that are hardly used', () => {
    expect(dimLevels({ image: image(0, 0.03125, 0.01), bits: 16 })).toEqual({ black: 0, white: 0.03125 });
  });

  it('are left alone where the range is used, where all is black, and in 8 bits', () => {
    expect(dimLevels({ image: image(0, 0.125), bits: 16 })).toBeUndefined();
    expect(dimLevels({ image: image(0, 0), bits: 16 })).toBeUndefined();
    expect(dimLevels({ image: image(0, 0.03125), bits: 8 })).toBeUndefined();
  });
});
