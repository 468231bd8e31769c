/** What needs no denoising: the image that has this measurement without noise. `--problem denoise` takes it. */
import { z } from 'zod';
import { defineSolver } from '../define-solver.js';
import { greyCopies } from '../parts/grey.js';

export const keep = defineSolver({
  kind: 'point',
  name: 'keep',
  summary: 'the picture as it is, without denoising: what is found to have no noise, or detail for it',
  needs: { prior: 'none', undo: true, noise: 'any' },
  samplesPosterior: false,
  options: z.strictObject({}),
  presets: {},

  async run({ measurement, problem: { operator } }, _options, context) {
    await context.step(0, 1);
    const image = operator.undo ? operator.undo.invert(measurement) : measurement;
    return operator.undo?.grey ? greyCopies(image) : image;
  },
});
