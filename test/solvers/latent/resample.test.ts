/**
 * ReSample where everything has a closed form: a Gaussian over codes, and an autoencoder that only rearranges pixels.
 */
import { expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../../models/mixture.js';
import { pad } from '../../../models/padding.js';
import type { LatentPrior } from '../../../models/prior.js';
import { resample, resampled } from '../../../solvers/latent/resample.js';
import { latentImages } from '../../../solvers/parts/latent-images.js';
import { noiseLevels } from '../../../solvers/parts/noise-levels.js';
import { type FloatArray, floatArray } from '../../../src/core/array.js';
import type { Linearization } from '../../../src/core/linearization.js';
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

/** What a run asked of the prior, in its order, and what of it is still held. */
function watched() {
  const asked: { what: string; x: FloatArray; sigma?: number; signal?: AbortSignal }[] = [];
  let held = 0;
  const holding = (taken: Linearization): Linearization => {
    held++;
    return { ...taken, release: () => held-- };
  };
  const note = (what: string, x: FloatArray, signal?: AbortSignal, sigma?: number) =>
    asked.push({ what, x: floatArray(x.data.slice(), x.shape), sigma, signal });
  const watchedPrior: typeof prior = {
    ...prior,
    codes: {
      ...codes,
      async denoise(x, sigma, signal) {
        note('denoise', x, signal, sigma);
        return codes.denoise(x, sigma);
      },
      async linearize(x, sigma, signal) {
        note('network', x, signal, sigma);
        return holding(await codes.linearize!(x, sigma));
      },
    },
    async encode(image, signal) {
      note('encode', image, signal);
      return prior.encode(image);
    },
    async decode(code, signal) {
      note('decode', code, signal);
      return prior.decode(code);
    },
    async linearizeDecode(code, signal) {
      note('decoder', code, signal);
      return holding(await prior.linearizeDecode(code));
    },
  };
  const count = (what: string) => asked.filter((call) => call.what === what).length;
  return { prior: watchedPrior, asked, count, held: () => held };
}

const UNFITTED = { guidance: 0, codeSteps: 0, pixelSteps: 0 };
/** What the denoiser of codes of this variance, and DDIM's step, multiply a state by. */
const kept = (sigma: number) => VARIANCE / (VARIANCE + sigma ** 2);
const ddim = (sigma: number, next: number) => kept(sigma) + (next / sigma) * (1 - kept(sigma));

it.each([
  { every: 1, ahead: 2, inPixels: [3, 4, 5], inCodes: [6, 7] },
  { every: 3, ahead: 2, inPixels: [5], inCodes: [] },
  { every: 5, ahead: 1, inPixels: [3], inCodes: [] },
  { every: 2, ahead: 9, inPixels: [4], inCodes: [6] },
  { every: 6, ahead: 2, inPixels: [], inCodes: [] },
])(
  'of nine steps, every $every, resamples those of the last two thirds, each after a look ahead of $ahead',
  async ({ every, ahead, inPixels, inCodes }) => {
    const { prior: asked, ...seen } = watched();
    const steps = 9;
    const progress: number[][] = [];
    const context = {
      ...testContext(),
      step: async (i: number, of: number) => void progress.push([i, of]),
    };
    const task = { problem, measurement, prior: asked };
    await runSolver(resample, task, { ...UNFITTED, steps, every, ahead }, context);
    const sigmas = noiseLevels(codes, steps, { sigmaMax: 80, spacing: 'uniform' });
    const levels: number[] = [];
    for (let i = 0; i < steps; i++) {
      levels.push(sigmas[i]);
      const resamples = [...inPixels, ...inCodes].includes(i);
      if (resamples) levels.push(...sigmas.slice(i + 1, Math.min(i + 1 + ahead, steps)));
    }
    expect(seen.asked.flatMap(({ sigma }) => sigma ?? [])).toEqual(levels);
    expect(seen.count('encode')).toBe(inPixels.length);
    expect(seen.count('decode')).toBe(inPixels.length);
    // And once at the end.
    expect(seen.count('decoder')).toBe(inCodes.length + 1);
    // Each fit, too, gives other work a turn.
    const turns = Array.from({ length: steps }, (_, i) => {
      const fits = [...inPixels, ...inCodes].includes(i) || i === steps - 1;
      return fits
        ? [
            [i, steps],
            [i, steps],
          ]
        : [[i, steps]];
    });
    expect(progress).toEqual(turns.flat());
  },
);

it('without fitting is the chain whose every move is known: DDIM’s, and draws from products of two Gaussians', async () => {
  const [steps, every, ahead, gamma, sigmaMax] = [9, 2, 2, 3, 0.7];
  const options = { ...UNFITTED, steps, every, ahead, gamma, sigmaMax };
  const image = await runSolver(resample, { problem, measurement, prior }, options, testContext());
  const sigmas = noiseLevels(codes, steps, { sigmaMax, spacing: 'uniform' });
  expect(sigmas[0]).toBeCloseTo(sigmaMax, 12);
  const normals = (...path: (string | number)[]) =>
    testContext()
      .random(...path)
      .normals(CODE).data;
  let state = Float64Array.from(normals('init'), (n) => sigmaMax * n);
  for (let i = 0; i < steps; i++) {
    const [sigma, next] = [sigmas[i], sigmas[i + 1]];
    state = state.map((z) => ddim(sigma, next) * z);
    if (i !== 4 && i !== 6) continue;
    const clean = ddim(next, sigmas[i + 2]) * kept(sigmas[i + 2]);
    const [a, b] = [1 / next ** 2, 1 / (gamma * next ** 2 * (1 - (next / sigma) ** 2))];
    const draws = normals('step', i);
    state = state.map((z, j) => (a * clean * z + b * z) / (a + b) + draws[j] / Math.sqrt(a + b));
  }
  const expected = shuffled(floatArray(Float32Array.from(state), CODE), true);
  [0, 1, 2, 4, 5, 6, 8, 9, 10].forEach((pixel, j) => {
    expect(image.data[j]).toBeCloseTo(expected.data[pixel], 5);
  });
});

it('guides from one noise level to the next in units of the variance-preserving state', async () => {
  const { prior: asked, ...seen } = watched();
  const [sigmaMax, guidance] = [0.6, 0.8];
  const options = { steps: 2, sigmaMax, guidance, codeSteps: 0, every: 9 };
  await runSolver(resample, { problem, measurement, prior: asked }, options, testContext());
  const [first, second] = seen.asked.filter(({ what }) => what === 'network');
  const [sigma, next] = [first.sigma!, second.sigma!];
  const clean = shuffled(
    floatArray(
      first.x.data.map((z) => kept(sigma) * z),
      CODE,
    ),
    true,
  );
  const at = [0, 1, 2, 4, 5, 6, 8, 9, 10];
  const residual = matrix.map(
    (row, i) => measurement.data[i] - row.reduce((sum, a, j) => sum + a * clean.data[at[j]], 0),
  );
  const pull = new Float32Array(16);
  at.forEach((pixel, j) => {
    pull[pixel] = matrix.reduce((sum, row, i) => sum + row[j] * residual[i], 0);
  });
  // z̃ = z/√(1 + σ²) moves by guidance·√(size)·2 along the gradient of the norm, at the next level.
  const size =
    (guidance * 2 * Math.sqrt(16 / 12288) * Math.sqrt((1 + next ** 2) / (1 + sigma ** 2))) /
    norm(Float64Array.from(residual));
  const moved = shuffled(floatArray(pull, [1, 4, 4]), false).data;
  second.x.data.forEach((z, i) => {
    expect(z).toBeCloseTo(ddim(sigma, next) * first.x.data[i] + kept(sigma) * size * moved[i], 5);
  });
});

it('holds nothing of what it has asked for, and can be stopped wherever it asks', async () => {
  const { prior: asked, ...seen } = watched();
  const { signal } = new AbortController();
  const options = { steps: 6, every: 1, codeSteps: 2, pixelSteps: 2 };
  const task = { problem, measurement, prior: asked };
  await runSolver(resample, task, options, { ...testContext(), signal });
  expect(new Set(seen.asked.map(({ what }) => what))).toEqual(
    new Set(['network', 'denoise', 'decode', 'encode', 'decoder']),
  );
  for (const call of seen.asked) expect(call.signal, call.what).toBe(signal);
  expect(seen.held()).toBe(0);
});

it('is not led astray by a measurement that is met exactly', async () => {
  const blind = denseProblem([new Array(9).fill(0)], 0.02, SHAPE);
  const task = { problem: blind, measurement: floatArray(Float32Array.of(0), [1]), prior };
  const image = await runSolver(resample, task, { steps: 3 }, testContext());
  for (const value of image.data) expect(Number.isFinite(value)).toBe(true);
});

it.each([
  ['steps', [1, 10_000], [0, 10_001]],
  ['guidance', [0, 3], [-0.1]],
  ['every', [1, 40], [0]],
  ['ahead', [1, 40], [0]],
  ['pixelSteps', [0, 2000], [-1]],
  ['pixelRate', [1e-4], [0]],
  ['codeSteps', [0, 500], [-1]],
  ['codeRate', [1e-4], [0]],
  ['gamma', [0.1, 40], [0]],
  ['sigmaMax', [0.1, 80], [0]],
])('takes %s from its range and no other', (option, taken, refused) => {
  const fits = (value: number) => resample.options.safeParse({ [option]: value }).success;
  expect(taken.filter((value) => !fits(value))).toEqual([]);
  expect(refused.filter(fits)).toEqual([]);
});
