import { describe, expect, it } from 'vitest';
import { resizing, resizingKernels } from '../../../problems/restoration/resizing.js';
import { filled, floatArray } from '../../../src/core/array.js';
import { expectSound, matrixOf } from '../sound.js';

const { area, bilinear, bicubic, lanczos } = resizingKernels;

describe('kernels', () => {
  it('interpolate: 1 at 0, and 0 at every other whole distance', () => {
    for (const kernel of [bilinear, bicubic, lanczos]) {
      expect(kernel.at(0)).toBe(1);
      for (let t = 1; t <= kernel.radius; t++) expect(Math.abs(kernel.at(t))).toBeLessThan(1e-12);
    }
    expect(bicubic.at(0.5)).toBe(0.5625);
    expect(bicubic.at(-1.5)).toBe(-0.0625);
  });
});

describe('resizing', () => {
  it('by area is the mean of blocks', async () => {
    const x = floatArray(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [1, 2, 4]);
    expect([...(await resizing([1, 2, 4], 2, area).apply(x)).data]).toEqual([3.5, 5.5]);
  });

  it('gives ⌈n/f⌉ pixels, and keeps a flat image flat at the borders', async () => {
    for (const kernel of [area, bilinear, bicubic, lanczos]) {
      const y = await resizing([1, 7, 5], 2.5, kernel).apply(filled([1, 7, 5], 0.3));
      expect(y.shape).toEqual([1, 3, 2]);
      for (const value of y.data) expect(value).toBeCloseTo(0.3, 6);
    }
  });

  it("bicubic by 2 has imresize's weights, mirrored at the border", async () => {
    const [first, second] = await matrixOf(resizing([1, 1, 8], 2, bicubic));
    const weights = [-3, -9, 29, 111, 111, 29, -9, -3].map((weight) => weight / 256);
    // Of pixel 1 the eight taps begin at −1; those before the border fall on their mirror images.
    expect([...second]).toEqual(
      [weights[1] + weights[0], ...weights.slice(2), 0].map((weight) => expect.closeTo(weight, 6)),
    );
    expect(first.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
  });

  it.each([
    [2, [1, 4, 6]],
    [3, [2, 6, 9]],
    [2, [1, 5, 7]],
    [1.5, [1, 6, 9]],
  ] as const)('by %d of %j passes the check of operators', async (factor, shape) => {
    await expectSound(resizing(shape, factor, bicubic));
  });
});
