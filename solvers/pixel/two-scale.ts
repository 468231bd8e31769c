/**
 * Denoising where the noise has a grain: a diffusion's denoiser knows white noise only, and is asked once at full and
 * once at half the size, each time at the level of white noise that hides the grain there. What is coarser than 5½
 * pixels comes from half the size, where the grain is nearer to white; the scheme is that of Lebrun, Colom, Morel, "The
 * noise clinic" (IPOL 2015).
 *
 * That takes detail along where there is much of it. So the denoiser is asked at a gentler level too, and how far each
 * is followed in each octave is what Stein's estimate of the risk says (parts/stein-weights.ts), from some places of
 * the picture.
 *
 * An estimate, with no uncertainty. What it gains: samples/benchmarks/results/real-noise.md.
 */
import { z } from 'zod';
import type { Window } from '../../problems/operator.js';
import { contiguous, type FloatArray, mapArray, type Shape } from '../../src/core/array.js';
import { strongestSigma } from '../../src/core/channel-products.js';
import { Dct2d } from '../../src/core/dct.js';
import { halfSize } from '../../src/core/noise-blocks.js';
import { difference } from '../../src/core/vector.js';
import { defineSolver } from '../define-solver.js';
import { greyCopies, greyDenoise } from '../parts/grey.js';
import { measuredPicture } from '../parts/measured-picture.js';
import { steinWeights, type Trial, withChanges } from '../parts/stein-weights.js';
import type { Context } from '../solver.js';

/** Side and number of the places that are tried, and the step of the trial in units of the noise. */
const SIDE = 128;
const MOST_PLACES = 16;
const STEP = 0.1;

const options = z.object({
  strength: z.number().positive().max(10).default(1).describe('factor of all levels'),
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
  gentle: z
    .number()
    .positive()
    .max(1)
    .default(0.4)
    .describe('the gentler level over that which hides the grain; 1: none, and Stein is not asked'),
  caution: z
    .number()
    .positive()
    .max(10)
    .default(1.2)
    .describe('factor of the noise in the estimate of the risk: above 1, rather too smooth than too noisy'),
});

export const twoScale = defineSolver({
  kind: 'point',
  name: 'two-scale',
  summary:
    'denoising of noise with a grain: network evaluations at full and half the size, weighed by their risk',
  needs: { prior: 'diffusion', undo: true, noise: 'octaves' },
  samplesPosterior: false,
  options,
  presets: {},

  async run({ measurement: measured, problem, prior }, options, context) {
    const { strength, coarse, split, gentle, caution } = options;
    const { picture: measurement, noise, grey, imageOf } = await measuredPicture(problem, measured);
    const sigma = strength * strongestSigma(noise.octaves[Math.min(1, noise.octaves.length - 1)]);
    const places = gentle === 1 ? [] : placesIn(measurement.shape);
    const passes = gentle === 1 ? 1.25 : 2.25;
    const work = progressOf(passes * (areaOf(measurement) + 2 * places.length * SIDE ** 2), context);
    const { once = (_, work) => work(context) } = context;
    let begun = 0;
    const denoise = async (x: FloatArray, level: number): Promise<FloatArray> => {
      const pass = begun++;
      const known = Math.min(prior.sigmaRange[1], Math.max(prior.sigmaRange[0], level));
      const inside = (part: FloatArray, model: typeof prior) =>
        grey ? greyDenoise(model, part, known, context.signal) : model.denoise(part, known, context.signal);
      const inParts = prior.inParts ?? ((arrays, work) => work(arrays, prior, 0, 1));
      const [whole] = await inParts([x], async ([image], model, part, parts) => {
        await work(areaOf(x) / parts);
        const name = `pass ${pass}, part ${part}`;
        return [(await once(name, async () => ({ clean: await inside(image, model) })))['clean']];
      });
      return whole;
    };
    const reported = (x: FloatArray) => (grey ? greyCopies(imageOf(x)) : imageOf(x));
    if (noise.octaves.length === 1) return reported(await denoise(measurement, sigma));
    const hidden = async (x: FloatArray) => {
      const fine = await denoise(x, sigma);
      const half = halfSize(x);
      return half.size === 0 ? fine : withCoarse(fine, await denoise(half, coarse * sigma), split);
    };
    const changes = async (x: FloatArray) =>
      [difference(await denoise(x, gentle * sigma), x), difference(await hidden(x), x)] as const;
    const trials: Trial[] = [];
    for (const [i, place] of places.entries()) {
      const part = cropped(measurement, place);
      const probe = difference(noise.sample(part, context.random('probe', i)), part);
      const [before, after] = [await changes(part), await changes(moved(part, STEP, probe))];
      trials.push({ probe, changes: before, responses: responsesOf(before, after, probe) });
    }
    if (gentle === 1) return reported(await hidden(measurement));
    return reported(withChanges(measurement, await changes(measurement), steinWeights(trials, caution)));
  },
});

const areaOf = ({ shape }: FloatArray) => shape[1] * shape[2];

/** Says that work on so many pixels begins, of a total: passes over the picture are long, and over its parts short. */
function progressOf(total: number, context: Context): (pixels: number) => Promise<void> {
  let done = 0;
  return async (pixels) => {
    await context.step(Math.min(done, total - 1), total);
    done += pixels;
  };
}

/** The change of the denoised image with the picture is that of `changes` and the probe itself. */
function responsesOf(
  before: Trial['changes'],
  after: Trial['changes'],
  probe: FloatArray,
): Trial['responses'] {
  const response = (k: 0 | 1) => moved(probe, 1 / STEP, difference(after[k], before[k]));
  return [response(0), response(1)];
}

/** x + step·direction */
function moved(x: FloatArray, step: number, direction: FloatArray): FloatArray {
  return mapArray(x, (value, i) => value + step * direction.data[i]);
}

/** Squares all over the picture, or the picture where it is as small: top left pixels. */
function placesIn([, height, width]: Shape): Window[] {
  const [rows, columns] = [height, width].map((size) => {
    return Math.max(1, Math.min(Math.sqrt(MOST_PLACES), Math.floor(size / (1.5 * SIDE))));
  });
  return Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const [tall, wide] = [Math.min(SIDE, height), Math.min(SIDE, width)];
    const top = Math.round(((row + 0.5) * height) / rows - tall / 2);
    const left = Math.round(((column + 0.5) * width) / columns - wide / 2);
    return { top, left, height: tall, width: wide };
  });
}

function cropped(x: FloatArray, { top, left, height, width }: Window): FloatArray {
  return contiguous(x.lo(0, top, left).hi(x.shape[0], height, width) as FloatArray);
}

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
