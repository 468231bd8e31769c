import { expect, it } from 'vitest';
import { measureLastLayer } from '../../models/measured-layer.js';
import { floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { temporaryFolder } from '../io/folders.js';
import { writeConvolvedPrior } from './convolved-prior.js';

const shape = [3, 8, 16];

it('measures the law on examples, one for each image', async () => {
  const folder = temporaryFolder();
  writeConvolvedPrior(folder);
  const random = keyedRandom(0, 'measured', 0);
  const { law, images, card } = await measureLastLayer(folder, async function* (prior) {
    expect(prior.channels).toBe(3);
    for (let k = 0; k < 2; k++) {
      const noisy = random('noisy', k).normals(shape);
      // What is right but for 0.1 everywhere: the layer itself is off by 0.1.
      const { data } = await prior.denoise(noisy, 0.1);
      const clean = floatArray(
        data.map((value) => value + 0.1),
        shape,
      );
      yield { clean, noisy, sigma: 0.1 };
    }
  });
  expect([images, law.observations, card.name]).toEqual([2, 4, 'tiny']);
  expect(law.residual).toBeCloseTo(0.01, 5);
  // Squares of sigmoids; the bias meets 1.
  expect(law.moments.length).toBe(145);
  expect(law.moments.every((moment) => moment > 0 && moment <= 1)).toBe(true);
  expect(law.moments[144]).toBe(1);
});

it('refuses priors of another kind', async () => {
  await expect(measureLastLayer('photo-latent', async function* () {})).rejects.toThrow(
    'measures a diffusion prior of images alone, and photo-latent is one of kind latent',
  );
});
