import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Cap } from '../models/cap.js';
import { parseProblem, parseTerm } from '../problems/index.js';
import { defineSolver } from '../solvers/define-solver.js';
import { solvers } from '../solvers/index.js';
import { filled, floatArray, mapArray } from '../src/core/array.js';
import { restore } from '../src/restore.js';

const shape = [3, 4, 4];
const spec = (noise: string) => ({ ...parseProblem('denoise'), noise: parseTerm(noise) });
const asItIs = defineSolver({
  kind: 'point',
  name: 'as-it-is',
  summary: 's',
  needs: { prior: 'none', noise: 'any' },
  samplesPosterior: false,
  options: z.strictObject({}),
  presets: {},
  run: async ({ measurement }) => measurement,
});
const asked: number[] = [];
/** Laplace densities of scale σ/2, brighter pixels Gaussian. */
const cap: Cap = {
  ...{ name: 'photo', channels: 3, sha256: '0'.repeat(64), sigmaRange: [0.02, 0.2] },
  async law(estimate, sigma) {
    asked.push(sigma);
    return {
      scale: filled(estimate.shape, sigma / 2),
      shape: mapArray(estimate, (value) => (value > 0.5 ? 2 : 1)),
    };
  },
  async close() {},
};
const measurement = floatArray(
  Float32Array.from({ length: 48 }, (_, i) => (i % 2 ? 0.9 : 0.1)),
  shape,
);
const job = { measurement, problem: spec('gaussian:sigma=0.1'), solver: asItIs, cap };

describe('the image of a point solver under a cap', () => {
  it('has the deviation and the interval of that law', async () => {
    const { mean, sd, lower, upper, capped, samplesPosterior } = await restore({ ...job, level: 0.9 });
    expect([capped, samplesPosterior]).toEqual(['photo', false]);
    expect(asked.at(-1)).toBeCloseTo(0.1, 6);
    // α = 0.05: 2α² and 2.303 α of Laplace, α²/2 and 1.163 α of Gauss.
    expect(sd!.data[0]).toBeCloseTo(0.05 * Math.SQRT2, 4);
    expect(sd!.data[1]).toBeCloseTo(0.05 * Math.SQRT1_2, 4);
    expect(upper!.data[0] - mean.data[0]).toBeCloseTo(0.05 * Math.LN10, 4);
    expect(mean.data[1] - lower!.data[1]).toBeCloseTo(0.05 * 1.16309, 4);
    expect(mean.data).toEqual(measurement.data);
  });

  it('is refused of samples, other channels, other noise and other levels', async () => {
    const chain = restore({ ...job, solver: solvers.dps });
    await expect(chain).rejects.toThrow('for solvers that give one image, and dps draws samples');
    const grey = restore({ ...job, cap: { ...cap, channels: 1 } });
    await expect(grey).rejects.toThrow('3 channels, and the cap of photo takes 1');
    const poisson = restore({ ...job, problem: spec('poisson:gain=0.01') });
    await expect(poisson).rejects.toThrow('poisson noise has none');
    const weak = restore({ ...job, problem: spec('gaussian:sigma=1/255') });
    await expect(weak).rejects.toThrow('knows noise of 5.10/255 to 51.0/255, found 1.00/255');
  });
});
