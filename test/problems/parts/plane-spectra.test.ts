import { expect, it } from 'vitest';
import { planeSpectra } from '../../../problems/parts/plane-spectra.js';
import { RealFft2d } from '../../../src/core/fft2d.js';
import { keyedRandom } from '../../../src/core/random.js';
import { dot } from '../../../src/core/vector.js';

const shape = [2, 4, 5] as const;
const { filter, hartley } = planeSpectra(shape, new RealFft2d(4, 5));
const x = keyedRandom(0, 'spectra', 0)('x').normals([...shape]);

it('filters each channel: without all but the mean, the mean is left', () => {
  const { data } = filter(x, ({ re, im }) => {
    re.fill(0, 1);
    im.fill(0);
  });
  for (const channel of [0, 1]) {
    const mean = x.data.slice(20 * channel, 20 * (channel + 1)).reduce((sum, value) => sum + value, 0) / 20;
    for (let i = 0; i < 20; i++) expect(data[20 * channel + i]).toBeCloseTo(mean, 6);
  }
});

it("Hartley's transform keeps lengths and is its own inverse", () => {
  const u = hartley(x);
  expect(dot(u.data, u.data)).toBeCloseTo(dot(x.data, x.data), 4);
  for (const [i, value] of hartley(u).data.entries()) expect(value).toBeCloseTo(x.data[i], 5);
});
