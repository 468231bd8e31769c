import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCompressivePrior } from '../../../models/compressive/prior.js';
import { loadPrior } from '../../../models/load.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import type { CompressivePrior } from '../../../models/prior.js';
import { bind, problem } from '../../../problems/bind.js';
import { requireMatch } from '../../../solvers/choose.js';
import { solvers } from '../../../solvers/index.js';
import { type FloatArray, filled, floatArray, mapArray, zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { dot } from '../../../src/core/vector.js';
import { float32, model, node } from '../tiny-models.js';
import { smallModel } from './small-model.js';

const SHIPPED = 'models/weights/photo-compressive';
const folders: string[] = [];

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'retrodict-compressive-'));
  folders.push(made);
  return made;
}

function compressive(prior: { kind: string }): CompressivePrior {
  if (prior.kind !== 'compressive') throw new Error(`found a prior of kind ${prior.kind}`);
  return prior as CompressivePrior;
}

/** Smooth waves of colour, which a photograph's autoencoder knows. */
function picture(height: number, width: number): FloatArray {
  return mapArray(zeros([3, height, width]), (_, i) => {
    const [c, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    return 0.5 + 0.3 * Math.sin(0.13 * x + c) * Math.cos(0.09 * y);
  });
}

/** What these tests change of a card. */
interface ShippedCard {
  graphs: Record<string, { sha256: string }>;
  codes: Record<string, object>;
  outputs: object;
}

let prior: CompressivePrior;
beforeAll(async () => {
  prior = compressive(await loadPrior('photo-compressive', { threads: 1 }));
});
afterAll(async () => {
  await prior.close();
  await Promise.all(folders.map((path) => rm(path, { recursive: true })));
});

describe('photo-compressive', () => {
  it('codes an image of any size, and decodes it at the size of its grid', async () => {
    const image = picture(40, 70);
    const codes = await prior.encode(image);
    expect(codes.map(({ shape }) => shape)).toEqual([
      [96, 8, 12],
      [32, 2, 3],
    ]);
    expect(prior.codeShapes(image.shape)).toEqual(codes.map(({ shape }) => shape));
    const decoded = await prior.decode(codes[0]);
    expect(decoded.shape).toEqual([3, 64, 96]);
    let squares = 0;
    for (let c = 0; c < 3; c++)
      for (let y = 0; y < 40; y++)
        for (let x = 0; x < 70; x++) {
          squares += (decoded.data[(c * 64 + y) * 96 + x] - image.data[(c * 40 + y) * 70 + x]) ** 2;
        }
    // As its card says of photographs: 34 dB. Waves are easier.
    expect(-10 * Math.log10(squares / image.size)).toBeGreaterThan(34);
  });

  it('knows what codes cost, with the gradient of its finite differences through the network of h', async () => {
    const codes = await prior.encode(picture(64, 64));
    const { nats, gradient } = await prior.rate(codes);
    // Less than JPEG would need, more than nothing.
    expect(nats / Math.LN2 / 64 ** 2).toBeGreaterThan(0.02);
    expect(nats / Math.LN2 / 64 ** 2).toBeLessThan(2);
    for (const [k, code] of codes.entries()) {
      const direction = keyedRandom(0, 'rate', k)('direction').normals(code.shape);
      const moved = (step: number) =>
        codes.map((other, j) => (j === k ? mapArray(other, (v, i) => v + step * direction.data[i]) : other));
      const step = 0.01;
      const difference = (await prior.rate(moved(step))).nats - (await prior.rate(moved(-step))).nats;
      const slope = dot(gradient[k].data, direction.data);
      expect(Math.abs(difference / (2 * step) - slope)).toBeLessThan(0.01 * Math.abs(slope) + 0.05);
    }
  });

  it('differentiates its decoder', async () => {
    const [z] = await prior.encode(picture(32, 32));
    const { value, pullback, release } = await prior.linearizeDecode!(z);
    const v = keyedRandom(0, 'decode', 0)('v').normals(value.shape);
    const w = keyedRandom(0, 'decode', 0)('w').normals(z.shape);
    const step = 0.01;
    const [above, below] = [
      await prior.decode(mapArray(z, (value, i) => value + step * w.data[i])),
      await prior.decode(mapArray(z, (value, i) => value - step * w.data[i])),
    ];
    const forward = (dot(above.data, v.data) - dot(below.data, v.data)) / (2 * step);
    const backward = dot((await pullback(v)).data, w.data);
    release();
    expect(Math.abs(forward - backward)).toBeLessThan(0.01 * Math.abs(forward) + 0.01);
  });

  it('knows the spread of what its decoder leaves over, in units of the image', async () => {
    const image = picture(64, 64);
    const [z] = await prior.encode(image);
    const [sigma, decoded] = [await prior.spread!(z), await prior.decode(z)];
    const ratios = decoded.data.map((value, i) => ((value - image.data[i]) / sigma.data[i]) ** 2);
    const root = Math.sqrt(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length);
    expect(root).toBeGreaterThan(0.3);
    expect(root).toBeLessThan(3);
  });

  it('draws codes that cost what codes of its own law cost, the same for the same key', async () => {
    const draw = () => prior.draw([3, 64, 64], keyedRandom(0, 'draw', 0)('codes'));
    const [codes, again] = [await draw(), await draw()];
    expect(codes.map(({ shape }) => shape)).toEqual(prior.codeShapes([3, 64, 64]));
    expect(again).toEqual(codes);
    const perPixel = (await prior.rate(codes)).nats / Math.LN2 / 64 ** 2;
    expect(perPixel).toBeGreaterThan(0.1);
    expect(perPixel).toBeLessThan(4);
  });

  it('says what it takes', async () => {
    await expect(prior.encode(zeros([1, 32, 32]))).rejects.toThrow('images of 3 channels, not 1');
    await expect((async () => prior.decode(zeros([3, 4, 4])))()).rejects.toThrow(
      'codes of 96 channels, not 3×4×4',
    );
  });
});

it('a decoder without a rule has no gradient: it draws, and solvers say which of them remain', async () => {
  const decoder = [node('Mod', ['code', 'five'], ['decoded'], { fmod: { kind: 'int', value: 1 } })];
  const prior = await openCompressivePrior(smallModel(await ChildRuntime.start(), { decoder }));
  const whole = await openCompressivePrior(smallModel(await ChildRuntime.start()));
  expect([prior.linearizeDecode, typeof whole.linearizeDecode]).toEqual([undefined, 'function']);
  expect((await prior.decode(filled([1, 2, 2], 3))).data).toEqual(new Float32Array(4).fill(3));
  const task = { prior, problem: bind(problem('denoise', 'gaussian:sigma=0.1'), { imageShape: [1, 2, 2] }) };
  expect(() => requireMatch(solvers['map-latent'], task)).toThrow(
    'needs a prior with a gradient, but decoder.onnx cannot be differentiated at Mod (node "decoded"): ' +
      'there is no rule for this operator; these would work: wiener, tv',
  );
  await prior.close();
  await whole.close();
});

it('a network between h and z that answers with another shape is told when it is opened', async () => {
  const hyper = [
    node('Identity', ['h'], ['means']),
    node('ReduceSum', ['h'], ['scales'], { keepdims: { kind: 'int', value: 0 } }),
  ];
  const opened = openCompressivePrior(smallModel(await ChildRuntime.start(), { hyper }));
  await expect(opened).rejects.toThrow(
    'hyper-decoder.onnx answers with float32 scalar; its card says float32 1×1×1×1 ' +
      '(tried on 1×1 pixels, the least by sizeMultiple of its card).',
  );
});

it('a decoder that answers with another shape is told when it is opened', async () => {
  const decoder = [node('ReduceSum', ['code'], ['decoded'], { keepdims: { kind: 'int', value: 0 } })];
  const opened = openCompressivePrior(smallModel(await ChildRuntime.start(), { decoder }));
  await expect(opened).rejects.toThrow(/decoder\.onnx .*scalar.* \(tried on 1×1 pixels/);
});

describe('broken cards', () => {
  const broken = async (change: (card: ShippedCard, directory: string) => unknown) => {
    const directory = await folder();
    await cp(SHIPPED, directory, { recursive: true });
    const path = join(directory, 'card.json');
    const card = JSON.parse(await readFile(path, 'utf8'));
    await change(card, directory);
    await writeFile(path, JSON.stringify(card));
    return expect(loadPrior(directory, { threads: 1 })).rejects;
  };

  it('without the hyperprior', async () => {
    const lacking = broken((card) => delete card.graphs['hyper-prior']);
    await (await lacking).toThrow('it lacks graphs.hyper-prior');
    await (await broken((card) => delete card.codes.h)).toThrow('it lacks codes.h');
  });

  it('with a hyperprior beside normal codes', async () => {
    await (await broken((card) => Object.assign(card, { codePrior: 'normal' }))).toThrow(
      '"normal" has no hyperprior',
    );
  });

  it('with names or sizes that its graphs do not have', async () => {
    await (await broken((card) => Object.assign(card.outputs, { decoder: ['y'] }))).toThrow('no output "y"');
    await (await broken((card) => Object.assign(card.codes.z, { stride: 24 }))).toThrow(
      'must divide sizeMultiple',
    );
    await (await broken((card) => Object.assign(card.codes.h, { channels: 8 }))).toThrow(
      'laws of 32 channels',
    );
  });

  it('with other channels or strides than its codes have', async () => {
    await (await broken((card) => Object.assign(card.codes.z, { channels: 64 }))).toThrow(
      'encoder.onnx answers with float32 1×96×4×4; its card says float32 1×64×4×4 (tried on 32×32 pixels',
    );
    await (await broken((card) => Object.assign(card.codes.h, { stride: 16 }))).toThrow(
      'encoder.onnx answers with float32 1×32×1×1; its card says float32 1×32×2×2',
    );
  });

  it('with a hyperprior that is none', async () => {
    const tables = { matrices: [[[[1]]]], biases: [], factors: [] };
    const change = async (card: ShippedCard, directory: string) => {
      await writeFile(join(directory, 'hyper-prior.json'), JSON.stringify(tables));
      card.graphs['hyper-prior'].sha256 = createHash('sha256').update(JSON.stringify(tables)).digest('hex');
    };
    await (await broken(change)).toThrow('hyper-prior.json is no hyperprior');
  });
});

/** A folder with a VAE of one channel. @param side of the images that its graphs take; any where it is a name. */
async function meanOfFour(side: number | string, sizeMultiple = 2): Promise<string> {
  const directory = await folder();
  const image = { name: 'image', type: 'float32', dims: ['n', 1, side, side] } as const;
  const code = { name: 'code', type: 'float32', dims: ['n', 1, 'h2', 'w2'] } as const;
  // The mean of 2×2 pixels, and a log-variance of 3; decoded as four equal pixels.
  const encoder = model({
    nodes: [
      node('Conv', ['image', 'weight', 'bias'], ['moments'], { strides: { kind: 'ints', value: [2, 2] } }),
    ],
    inputs: [image],
    outputs: [{ name: 'moments', type: 'float32', dims: ['n', 2, 'h2', 'w2'] }],
    initializers: [
      float32('weight', [2, 1, 2, 2], [0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0]),
      float32('bias', [2], [0, 3]),
    ],
  });
  const decoder = model({
    nodes: [
      node('ConvTranspose', ['code', 'weight'], ['image'], { strides: { kind: 'ints', value: [2, 2] } }),
    ],
    inputs: [code],
    outputs: [image],
    initializers: [float32('weight', [1, 1, 2, 2], [1, 1, 1, 1])],
  });
  const file = async (path: string, bytes: Uint8Array) => {
    await writeFile(join(directory, path), bytes);
    return { path, sha256: createHash('sha256').update(bytes).digest('hex') };
  };
  const about = { summary: 'a mean', data: 'none', licence: 'MIT', training: 'none', scores: [] };
  const card = {
    ...{ format: 1, kind: 'compressive', name: 'vae', ...about },
    graphs: { encoder: await file('encoder.onnx', encoder), decoder: await file('decoder.onnx', decoder) },
    inputs: { encoder: ['image'], decoder: ['code'] },
    outputs: { encoder: ['moments'], decoder: ['image'] },
    ...{ moments: true, channels: 1, valueRange: [0, 2], codePrior: 'normal', gamma: 0.5, sizeMultiple },
    codes: { z: { channels: 1, stride: 2 } },
  };
  await writeFile(join(directory, 'card.json'), JSON.stringify(card));
  return directory;
}

describe('a plain VAE', () => {
  it('is read from a card: normal codes, moments, one spread for all', async () => {
    const directory = await meanOfFour('side');
    const vae = compressive(await loadPrior(directory, { threads: 1 }));
    try {
      const pixels = floatArray(Float32Array.of(0.1, 0.3, 0.5, 0.5), [1, 2, 2]);
      const [z, h] = await vae.encode(pixels);
      expect(h).toBeUndefined();
      expect(z.data[0]).toBeCloseTo(0.7, 6);
      expect([...(await vae.decode(z)).data]).toEqual(Array(4).fill(expect.closeTo(0.35, 6)));
      expect((await vae.spread!(z)).data[0]).toBeCloseTo(0.25, 6);
      const { nats, gradient } = await vae.rate([z]);
      expect(nats).toBeCloseTo(0.5 * Math.log(2 * Math.PI) + 0.5 * 0.49, 6);
      expect(gradient[0].data[0]).toBeCloseTo(0.7, 6);
    } finally {
      await vae.close();
    }
  });

  it('of one fixed size says so of pictures that are larger, and of a card that says another', async () => {
    const vae = compressive(await loadPrior(await meanOfFour(4, 4), { threads: 1 }));
    try {
      expect((await vae.encode(filled([1, 3, 4], 0.5)))[0].shape).toEqual([1, 2, 2]);
      await expect(vae.encode(filled([1, 4, 5], 0.5))).rejects.toThrow(
        'encoder.onnx takes n×1×4×4 at its input "image", not 1×1×4×8: its graph fixes these sizes.',
      );
    } finally {
      await vae.close();
    }
    await expect(loadPrior(await meanOfFour(4, 2), { threads: 1 })).rejects.toThrow(
      'takes n×1×4×4 at its input "image", not 1×1×2×2: its graph fixes these sizes (tried on 2×2 pixels',
    );
  });
});
