import { describe, expect, it } from 'vitest';
import { filteredBackprojection } from '../../../problems/medical/filtered-backprojection.js';
import { type FloatArray, zeros } from '../../../src/core/array.js';
import { psnr } from '../../../src/core/metrics.js';
import { linearOperatorOf } from '../sound.js';

/** Smooth, and round about (x, y) in pixels from the middle, y upwards: its line integrals are known. */
function blob(height: number, width: number, x: number, y: number, radius: number): FloatArray {
  const image = zeros([1, height, width]);
  for (let i = 0; i < image.data.length; i++) {
    const [right, up] = [(i % width) - (width - 1) / 2, (height - 1) / 2 - Math.floor(i / width)];
    image.data[i] = Math.exp(-((right - x) ** 2 + (up - y) ** 2) / (2 * radius ** 2));
  }
  return image;
}

describe('filteredBackprojection', () => {
  it.each([
    [48, 48],
    [40, 56],
  ])('gives a smooth image of %i×%i back', async (height, width) => {
    const image = zeros([1, height, width]);
    const parts = [blob(height, width, 6, -5, 5), blob(height, width, -9, 4, 3)];
    for (const part of parts) for (const [i, value] of part.data.entries()) image.data[i] += 0.5 * value;
    const ct = linearOperatorOf('ct:angles=120', image.shape);
    const estimate = await filteredBackprojection(ct, await ct.apply(image));
    expect(psnr(estimate, image)).toBeGreaterThan(38);
  });
});
