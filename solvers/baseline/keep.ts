/** What is not to be restored: the measurement as it is, where it is the image. `restore` takes it for clean pictures. */
import { z } from 'zod';
import { defineSolver } from '../define-solver.js';
import { greyCopies } from '../parts/grey.js';

export const keep = defineSolver({
  kind: 'point',
  name: 'keep',
  summary: 'the measurement as it is, where it is the image: what is found to need no denoising',
  needs: { prior: 'none', identity: true, grey: true, noise: 'any' },
  samplesPosterior: false,
  options: z.strictObject({}),
  presets: {},

  run: async ({ measurement, problem: { imageShape } }) =>
    measurement.shape[0] < imageShape[0] ? greyCopies(measurement) : measurement,
});
