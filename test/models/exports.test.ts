/** Priors as people have them, exported from PyTorch (fixtures/priors), against PyTorch's answers and gradients. */
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diffusersCard } from '../../models/diffusers/card.js';
import { loadPrior } from '../../models/load.js';
import type { Conditioning, DiffusionPrior, LatentPrior } from '../../models/prior.js';
import { diffusionPrior } from '../../models/prior.js';
import { type FloatArray, floatArray, mapArray } from '../../src/core/array.js';
import type { Linearization } from '../../src/core/linearization.js';
import { decodeNpz } from '../../src/io/npz.js';

const fixtures = 'test/fixtures/priors';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retrodict-exports-'));
  process.env.RETRODICT_CACHE = join(folder, 'cache');
});
afterAll(() => rm(folder, { recursive: true }));

type Expected = Readonly<Record<string, FloatArray>>;

async function expectedOf(name: string): Promise<Expected> {
  const arrays = await decodeNpz(await readFile(`${fixtures}/${name}/expected.npz`), name);
  // A batch of one image is an image.
  return Object.fromEntries(
    Object.entries(arrays).map(([key, { array }]) => {
      const { data, shape } = array;
      return [key, floatArray(data, shape.length === 4 ? shape.slice(1) : shape)];
    }),
  );
}

/** Largest difference, relative to the largest value expected. */
function error(actual: FloatArray, expected: FloatArray): number {
  expect(actual.shape).toEqual(expected.shape);
  const largest = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    actual.data.reduce((most, value, i) => Math.max(most, Math.abs(value - expected.data[i])), 0) / largest
  );
}

async function agrees(
  linearization: Promise<Linearization>,
  cotangent: FloatArray,
  value: FloatArray,
  gradient: FloatArray,
  { ofValue, ofGradient, sizes } = { ofValue: 2e-5, ofGradient: 5e-5, sizes: [1] },
): Promise<void> {
  const found = await linearization;
  expect(error(found.value, value)).toBeLessThan(ofValue);
  for (const size of sizes) {
    const scaled = (x: FloatArray, factor: number) => mapArray(x, (entry) => factor * entry);
    const pulled = await found.pullback(scaled(cotangent, size));
    expect(error(scaled(pulled, 1 / size), gradient)).toBeLessThan(ofGradient);
  }
  found.release();
}

/** What the eleven bits of float16 leave, for cotangents of any size. */
const HALF = { ofValue: 2e-3, ofGradient: 4e-3, sizes: [1e-12, 1, 1e12] };

async function denoises(prior: DiffusionPrior, { noisy, sigma, ...expected }: Expected): Promise<void> {
  const level = sigma.data[0];
  expect(error(await prior.denoise(noisy, level), expected.denoised)).toBeLessThan(2e-5);
  await agrees(prior.linearize!(noisy, level), expected.cotangent, expected.denoised, expected.denoise_vjp);
}

async function codes(prior: LatentPrior, expected: Expected): Promise<void> {
  const { image, code } = expected;
  expect(error(await prior.encode!(image), expected.encoded)).toBeLessThan(2e-5);
  expect(error(await prior.decode(code), expected.decoded)).toBeLessThan(2e-5);
  await agrees(prior.linearizeEncode!(image), expected.on_code, expected.encoded, expected.encode_vjp);
  await agrees(prior.linearizeDecode!(code), expected.on_image, expected.decoded, expected.decode_vjp);
}

async function latent(name: string): Promise<LatentPrior> {
  const prior = await loadPrior(`${fixtures}/${name}`, { threads: 1 });
  if (prior.kind !== 'latent') throw new Error('expected a latent prior');
  return prior;
}

describe('stable-diffusion: v-prediction, AutoencoderKL and CLIP, by Optimum at opset 17', () => {
  let prior: LatentPrior;
  let expected: Expected;
  beforeAll(async () => {
    [prior, expected] = [await latent('stable-diffusion'), await expectedOf('stable-diffusion')];
  }, 60_000);
  afterAll(() => prior.close());

  test('is given texts as its files say', () => {
    expect(prior.card!.text).toMatchObject({ length: 77, padding: '<|endoftext|>', guidance: 7.5 });
  });

  test('encodes and decodes, with gradients', () => codes(prior, expected));

  test('denoises codes towards a text, with guidance, and has the gradient', async () => {
    const towards = await prior.condition!('the cat', { guidance: 3 });
    await denoises(towards.codes, expected);
    const [x, sigma] = [expected.noisy, expected.sigma.data[0]];
    const plainly = await prior.condition!('the cat', { guidance: 1 });
    const weaker = await plainly.codes.denoise(x, sigma);
    // Random weights make little of a text, yet more than the tolerance.
    expect(error(weaker, expected.denoised)).toBeGreaterThan(1e-4);
    // Without a text there is nothing to be guided to.
    const without = await prior.codes.denoise(x, sigma);
    expect((await (await prior.condition!('')).codes.denoise(x, sigma)).data).toEqual(without.data);
    expect(error(without, weaker)).toBeGreaterThan(5e-5);
  });

  test('guides away from a text that is not wanted: D_not + w (D_text − D_not)', async () => {
    const [x, sigma] = [expected.noisy, expected.sigma.data[0]];
    const denoised = async (text: string, options?: Conditioning) =>
      (await (await prior.condition!(text, options)).codes.denoise(x, sigma)).data;
    const wanted = await denoised('the cat', { guidance: 1 });
    const unwanted = await denoised('a thing on 42', { guidance: 1 });
    const guided = await denoised('the cat', { guidance: 4, negative: 'a thing on 42' });
    const plain = await denoised('the cat', { guidance: 4 });
    const scale = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    let apart = 0;
    guided.forEach((value, i) => {
      const sum = unwanted[i] + 4 * (wanted[i] - unwanted[i]);
      expect(Math.abs(value - sum)).toBeLessThan(1e-6 * scale);
      apart = Math.max(apart, Math.abs(value - plain[i]));
    });
    expect(apart).toBeGreaterThan(1e-5 * scale);
    // Nothing to be guided away from, and no guidance.
    expect(await denoised('the cat', { guidance: 4, negative: 'the cat' })).toEqual(wanted);
    expect(await denoised('the cat', { guidance: 1, negative: 'a thing on 42' })).toEqual(wanted);
  });

  test('a size that is not on the autoencoder’s grid is padded, and its gradient is of that size', async () => {
    const image = floatArray(expected.image.data.slice(0, 3 * 15 * 13), [3, 15, 13]);
    const { value, pullback, release } = await prior.linearizeEncode!(image);
    expect(value.shape).toEqual([4, 8, 7]);
    expect((await pullback(value)).shape).toEqual([3, 15, 13]);
    release();
  });
});

describe('consistency: a U-Net that is told the scale of guidance, distilled for LCM', () => {
  test('denoises as PyTorch does, at the levels that LCM’s sampler takes', async () => {
    const [prior, expected] = [await latent('consistency'), await expectedOf('consistency')];
    const towards = await prior.condition!('the cat', { guidance: 1 });
    await denoises(towards.codes, expected);
    const { consistencyLevels } = towards.codes;
    expect(consistencyLevels).toHaveLength(50);
    expected.levels.data.forEach((level, i) => {
      expect(consistencyLevels![Math.floor((i * 50) / 8)] / level).toBeCloseTo(1, 5);
    });
    await prior.close();
  }, 60_000);
});

describe.each([
  { name: 'sdxl', about: 'two text encoders, a pooled text and sizes', guidance: 5, shape: [1, 77, 16] },
  { name: 'sd3', about: 'two CLIPs and a T5, flow matching', guidance: 7, shape: [1, 333, 24] },
])('$name: $about', ({ name, guidance, shape }) => {
  let prior: LatentPrior;
  let expected: Expected;
  beforeAll(async () => {
    [prior, expected] = [await latent(name), await expectedOf(name)];
  }, 60_000);
  afterAll(() => prior.close());

  test('encodes and decodes, with gradients', () => codes(prior, expected));

  test('denoises codes towards a text as its pipeline does, with guidance, and has the gradient', async () => {
    // SDXL's pipeline steers away from zeros where nothing else is said.
    const negative = name === 'sd3' ? 'a thing' : '';
    await denoises((await prior.condition!('the cat', { guidance: 3, negative })).codes, expected);
    expect(prior.card!.text).toMatchObject({ guidance });
    expect(expected.embedding.shape).toEqual(shape);
    const [x, sigma] = [expected.noisy, expected.sigma.data[0]];
    const other = await prior.condition!('a cat in the thing', { guidance: 3, negative });
    expect(error(await other.codes.denoise(x, sigma), expected.denoised)).toBeGreaterThan(1e-4);
  });
});

describe('half-precision: the same in float16, as for a GPU', () => {
  test('encodes, decodes and denoises as in float32, with gradients, but for the rounding', async () => {
    const [prior, expected] = [await latent('half-precision'), await expectedOf('stable-diffusion')];
    const towards = await prior.condition!('the cat', { guidance: 3 });
    const { image, code, sigma, noisy } = expected;
    const ofDenoise = towards.codes.linearize!(noisy, sigma.data[0]);
    await agrees(ofDenoise, expected.cotangent, expected.denoised, expected.denoise_vjp, HALF);
    await agrees(
      prior.linearizeEncode!(image),
      expected.on_code,
      expected.encoded,
      expected.encode_vjp,
      HALF,
    );
    await agrees(
      prior.linearizeDecode!(code),
      expected.on_image,
      expected.decoded,
      expected.decode_vjp,
      HALF,
    );
    await prior.close();
  });
});

describe('latent-diffusion: ε and a quantising autoencoder, TorchScript exporter at opset 14', () => {
  test('denoises, encodes and decodes, with gradients; that of the quantiser is straight through', async () => {
    const [prior, expected] = [await latent('latent-diffusion'), await expectedOf('latent-diffusion')];
    expect(prior).toMatchObject({ channels: 3, downsampling: 2 });
    expect(prior.condition).toBeUndefined();
    await denoises(prior.codes, expected);
    await codes(prior, expected);
    await prior.close();
  });
});

describe('transformer: flow matching with classes and learned variance, codes with a shift, opsets 18 to 21', () => {
  test('denoises, encodes and decodes, with gradients', async () => {
    const [prior, expected] = [await latent('transformer'), await expectedOf('transformer')];
    expect(prior.card).toMatchObject({ scale: 1.5, shift: 0.06, codes: { constants: { class_labels: 10 } } });
    await denoises(prior.codes, expected);
    await codes(prior, expected);
    await prior.close();
  });
});

describe('guided-diffusion: six channels, a bare .onnx at opset 18', () => {
  const card = {
    format: 1,
    kind: 'diffusion',
    name: 'guided',
    summary: 'noise and variance',
    inputs: { image: 'x', time: 'timesteps' },
    outputs: { image: 'output' },
    channels: 3,
    valueRange: [-1, 1],
    parametrisation: 'epsilon',
    learnedSigma: true,
    schedule: { kind: 'vp', table: { kind: 'linear', first: 1e-4, last: 0.02, steps: 1000 } },
    time: { form: 'index' },
    sigmaRange: [0.01, 157],
    sizeMultiple: 2,
    data: 'none',
    licence: 'MIT',
    training: 'none',
    scores: [],
  };

  test('with the card beside it', async () => {
    const network = join(folder, 'net.onnx');
    await cp(`${fixtures}/guided-diffusion/net.onnx`, network);
    await expect(loadPrior(network)).rejects.toThrow(
      /net\.onnx does not say how .* in .*net\.card\.json, which `retrodict card .*net\.onnx` writes by probing; it must say .*parametrisation \(what the network estimates.*schedule \(how noise was added in training\)/,
    );
    const sha256 = createHash('sha256')
      .update(await readFile(network))
      .digest('hex');
    const write = (content: object) => writeFile(join(folder, 'net.card.json'), JSON.stringify(content));
    await write({ ...card, schedule: undefined, time: undefined, model: { path: 'net.onnx', sha256 } });
    await expect(loadPrior(network)).rejects.toThrow(
      'net.card.json is no model card: it lacks schedule, time.',
    );
    await write({ ...card, model: { path: 'other.onnx', sha256 } });
    await expect(loadPrior(network)).rejects.toThrow('net.card.json describes other.onnx, not net.onnx.');
    await write({ ...card, model: { path: 'net.onnx', sha256 } });
    const prior = diffusionPrior(await loadPrior(network, { threads: 1 }));
    await denoises(prior, await expectedOf('guided-diffusion'));
    await prior.close();
  });
});

describe('what is refused', () => {
  const changed = async (name: string, change: (directory: string) => Promise<void>) => {
    const directory = await mkdtemp(join(folder, 'changed-'));
    await cp(`${fixtures}/${name}`, directory, { recursive: true });
    await change(directory);
    return expect(diffusersCard(directory)).rejects;
  };

  test('a text without its encoder', async () => {
    await (
      await changed('stable-diffusion', (at) => rm(join(at, 'text_encoder'), { recursive: true }))
    ).toThrow('unet/model.onnx takes an embedded text, but there is no text_encoder/model.onnx');
  });

  test('weights of PyTorch alone', async () => {
    const change = async (at: string) => {
      await rm(join(at, 'unet/model.onnx'));
      await writeFile(join(at, 'unet/diffusion_pytorch_model.safetensors'), '');
    };
    await (await changed('stable-diffusion', change)).toThrow(
      /unet\/model\.onnx cannot be read: only diffusion_pytorch_model\.safetensors, weights of PyTorch: `optimum-cli export onnx --model/,
    );
    const directory = await mkdtemp(join(folder, 'weights-'));
    await writeFile(join(directory, 'model.safetensors'), '');
    await expect(loadPrior(directory)).rejects.toThrow(
      'only model.safetensors: weights of PyTorch must be exported to ONNX first',
    );
  });

  test('an autoencoder of other codes', async () => {
    const change = async (at: string) => {
      const path = join(at, 'vqvae/config.json');
      const config = JSON.parse(await readFile(path, 'utf8'));
      await writeFile(path, JSON.stringify({ ...config, latent_channels: 3 }));
    };
    await (await changed('latent-diffusion', change)).toThrow(
      'unet/ takes 4 channels and its autoencoder has codes of 3',
    );
  });
});
