/** A solver that users might bring: slow enough to be stopped in the middle, and telling when it is. */
import ndarray from 'ndarray';
import { z } from 'zod';

/** @type {import('../../solvers/solver.js').ChainSolver} */
export const solver = {
  kind: 'chain',
  name: 'slow',
  summary: 'for tests',
  needs: { prior: 'none', noise: 'any' },
  samplesPosterior: true,
  options: z.object({ steps: z.int().min(1).default(20), pause: z.number().default(20) }),
  presets: {},
  async run({ measurement }, { steps, pause }, { random, step }) {
    for (let i = 0; i < Number(steps); i++) {
      await step(i, Number(steps));
      process.stderr.write(`step ${i}\n`);
      await new Promise((resolve) => setTimeout(resolve, Number(pause)));
    }
    const noise = random('slow');
    const data = measurement.data.map((value) => value + 0.1 * noise.normal());
    return ndarray(data, measurement.shape);
  },
};
