/**
 * A latent prior between units, on graphs whose values can be written down. Each code is the mean of 2×2 pixels, and
 * each pixel its code: z = 3·(mean of [−1, 1] values − 0.5). The network gives x0 as half of what it is fed.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LatentCard, latentCard } from '../../models/card.js';
import { folderFiles } from '../../models/files.js';
import { openLatentPrior } from '../../models/latent.js';
import { differentiate } from '../../models/onnx/differentiate.js';
import { ints } from '../../models/onnx/graph.js';
import { ChildRuntime } from '../../models/onnx/session.js';
import { type FloatArray, floatArray, zeros } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { dot } from '../../src/core/vector.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { float32, model, node } from './tiny-models.js';
import { tinyNetwork } from './tiny-prior.js';

let runtime: ChildRuntime;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
});
afterAll(() => runtime.close());

const value = (name: string, channels: number) =>
  ({ name, type: 'float32', dims: [1, channels, name, `${name}'`] }) as const;
/** 1 where both channels are the same. */
const same = (factor: number) =>
  [0, 1, 2].flatMap((to) => [0, 1, 2].flatMap((from) => new Array(4).fill(to === from ? factor : 0)));
const strides = { strides: ints([2, 2]) };
const encoder = model({
  nodes: [node('Conv', ['image', 'mean'], ['code'], strides)],
  inputs: [value('image', 3)],
  outputs: [value('code', 3)],
  initializers: [float32('mean', [3, 3, 2, 2], same(0.25))],
});
const decoder = model({
  nodes: [node('ConvTranspose', ['code', 'copies'], ['image'], strides)],
  inputs: [value('code', 3)],
  outputs: [value('image', 3)],
  initializers: [float32('copies', [3, 3, 2, 2], same(1))],
});

const file = (path: string) => ({ model: { path, sha256: '0'.repeat(64) } });

async function open(change: object = {}) {
  const directory = temporaryFolder();
  fill(directory, { 'encoder.onnx': encoder, 'decoder.onnx': decoder, 'network.onnx': tinyNetwork() });
  const card: LatentCard = latentCard.parse({
    ...{
      format: 1,
      kind: 'latent',
      name: 'small',
      summary: '',
      data: '',
      licence: '',
      training: '',
      scores: [],
    },
    ...{ channels: 3, valueRange: [-1, 1], downsampling: 2, scale: 3, shift: 0.5 },
    codes: {
      ...file('network.onnx'),
      ...{ inputs: { image: 'x', time: 't' }, outputs: { image: 'y' }, channels: 3, sizeMultiple: 1 },
      ...{ parametrisation: 'x0', schedule: { kind: 've' }, time: { form: 'sigma' }, sigmaRange: [0.01, 10] },
    },
    encoder: { ...file('encoder.onnx'), input: 'image', output: 'code' },
    decoder: { ...file('decoder.onnx'), input: 'code', output: 'image' },
    ...change,
  });
  return openLatentPrior({
    card,
    files: folderFiles(directory),
    runtime,
    session: { threads: 1 },
    differentiate,
  });
}

const random = keyedRandom(0, 'latent', 0);
const normals = (...shape: number[]) => random('array', ...shape).normals(shape);
const at = (x: FloatArray, c: number, y: number, column: number) => x.get(c, y, column);

describe('a latent prior', () => {
  it('encodes: scale·(what the encoder gives − shift), of an image in its own range', async () => {
    const prior = await open();
    const image = normals(3, 4, 6);
    const code = await prior.encode!(image);
    expect(code.shape).toEqual([3, 2, 3]);
    for (const [c, y, x] of [
      [0, 0, 0],
      [2, 1, 2],
    ]) {
      const block = [0, 1].flatMap((i) => [0, 1].map((j) => 2 * at(image, c, 2 * y + i, 2 * x + j) - 1));
      const mean = block.reduce((sum, one) => sum + one, 0) / 4;
      expect(at(code, c, y, x)).toBeCloseTo(3 * (mean - 0.5), 5);
    }
  });

  it('decodes: the image in [0, 1] of z/scale + shift', async () => {
    const prior = await open();
    const code = normals(3, 2, 3);
    const image = await prior.decode(code);
    expect(image.shape).toEqual([3, 4, 6]);
    expect(at(image, 1, 3, 4)).toBeCloseTo((at(code, 1, 1, 2) / 3 + 0.5 + 1) / 2, 5);
  });

  it('has the derivatives of both, of an image whose size is not on the grid too', async () => {
    const prior = await open();
    const code = normals(3, 2, 3);
    const decoding = await prior.linearizeDecode!(code);
    const [v, w] = [normals(3, 4, 6), normals(3, 2, 3)];
    // Decoding is linear but for a shift: half a third of the sum of each block.
    const sums = await decoding.pullback(v);
    const block = at(v, 0, 2, 2) + at(v, 0, 2, 3) + at(v, 0, 3, 2) + at(v, 0, 3, 3);
    expect(at(sums, 0, 1, 1)).toBeCloseTo(block / 6, 5);
    decoding.release();
    const image = normals(3, 3, 5);
    const encoding = await prior.linearizeEncode!(image);
    expect(encoding.value).toEqual(await prior.encode!(image));
    const gradient = await encoding.pullback(w);
    expect(gradient.shape).toEqual([3, 3, 5]);
    const direction = normals(3, 3, 5);
    const moved = floatArray(
      image.data.map((one, i) => one + direction.data[i]),
      image.shape,
    );
    const change = (await prior.encode!(moved)).data.map((one, i) => one - encoding.value.data[i]);
    expect(dot(gradient.data, direction.data)).toBeCloseTo(dot(w.data, change), 3);
    encoding.release();
  });

  it('has a diffusion prior over its codes, in their own units', async () => {
    const { codes } = await open();
    const z = normals(3, 2, 3);
    expect([codes.kind, codes.name, codes.channels]).toEqual(['diffusion', 'the codes of small', 3]);
    expect([...codes.sigmaRange]).toEqual([0.01, 10]);
    expect([...(await codes.denoise(z, 2)).data]).toEqual([...z.data.map((one) => 0.5 * one)]);
  });

  it('decodes without an encoder, and then does not encode', async () => {
    const prior = await open({ encoder: undefined });
    expect([prior.encode, prior.linearizeEncode]).toEqual([undefined, undefined]);
    expect((await prior.decode(zeros([3, 1, 1]))).data[0]).toBeCloseTo(0.75, 6);
    expect(prior.condition).toBeUndefined();
  });

  it('takes the memory of the larger of its networks, and of both to be differentiated', async () => {
    const prior = await open();
    const [small, large] = [prior.footprint!(8, 8), prior.footprint!(15, 16)];
    expect(large.denoise).toBeCloseTo(4 * small.denoise, 6);
    expect(large.linearize).toBeCloseTo(4 * small.linearize, 6);
    const network = prior.codes.footprint!(4, 4);
    expect(small.denoise).toBeGreaterThanOrEqual(network.denoise);
    // Of the decoder 3 numbers a position of the code, and 4 times 3 pixels.
    expect(small.linearize - network.linearize).toBeCloseTo(0.6 * 15 * 4 * 16, 6);
  });

  it('refuses images and codes of other channels', async () => {
    const prior = await open();
    await expect(prior.encode!(zeros([1, 4, 4]))).rejects.toThrow(
      'small takes images of 3 channels, not 1×4×4.',
    );
    await expect((async () => prior.decode(zeros([4, 2, 2])))()).rejects.toThrow(
      'small has codes of 3 channels, not 4×2×2.',
    );
    await expect((async () => prior.linearizeDecode!(zeros([3, 2])))()).rejects.toThrow(
      'small has codes of 3 channels, not 3×2.',
    );
  });
});
