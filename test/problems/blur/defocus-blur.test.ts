import { describe, expect, it } from 'vitest';
import { zeros } from '../../../src/core/array.js';
import { linearOperatorOf } from '../sound.js';

describe('defocus-blur', () => {
  const diskOf = async (radius: number, border: string) => {
    const impulse = zeros([1, 25, 25]);
    impulse.data[12 * 25 + 12] = 1;
    const operator = linearOperatorOf(`defocus-blur:radius=${radius},border=${border}`, [1, 25, 25]);
    return (await operator.apply(impulse)).data;
  };

  it.each([0.3, 0.5, 0.6, 2, 3.7, 9.5])(
    'covers of each pixel what a disk of radius %s covers',
    async (radius) => {
      const found = await diskOf(radius, 'circular');
      // The share by counting points of a fine grid; a grid of 200² errs by some 1e-3 of a pixel on the edge.
      const GRID = 200;
      for (const [i, value] of found.entries()) {
        const [top, left] = [Math.floor(i / 25) - 12.5, (i % 25) - 12.5];
        let inside = 0;
        for (let k = 0; k < GRID * GRID; k++) {
          const y = top + (Math.floor(k / GRID) + 0.5) / GRID;
          const x = left + ((k % GRID) + 0.5) / GRID;
          if (x * x + y * y <= radius * radius) inside++;
        }
        const share = inside / GRID ** 2 / (Math.PI * radius ** 2);
        expect(Math.abs(value - share)).toBeLessThan(1.5e-3 / (Math.PI * radius ** 2) + 1e-7);
      }
      expect(found.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    },
  );

  it('is the same disk by cosines as by Fourier', async () => {
    const [circular, mirrored] = [await diskOf(4.2, 'circular'), await diskOf(4.2, 'reflect')];
    for (const [i, value] of circular.entries()) expect(mirrored[i]).toBeCloseTo(value, 6);
  });
});
