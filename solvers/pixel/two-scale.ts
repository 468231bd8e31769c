/**
 * Denoising where the noise has a grain: a diffusion's denoiser knows white noise only, and is asked once at full and
 * once at half the size, each time at the level of white noise that hides the grain there. What is coarser than 5½
 * pixels comes from half the size, where the grain is nearer to white; the scheme is that of Lebrun, Colom, Morel, "The
 * noise clinic" (IPOL 2015).
 *
 * Exact for white noise up to what half the size loses; else an estimate, with no uncertainty: docs/presets.md.
 */
import { z } from 'zod';
import { type FloatArray, mapArray } from '../../src/core/array.js';
import { Dct2d } from '../../src/core/dct.js';
import { halfSize } from '../../src/core/noise-blocks.js';
import { strongestSigma } from '../../src/core/noise-words.js';
import { difference } from '../../src/core/vector.js';
import { defineSolver } from '../define-solver.js';

const options = z.object({
  strength: z.number().positive().max(10).default(1).describe('factor of both levels'),
  coarse: z
    .number()
    .positive()
    .max(10)
    .default(0.6)
    .describe('level at half the size over that at full size; of white noise it is 0.5'),
  split: z
    .number()
    .positive()
    .max(0.5)
    .default(0.18)
    .describe('frequency in cycles a pixel below which the image is that of half the size'),
});

export const twoScale = defineSolver({
  kind: 'point',
  name: 'two-scale',
  summary: 'denoising of noise with a grain: one network evaluation at full and one at half the size',
  needs: { prior: 'diffusion', identity: true, noise: 'octaves' },
  samplesPosterior: false,
  options,
  presets: {},

  async run({ measurement, problem, prior }, { strength, coarse, split }, context) {
    const { octaves } = problem.noise;
    const sigma = strength * strongestSigma(octaves[Math.min(1, octaves.length - 1)]);
    const level = (asked: number) => Math.min(prior.sigmaRange[1], Math.max(prior.sigmaRange[0], asked));
    await context.step(0, 2);
    const fine = await prior.denoise(measurement, level(sigma), context.signal);
    await context.step(1, 2);
    const half = halfSize(measurement);
    if (half.size === 0) return fine;
    const small = await prior.denoise(half, level(coarse * sigma), context.signal);
    return withCoarse(fine, small, split);
  },
});

/** `fine` with what is below `split` cycles a pixel taken from `small`, an image of its means of 2×2 pixels. */
function withCoarse(fine: FloatArray, small: FloatArray, split: number): FloatArray {
  const [channels, height, width] = fine.shape;
  const [, rows, columns] = small.shape;
  const change = difference(small, halfSize(fine));
  const [narrow, wide] = [new Dct2d(rows, columns), new Dct2d(2 * rows, 2 * columns)];
  const [own, all] = [new Float64Array(rows * columns), new Float64Array(4 * rows * columns)];
  const added = new Float32Array(channels * 4 * rows * columns);
  for (let c = 0; c < channels; c++) {
    narrow.forward(change.data, c * own.length, own);
    all.fill(0);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const share = 1 / (1 + (Math.max(y / rows, x / columns) / (4 * split)) ** 8);
        // Means of 2×2 pixels hold cosines weakened by these factors.
        const weakened = Math.cos((Math.PI * y) / (4 * rows)) * Math.cos((Math.PI * x) / (4 * columns));
        all[y * 2 * columns + x] = (2 * share * own[y * columns + x]) / weakened;
      }
    }
    wide.inverse(all, added, c * all.length);
  }
  return mapArray(fine, (value, i) => {
    const [c, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    const inside = y < 2 * rows && x < 2 * columns;
    return inside ? value + added[(c * 2 * rows + y) * 2 * columns + x] : value;
  });
}
