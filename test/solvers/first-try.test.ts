/**
 * What someone gets who names nothing but the problem: the recommended solver, its presets, the smaller of the
 * shipped priors. Each must end near the picture, by far nearer than a chain that ended elsewhere (at the negative,
 * in the dark, at grey), and agree with the measurement.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadPrior } from '../../models/load.js';
import type { Prior } from '../../models/prior.js';
import { bind, problem } from '../../problems/bind.js';
import { measure } from '../../problems/measure.js';
import { floatArray } from '../../src/core/array.js';
import { psnr } from '../../src/core/metrics.js';
import { restore } from '../../src/restore.js';

const SIZE = 48;

/** Overlapping coloured disks on a slope of light, dark in a corner. */
const DISKS = [
  [14, 16, 9, 0.9, 0.5, 0.2],
  [30, 30, 12, 0.2, 0.4, 0.7],
  [36, 12, 7, 0.7, 0.8, 0.75],
  [10, 38, 6, 0.35, 0.6, 0.25],
];
const picture = floatArray(
  Float32Array.from({ length: 3 * SIZE * SIZE }, (_, i) => {
    const channel = Math.floor(i / SIZE ** 2);
    const [row, column] = [Math.floor((i % SIZE ** 2) / SIZE), i % SIZE];
    const on = DISKS.filter(([y, x, r]) => (row - y) ** 2 + (column - x) ** 2 < r ** 2).at(-1);
    return on ? on[3 + channel] : 0.15 + (0.5 * (row + column)) / (2 * SIZE);
  }),
  [3, SIZE, SIZE],
);

let prior: Prior;
beforeAll(async () => {
  prior = await loadPrior('photo-small', { threads: 1 });
});
afterAll(() => prior.close());

// PSNR in dB, at least: some 1.5 below what there was; misfit, at most (kinks keep DPS from arriving where pixels are
// rounded).
it.each<[operator: string, noise: string, least: number, most: number]>([
  ['denoise', 'gaussian:sigma=25/255', 26.5, 1.5],
  ['denoise', 'poisson:gain=1/100', 28, 1.5],
  ['gaussian-blur:sigma=1.6,border=reflect', 'gaussian:sigma=2/255', 27.5, 1.5],
  ['gaussian-blur:sigma=1.6,border=reflect', 'poisson:gain=1/500', 24.5, 1.5],
  ['defocus-blur:radius=2,border=reflect', 'gaussian:sigma=2/255', 29.5, 1.5],
  ['downsample:factor=2', 'gaussian:sigma=1/255', 28.5, 1.5],
  ['inpaint:fraction=0.7', 'gaussian:sigma=1/255', 26.5, 1.5],
  ['demosaic', 'gaussian:sigma=2/255', 27.5, 1.5],
  ['hadamard:fraction=0.25,size=48x48,transform=dct', 'gaussian:sigma=2/255', 28, 1.5],
  ['ct:angles=45', 'gaussian:sigma=0.1', 22, 1.5],
  ['jpeg:quality=20', 'gaussian:sigma=2/255', 21.5, 8],
  ['quantize:bits=3', 'gaussian:sigma=2/255', 24, 8],
  ['clip:gain=2', 'gaussian:sigma=2/255', 21, 1.5],
  ['low-light', 'gaussian:sigma=2/255', 26.5, 1.5],
  ['satellite', 'poisson-gaussian:gain=1/2000,sigma=1/255', 30, 1.5],
  ['coded-diffraction', 'gaussian:sigma=2/255', 42, 1.5],
])('%s with %s noise', async (operator, noise, least, most) => {
  const bound = bind(problem(operator, noise), { imageShape: picture.shape });
  const measurement = await measure(bound, picture, 0);
  const { mean, misfit } = await restore({ measurement, problem: bound, prior, samples: 1 });
  expect(psnr(mean, bound.report(picture))).toBeGreaterThan(least);
  expect(misfit[0]).toBeLessThan(most);
});
