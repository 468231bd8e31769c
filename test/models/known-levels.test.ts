/** A denoiser that is told another level than there is: those that it is told truly are those that it knows. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { knownLevels, shareLeft } from '../../models/known-levels.js';
import { loadPrior } from '../../models/load.js';
import { type DiffusionPrior, diffusionPrior } from '../../models/prior.js';
import { filled, zeros } from '../../src/core/array.js';

let prior: DiffusionPrior;
beforeAll(async () => {
  prior = diffusionPrior(await loadPrior('photo-small', { threads: 1 }));
});
afterAll(() => prior.close());

const found = (told: (sigma: number) => number) =>
  knownLevels((x, sigma) => prior.denoise(x, told(sigma)), 3, prior.sigmaRange);

it('a network that knows the whole range keeps it', async () => {
  expect(await found((sigma) => sigma)).toEqual(prior.sigmaRange);
});

it.each([
  ['all up to 0.2', (sigma: number) => Math.min(sigma, 0.2), 0.001, 0.2],
  ['0.02 to 0.3', (sigma: number) => Math.min(Math.max(sigma, 0.02), 0.3), 0.02, 0.3],
  ['25/255 only, as DnCNN', () => 25 / 255, 25 / 255, 25 / 255],
  ['5/255 only', () => 5 / 255, 5 / 255, 5 / 255],
])('of %s its range says about that', async (_, told, least, most) => {
  const [low, high] = await found(told);
  // A little beyond its levels a network does hardly worse.
  expect(low).toBeGreaterThan(0.5 * least);
  expect(low).toBeLessThan(1.01 * least);
  expect(high).toBeGreaterThan(0.99 * most);
  expect(high).toBeLessThan(1.8 * most);
});

it('what removes nothing keeps the range', async () => {
  expect(await knownLevels(async (x) => x, 1, [0.01, 1])).toEqual([0.01, 1]);
});

it('the share is 1 where nothing is done, and the distance over the noise where all is lost', async () => {
  const clean = filled([1, 64, 64], 0.5);
  expect(await shareLeft(async (x) => x, clean, 0.1)).toBeCloseTo(1, 6);
  expect(await shareLeft(async () => clean, clean, 0.1)).toBe(0);
  // ‖clean‖/(σ√n) = 0.5/0.1, but for the noise's own norm.
  expect(Math.abs((await shareLeft(async (x) => zeros(x.shape), clean, 0.1)) - 5)).toBeLessThan(0.2);
});
