/**
 * ReSample where everything has a closed form: a Gaussian over codes, and an autoencoder that only rearranges pixels.
 */
import { expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../../models/mixture.js';
import { pad } from '../../../models/padding.js';
import type { LatentPrior } from '../../../models/prior.js';
import { resample, resampled } from '../../../solvers/latent/resample.js';
import { latentImages } from '../../../solvers/parts/latent-images.js';
import { type FloatArray, floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { dot, norm } from '../../../src/core/vector.js';
import { restore } from '../../../src/restore.js';
import { denseProblem, testContext } from '../../exact/dense.js';
import { runSolver } from '../run-solver.js';

const VARIANCE = 0.04;
const SHAPE = [1, 3, 3];
const CODE = [4, 2, 2];
const random = keyedRandom(1, 'resample', 0);

/** The 2×2 pixels of a cell are the four channels of its code. */
function shuffled(from: FloatArray, toImage: boolean): FloatArray {
  const out = new Float32Array(from.size);
  for (let channel = 0; channel < 4; channel++) {
    for (let cell = 0; cell < 4; cell++) {
      const row = 2 * Math.floor(cell / 2) + Math.floor(channel / 2);
      const [code, pixel] = [4 * channel + cell, 4 * row + 2 * (cell % 2) + (channel % 2)];
      if (toImage) out[pixel] = from.data[code];
      else out[code] = from.data[pixel];
    }
  }
  return floatArray(out, toImage ? [1, 4, 4] : CODE);
}

const codes = mixturePrior(
  new GaussianMixture([{ weight: 1, mean: new Float64Array(16), covariance: VARIANCE }]),
  CODE,
);
const prior: LatentPrior & Required<Pick<LatentPrior, 'encode' | 'linearizeDecode'>> = {
  kind: 'latent',
  name: 'shuffled',
  channels: 1,
  downsampling: 2,
  codes,
  encode: async (image) => shuffled(pad(image, 4, 4), false),
  decode: async (code) => shuffled(code, true),
  linearizeDecode: async (code) => ({
    value: shuffled(code, true),
    pullback: (v) => shuffled(v, false),
    release() {},
  }),
  async close() {},
};

const matrix = [0, 1, 2, 3].map((row) => Array.from(random('matrix', row).normals([9]).data));
const problem = denseProblem(matrix, 0.02, SHAPE);
const measurement = floatArray(Float32Array.of(0.5, -0.3, 0.2, 0.8), [4]);

it('codes stand for an image that their grid does not divide, and the gradient is that of the part in it', async () => {
  const images = latentImages(prior, SHAPE);
  expect(images.codeShape).toEqual(CODE);
  const code = random('code').normals(CODE);
  const { value, pullback } = await images.linearize(code);
  expect([...(await images.decode(code)).data]).toEqual([...value.data]);
  const v = random('v').normals(SHAPE);
  expect(dot((await pullback(v)).data, code.data)).toBeCloseTo(dot(v.data, value.data), 5);
  const again = await images.decode(await images.encode(value));
  expect([...again.data]).toEqual([...value.data]);
});

it('resamples from the product of what the consistent code and the chain say', () => {
  const [sigma, next, gamma] = [0.5, 0.4, 2];
  const [consistent, chain] = [floatArray(Float32Array.of(1), [1]), floatArray(Float32Array.of(3), [1])];
  const draws = random('draws');
  const values = Array.from(
    { length: 20_000 },
    () => resampled(consistent, chain, { sigma, next, gamma }, draws).data[0],
  );
  // N(1, 0.16)·N(3, 0.1152), since 2·0.16·(1 − 0.64) = 0.1152.
  const [mean, variance] = [(1 / 0.16 + 3 / 0.1152) / (1 / 0.16 + 1 / 0.1152), 1 / (1 / 0.16 + 1 / 0.1152)];
  const found = values.reduce((sum, value) => sum + value / values.length, 0);
  const spread = values.reduce((sum, value) => sum + (value - found) ** 2 / values.length, 0);
  // Four standard errors.
  expect(Math.abs(found - mean)).toBeLessThan(4 * Math.sqrt(variance / values.length));
  expect(Math.abs(spread / variance - 1)).toBeLessThan(4 * Math.sqrt(2 / values.length));
});

it('one guided step is DDIM’s and ½ of the gradient of the residual’s norm, in the paper’s units', async () => {
  const sigmaMax = 0.3;
  const options = { steps: 1, sigmaMax, codeSteps: 0 };
  const image = await runSolver(resample, { problem, measurement, prior }, options, testContext());
  const start = testContext()
    .random('init')
    .normals(CODE)
    .data.map((value) => sigmaMax * value);
  const keep = VARIANCE / (VARIANCE + sigmaMax ** 2);
  const clean = shuffled(
    floatArray(
      start.map((value) => keep * value),
      CODE,
    ),
    true,
  );
  const at = [0, 1, 2, 4, 5, 6, 8, 9, 10];
  const residual = matrix.map(
    (row, i) => measurement.data[i] - row.reduce((sum, a, j) => sum + a * clean.data[at[j]], 0),
  );
  // The state on which it was published is z/√(1 + σ²) and residuals are twice ours; 16 codes, not 3·64².
  const size =
    (0.5 * 2 * Math.sqrt(16 / 12288)) / Math.sqrt(1 + sigmaMax ** 2) / norm(Float64Array.from(residual));
  at.forEach((pixel, j) => {
    const pull = matrix.reduce((sum, row, i) => sum + row[j] * residual[i], 0);
    expect(image.data[j]).toBeCloseTo(clean.data[pixel] + keep * size * pull, 5);
  });
});

it('fits the measurement as well as noise allows, not closer, and not without its optimisation', async () => {
  const job = { measurement, problem, prior, solver: 'resample', samples: 2 };
  const options = { steps: 30, codeSteps: 400, codeRate: 0.005 };
  const fitted = await restore({ ...job, options });
  for (const misfit of fitted.misfit) {
    expect(misfit).toBeLessThanOrEqual(1.001);
    expect(misfit).toBeGreaterThan(0.5);
  }
  expect(fitted.samplesPosterior).toBe(false);
  expect(fitted.vjps).toBeGreaterThan(60);
  const free = await restore({ ...job, options: { ...options, guidance: 0, codeSteps: 0, pixelSteps: 0 } });
  for (const misfit of free.misfit) expect(misfit).toBeGreaterThan(20);
});

it('moves pixels in the second third of the chain, codes in the last and at the end', async () => {
  const job = { measurement, problem, prior, solver: 'resample', samples: 1 };
  const options = { steps: 30, every: 5, guidance: 0, codeSteps: 0, pixelSteps: 0 };
  const free = await restore({ ...job, options });
  const pixels = await restore({ ...job, options: { ...options, pixelSteps: 400 } });
  expect(pixels.vjps).toBe(0);
  expect(pixels.misfit[0]).toBeLessThan(0.9 * free.misfit[0]);
  // With five steps left, and with none.
  const codes = await restore({ ...job, options: { ...options, codeSteps: 1 } });
  expect(codes.vjps).toBe(2);
});

it('says what a latent prior lacks', async () => {
  const { linearizeDecode: _, ...forwardOnly } = prior;
  const { encode: __, ...noEncoder } = prior;
  const job = { measurement, problem, solver: 'resample' };
  await expect(restore({ ...job, prior: forwardOnly })).rejects.toThrow(/needs a prior with a gradient/);
  await expect(restore({ ...job, prior: noEncoder })).rejects.toThrow(/needs a prior with an encoder/);
  await expect(restore({ ...job, prior: codes })).rejects.toThrow(
    /^solver resample needs a prior of kind latent, but prior gaussian-mixture is of kind diffusion/,
  );
});
