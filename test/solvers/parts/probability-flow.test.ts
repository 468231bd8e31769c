import { describe, expect, it } from 'vitest';
import { eulerFlow } from '../../../solvers/parts/probability-flow.js';
import { floatArray } from '../../../src/core/array.js';
import { karrasSigmas } from '../../../src/core/schedule.js';
import { coordinatesTask } from '../coordinates.js';

const [m, v, lowest, sigma] = [0.3, 0.2, 0.05, 1.5];
const task = coordinatesTask({ s: [1, 1], y: [0, 0], sigma: 1, m, v, range: [lowest, 5] });
const prior = task.prior?.kind === 'diffusion' ? task.prior : undefined;
const start = floatArray(Float32Array.of(2, -1), [1, 1, 2]);
const shrink = (level: number) => v / (v + level ** 2);

async function flow(steps: number, from = sigma) {
  return (await eulerFlow(prior!, start, from, lowest, steps)).data;
}

describe('eulerFlow', () => {
  it('of one step is the denoised image, and so it is from the lowest level', async () => {
    for (const [data, level] of [
      [await flow(1), sigma],
      [await flow(7, lowest), lowest],
    ] as const) {
      start.data.forEach((x, i) => {
        expect(data[i]).toBeCloseTo(m + shrink(level) * (x - m), 6);
      });
    }
  });

  it('takes the steps of Euler along the levels', async () => {
    const sigmas = karrasSigmas(5, lowest, sigma);
    // About m, each step multiplies by k + (σ'/σ)(1 − k).
    let factor = 1;
    for (let i = 0; i < 5; i++) {
      const keep = sigmas[i + 1] / sigmas[i];
      factor *= shrink(sigmas[i]) + keep * (1 - shrink(sigmas[i]));
    }
    const data = await flow(5);
    start.data.forEach((x, i) => {
      expect(data[i]).toBeCloseTo(m + factor * (x - m), 5);
    });
  });

  it('comes to the flow of a Gaussian, √(v/(v + σ²)) about its mean', async () => {
    const data = await flow(400);
    start.data.forEach((x, i) => {
      expect(data[i]).toBeCloseTo(m + Math.sqrt(shrink(sigma)) * (x - m), 2);
    });
  });
});
