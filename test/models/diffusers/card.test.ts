import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diffusersCard, guidanceEmbedding } from '../../../models/diffusers/card.js';
import { loadPrior } from '../../../models/load.js';
import { diffusionPrior } from '../../../models/prior.js';
import { alphasCumprod } from '../../../models/schedule.js';
import { floatArray } from '../../../src/core/array.js';

/** A UNet2DModel of 🤗 diffusers with random weights, exported, and what PyTorch makes of one input. */
const NETWORK = 'test/fixtures/onnx/diffusers-unet2d-legacy-17';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retrodict-diffusers-'));
});
afterAll(() => rm(folder, { recursive: true }));

const UNET = {
  _class_name: 'UNet2DModel',
  in_channels: 3,
  out_channels: 3,
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
};

/** A pipeline folder with these fields in its configuration files. */
async function pipeline(
  scheduler: object,
  change: { index?: object; unet?: object; files?: Record<string, string> } = {},
): Promise<string> {
  const directory = await mkdtemp(join(folder, 'pipeline-'));
  const files: Record<string, string> = {
    'model_index.json': JSON.stringify({ _class_name: 'DDPMPipeline', ...change.index }),
    'unet/config.json': JSON.stringify({ ...UNET, ...change.unet }),
    'scheduler/scheduler_config.json': JSON.stringify({ _class_name: 'DDPMScheduler', ...scheduler }),
    ...change.files,
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), content);
  }
  await cp(`${NETWORK}/model.onnx`, join(directory, 'unet/model.onnx'));
  return directory;
}

async function tensor(name: string): Promise<Float32Array> {
  const bytes = await readFile(`${NETWORK}/${name}.bin`);
  return new Float32Array(new Uint8Array(bytes).buffer);
}

describe('a DDPM pipeline', () => {
  it('reads numbers that Python writes and JSON has not', async () => {
    const directory = await pipeline({ _class_name: 'DPMSolverMultistepScheduler' });
    const path = join(directory, 'scheduler/scheduler_config.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('}', ', "lambda_min_clipped": -Infinity, "note": "-Infinity"}'));
    expect((await diffusersCard(directory)).kind).toBe('diffusion');
  });

  // diffusers: sample = √ᾱ x0 + √(1−ᾱ) n on [-1, 1]; ours: x = x0 + σ n on [0, 1], σ half as large.
  it('denoises as PyTorch does, x − σ ε̂ at the time step of σ, and has its gradient', async () => {
    const [sample, epsilon] = [await tensor('sample'), await tensor('out_sample')];
    const [cotangent, gradient] = [await tensor('cotangent-out_sample'), await tensor('gradient-sample')];
    const steps = new BigInt64Array(new Uint8Array(await readFile(`${NETWORK}/timestep.bin`)).buffer);
    const alphas = alphasCumprod({ kind: 'linear', first: 1e-4, last: 0.02, steps: 1000 });
    const alpha = alphas[Number(steps[0])];
    const [a, s] = [Math.sqrt(alpha), Math.sqrt(1 - alpha)];
    const x = floatArray(
      sample.map((value) => (value / a + 1) / 2),
      [3, 16, 16],
    );
    const prior = diffusionPrior(await loadPrior(await pipeline({}), { threads: 1 }));
    expect(prior).toMatchObject({ kind: 'diffusion', channels: 3, sizeMultiple: 1, fixedSize: [16, 16] });
    const linearization = await prior.linearize!(x, s / a / 2);
    const pulled = await linearization.pullback(floatArray(cotangent, x.shape));
    linearization.release();
    const denoised = await prior.denoise(x, s / a / 2);
    await prior.close();
    for (let i = 0; i < sample.length; i++) {
      const estimate = ((sample[i] - s * epsilon[i]) / a + 1) / 2;
      expect(Math.abs(denoised.data[i] - estimate)).toBeLessThan(2e-5);
      expect(Math.abs(linearization.value.data[i] - estimate)).toBeLessThan(2e-5);
      expect(Math.abs(pulled.data[i] - (cotangent[i] - s * gradient[i]))).toBeLessThan(5e-5);
    }
  });
});

describe('what schedulers say', () => {
  const cardOf = async (scheduler: object, change = {}) => {
    const card = await diffusersCard(await pipeline(scheduler, change));
    if (card.kind !== 'diffusion') throw new Error('expected a diffusion model of pixels');
    return card;
  };

  it.each([
    [{ prediction_type: 'v_prediction' }, { parametrisation: 'v' }],
    [{ prediction_type: 'sample' }, { parametrisation: 'x0' }],
    [
      { beta_schedule: 'squaredcos_cap_v2' },
      { schedule: { table: { kind: 'squared-cosine', steps: 1000 } } },
    ],
    [
      { beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012 },
      { schedule: { table: { kind: 'scaled-linear', first: 0.00085, last: 0.012, steps: 1000 } } },
    ],
    [{ trained_betas: [0.1, 0.2, 0.3] }, { schedule: { table: { kind: 'betas', values: [0.1, 0.2, 0.3] } } }],
    [
      { _class_name: 'EDMEulerScheduler', sigma_data: 0.5 },
      { parametrisation: 'edm', time: { form: 'quarter-log-sigma' }, sigmaRange: [0.002, 80] },
    ],
    [
      { _class_name: 'FlowMatchEulerDiscreteScheduler' },
      { parametrisation: 'flow', time: { form: 't', scale: 1000 } },
    ],
    [
      { _class_name: 'ScoreSdeVeScheduler', sigma_max: 50 },
      { parametrisation: 'score', valueRange: [0, 1], sigmaRange: [0.01, 50] },
    ],
  ])('%o', async (scheduler, expected) => {
    expect(await cardOf(scheduler)).toMatchObject(expected);
  });

  // Values printed by diffusers 0.42.1: DDPMScheduler(beta_schedule="sigmoid").betas and
  // DDIMScheduler(beta_schedule="scaled_linear", beta_start=.00085, beta_end=.012, rescale_betas_zero_snr=True).
  it('a sigmoid rise of β', async () => {
    const { schedule } = await cardOf({ beta_schedule: 'sigmoid' });
    if (schedule.kind !== 'vp' || schedule.table.kind !== 'betas') throw new Error('expected betas');
    const expected = { 0: 1.4920519606675953e-4, 500: 0.010079878382384777, 999: 0.01995079591870308 };
    for (const [i, beta] of Object.entries(expected)) {
      expect(Math.abs(schedule.table.values[Number(i)] / beta - 1)).toBeLessThan(1e-6);
    }
  });

  it('a last step without any signal, which has no σ and is left out', async () => {
    const { schedule, sigmaRange } = await cardOf({
      beta_schedule: 'scaled_linear',
      beta_start: 0.00085,
      beta_end: 0.012,
      rescale_betas_zero_snr: true,
    });
    if (schedule.kind !== 'vp' || schedule.table.kind !== 'alphas') throw new Error('expected alphas');
    expect(schedule.table.values).toHaveLength(999);
    // The last is a difference of nearly equal numbers, which diffusers takes in float32.
    const expected = [
      [0, 0.9991499781608582, 1e-6],
      [500, 0.2410186380147934, 1e-5],
      [998, 1.9679633567193378e-7, 1e-3],
    ];
    for (const [i, alpha, tolerance] of expected) {
      expect(Math.abs(schedule.table.values[i] / alpha - 1)).toBeLessThan(tolerance);
    }
    expect(Number.isFinite(sigmaRange[1])).toBe(true);
  });

  it('a learned variance is cut off', async () => {
    expect(await cardOf({}, { unet: { out_channels: 6 } })).toMatchObject({
      learnedSigma: true,
      channels: 3,
    });
  });
});

describe('what is refused, in a sentence that names the file', () => {
  it('a folder with a part missing', async () => {
    const directory = await pipeline({});
    await rm(join(directory, 'unet/model.onnx'));
    await expect(loadPrior(directory)).rejects.toThrow(
      'unet/model.onnx cannot be read: there is no such file.',
    );
    await rm(join(directory, 'scheduler'), { recursive: true });
    await expect(loadPrior(directory)).rejects.toThrow(
      'scheduler_config.json cannot be read: there is no such',
    );
  });

  it.each([
    [
      'a model that takes pictures beside noise',
      {},
      { files: { 'controlnet/config.json': '{}' } },
      'with controlnet/, which is not supported',
    ],
    ['an unknown scheduler', { _class_name: 'CMStochasticIterativeScheduler' }, {}, 'which is not known'],
    ['an unknown schedule', { beta_schedule: 'cubic' }, {}, 'scheduler_config.json: beta_schedule'],
    ['odd channels', {}, { unet: { out_channels: 4 } }, 'says 3 channels in and 4 out'],
    ['a broken file', {}, { files: { 'unet/config.json': '{' } }, 'unet/config.json cannot be read'],
    ['another network', {}, { unet: { in_channels: undefined } }, 'unet/config.json: it lacks in_channels'],
  ])('%s', async (_, scheduler, change, sentence) => {
    await expect(loadPrior(await pipeline(scheduler, change))).rejects.toThrow(sentence);
  });
});

// sin and cos of 1000 w 10000^(−i/(n/2 − 1)), as in diffusers' pipeline_latent_consistency_text2img.py; from Python.
it.each([
  [8, [-0.851236, 0.562678, -0.435233, 0.681639, -0.524783, -0.826676, -0.900318, 0.731689]],
  [5, [-0.851236, 0.681639, -0.524783, 0.731689, 0]],
])('a consistency-distilled network is told its scale of guidance by %i numbers', (size, expected) => {
  guidanceEmbedding(7.5, size).forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], 5);
  });
});
