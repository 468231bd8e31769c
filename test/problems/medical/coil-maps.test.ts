import { describe, expect, it } from 'vitest';
import { birdcageMaps } from '../../../problems/medical/coil-maps.js';

describe('birdcageMaps', () => {
  it('sees every pixel alike, each coil its own side most', () => {
    const [coils, height, width] = [4, 8, 10];
    const { data } = birdcageMaps(coils, height, width);
    const power = (coil: number, y: number, x: number) => {
      const at = 2 * ((coil * height + y) * width + x);
      return data[at] ** 2 + data[at + 1] ** 2;
    };
    for (let i = 0; i < height * width; i++) {
      const [y, x] = [Math.floor(i / width), i % width];
      const all = Array.from({ length: coils }, (_, coil) => power(coil, y, x));
      expect(all.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    }
    // Coils at the right, the bottom, the left and the top.
    for (const [coil, y, x] of [
      [0, 4, 9],
      [1, 7, 5],
      [2, 4, 0],
      [3, 0, 5],
    ]) {
      expect(power(coil, y, x)).toBeGreaterThan(0.5);
    }
  });
});
