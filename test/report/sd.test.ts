import { describe, expect, it } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { sdPicture } from '../../src/report/sd.js';

describe('sdPicture', () => {
  it('is the root mean square over channels, white at the largest or at what is asked', () => {
    const sd = floatArray(Float32Array.of(0.3, 0, 0.4, 0.1), [2, 1, 2]);
    const { image, white } = sdPicture(sd);
    expect(image.shape).toEqual([1, 1, 2]);
    expect(white).toBeCloseTo(Math.sqrt(0.125), 6);
    expect(image.data[0]).toBe(1);
    expect(image.data[1]).toBeCloseTo(Math.sqrt(0.005 / 0.125), 6);
    expect(sdPicture(sd, 0.5).image.data[0]).toBeCloseTo(Math.sqrt(0.125) / 0.5, 6);
  });

  it('is black where nothing varies', () => {
    expect(sdPicture(floatArray(new Float32Array(2), [1, 1, 2]))).toMatchObject({ white: 0 });
    expect([...sdPicture(floatArray(new Float32Array(2), [1, 1, 2])).image.data]).toEqual([0, 0]);
  });
});
