/** Probing networks that were put together to be called in one way. */
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BetasCard } from '../../models/card.js';
import { loadPrior } from '../../models/load.js';
import { constant } from '../../models/onnx/constants.js';
import { ints, type Node, type TensorRef, type ValueDeclaration } from '../../models/onnx/graph.js';
import { readModel } from '../../models/onnx/proto/read.js';
import { writeModel } from '../../models/onnx/proto/write.js';
import type { ElementType } from '../../models/onnx/tensor.js';
import { probeCard } from '../../models/probe.js';
import { alphasCumprod } from '../../models/schedule.js';
import { writeProbedCard } from '../../src/load/probed-card.js';
import { float32, int64, model, node } from './tiny-models.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retrodict-probe-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** `m` is the mean of x over 5×5 pixels, drawn towards grey, 0 of [-1, 1]: a denoiser of soft pictures. */
const MEAN = [
  node('AveragePool', ['x'], ['pooled'], { kernel_shape: ints([5, 5]), pads: ints([2, 2, 2, 2]) }),
  node('Mul', ['pooled', 'pull'], ['m']),
];

/** Of x_t = a x0 + s n at a step t of the table: `a` and `s`. */
const LEVEL = [node('Gather', ['alphas', 't'], ['a']), node('Gather', ['noises', 't'], ['s'])];

const EPSILON = [...MEAN, ...LEVEL, node('Sub', ['x', 'm'], ['d']), node('Div', ['d', 's'], ['y'])];

/** v = (a x_t − D)/s with D = m/a. */
const V = [
  ...MEAN,
  ...LEVEL,
  node('Mul', ['x', 'a'], ['ax']),
  node('Div', ['m', 'a'], ['clean']),
  node('Sub', ['ax', 'clean'], ['d']),
  node('Div', ['d', 's'], ['y']),
];

const X0 = [...MEAN, node('Identity', ['m'], ['y'])];

const LINEAR = { kind: 'linear', first: 1e-4, last: 0.02, steps: 1000 } as const;
const COSINE = { kind: 'squared-cosine', steps: 1000 } as const;

async function write(
  nodes: readonly Node[],
  time: ElementType,
  table: BetasCard = LINEAR,
  type: ElementType = 'float32',
): Promise<string> {
  const directory = await mkdtemp(join(folder, 'model-'));
  const alphas = alphasCumprod(table);
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const image = ['n', 3, 'h', 'w'];
  const bytes = model({
    nodes: used.has('t') ? nodes : [...nodes, node('Identity', ['t'], ['unused'])],
    inputs: [
      { name: 'x', type, dims: image },
      { name: 't', type: time, dims: [1] },
    ],
    outputs: [{ name: 'y', type, dims: image }],
    initializers: [
      constant('pull', type, [1], [0.9]),
      float32('alphas', [1000], alphas.map(Math.sqrt)),
      float32(
        'noises',
        [1000],
        alphas.map((alpha) => Math.sqrt(1 - alpha)),
      ),
    ],
  });
  await writeFile(join(directory, 'net.onnx'), bytes);
  return directory;
}

describe('what probing finds', () => {
  it.each([
    ['ε, linear β', EPSILON, 'int64', LINEAR, { parametrisation: 'epsilon', schedule: { table: LINEAR } }],
    ['ε, cosine', EPSILON, 'int64', COSINE, { parametrisation: 'epsilon', schedule: { table: COSINE } }],
    ['v, linear β', V, 'int32', LINEAR, { parametrisation: 'v', schedule: { table: LINEAR } }],
    ['x0, σ', X0, 'float32', LINEAR, { parametrisation: 'x0', schedule: { kind: 've' }, sizeMultiple: 1 }],
    ['x0, σ, in half precision', X0, 'float16', LINEAR, { parametrisation: 'x0', schedule: { kind: 've' } }],
  ] as const)('%s', async (_, nodes, time, table, expected) => {
    const precision = time === 'float16' ? time : 'float32';
    const { card, error, runnerUp } = await probeCard(await write(nodes, time, table, precision));
    expect(card).toMatchObject({
      ...expected,
      valueRange: [-1, 1],
      channels: 3,
      inputs: { image: 'x', time: 't' },
    });
    expect(error).toBeLessThan(0.45);
    expect(runnerUp).toBeGreaterThanOrEqual(error);
  });

  it('of the shipped prior is what its card says', async () => {
    const directory = await mkdtemp(join(folder, 'shipped-'));
    await copyFile('models/weights/photo-small/model.onnx', join(directory, 'photo-small.onnx'));
    const { card, error } = await probeCard(directory);
    expect(card).toMatchObject({ parametrisation: 'x0', schedule: { kind: 've' }, time: { form: 'sigma' } });
    expect(card).toMatchObject({ valueRange: [-1, 1], sizeMultiple: 8 });
    expect(error).toBeLessThan(0.25);
  });
});

describe('how the network is told the level, and which levels it knows', () => {
  /** photo-small, on [-1, 1], with what is put before it. */
  async function changed(
    before: readonly Node[],
    inputs: readonly ValueDeclaration[],
    added: readonly TensorRef[] = [],
  ) {
    const directory = await mkdtemp(join(folder, 'changed-'));
    const original = readModel(await readFile('models/weights/photo-small/model.onnx'));
    const { graph } = original;
    const nodes = [...before, ...graph.nodes];
    const initializers = [...graph.initializers, ...added];
    const bytes = writeModel({ ...original, graph: { ...graph, nodes, inputs, initializers } });
    await writeFile(join(directory, 'net.onnx'), bytes);
    return directory;
  }
  const image: ValueDeclaration = { name: 'x', type: 'float32', dims: ['n', 3, 'h', 'w'] };
  const bounds = [float32('least', [], [0.04]), float32('most', [], [0.8])];

  it('levels up to 0.4 of [0, 1], told by a map', async () => {
    const map: ValueDeclaration = { name: 'map', type: 'float32', dims: ['n', 1, 'h', 'w'] };
    const before = [
      node('ReduceMax', ['map'], ['told'], { axes: ints([1, 2, 3]), keepdims: { kind: 'int', value: 0 } }),
      node('Clip', ['told', 'least', 'most'], ['sigma']),
    ];
    const directory = await changed(before, [map, image], bounds);
    const { card, error } = await probeCard(directory);
    expect(card).toMatchObject({ parametrisation: 'x0', time: { form: 'sigma' }, valueRange: [-1, 1] });
    expect(card).toMatchObject({ inputs: { image: 'x', time: 'map' }, channels: 3, sizeMultiple: 8 });
    const [least, most] = card.sigmaRange;
    expect(least).toBeLessThan(0.041);
    expect(most).toBeGreaterThan(0.8);
    expect(most).toBeLessThan(1.44);
    expect(error).toBeLessThan(0.35);
  });

  const slices = [
    node('Slice', ['all', 'zero', 'three', 'one'], ['x']),
    node('Slice', ['all', 'three', 'four', 'one'], ['map']),
  ];
  const corners = [0, 1, 3, 4].map((value, k) => int64(['zero', 'one', 'three', 'four'][k], [value]));

  it('one more channel, and one size only', async () => {
    const all: ValueDeclaration = { name: 'all', type: 'float32', dims: [1, 4, 64, 64] };
    const level = node('ReduceMax', ['map'], ['sigma'], {
      axes: ints([1, 2, 3]),
      keepdims: { kind: 'int', value: 0 },
    });
    const directory = await changed([...slices, level], [all], corners);
    const { card } = await probeCard(directory);
    expect(card).toMatchObject({ parametrisation: 'x0', time: { form: 'sigma' }, channels: 3 });
    expect(card.inputs).toEqual({ image: 'all' });
    expect(card.sigmaRange).toEqual([0.002, 80]);
  });

  it('nothing: the network knows 25/255, and answers with the noise', async () => {
    const directory = await changed([], [image], [float32('sigma', [1], [50 / 255])]);
    const path = join(directory, 'net.onnx');
    const original = readModel(await readFile(path));
    const { graph } = original;
    const nodes = [...graph.nodes, node('Sub', ['x', 'x0'], ['noise'])];
    const outputs = [{ ...graph.outputs[0], name: 'noise' }];
    await writeFile(path, writeModel({ ...original, graph: { ...graph, nodes, outputs } }));
    const { card } = await probeCard(directory);
    expect(card).toMatchObject({ parametrisation: 'residual', time: { form: 'none' }, valueRange: [-1, 1] });
    expect(card.inputs).toEqual({ image: 'x' });
    const [least, most] = card.sigmaRange;
    expect(least).toBeGreaterThan(25 / 255);
    expect(least).toBeLessThan(51 / 255);
    expect(most).toBeGreaterThan(50 / 255);
    expect(most).toBeLessThan(90 / 255);
  });
});

it('a bare file is probed as its folder is, and the card stands beside it', async () => {
  const directory = await write(X0, 'float32');
  const network = join(directory, 'net.onnx');
  const { path } = (await writeProbedCard(network))!;
  expect(path).toBe(join(directory, 'net.card.json'));
  expect(await writeProbedCard(network)).toBeUndefined();
  const prior = await loadPrior(network, { threads: 1 });
  expect(prior.card).toMatchObject({ name: 'net', parametrisation: 'x0', model: { path: 'net.onnx' } });
  await prior.close();
});

describe('what is refused', () => {
  it('a network that removes no noise in any way', async () => {
    const nodes = [node('Mul', ['x', 'x'], ['z']), node('Add', ['z', 'x'], ['y'])];
    await expect(probeCard(await write(nodes, 'float32'))).rejects.toThrow('must be written by hand');
  });

  it('says what to do where channels are last, as TensorFlow has them', async () => {
    const directory = await mkdtemp(join(folder, 'model-'));
    const image = { type: 'float32', dims: ['n', 'h', 'w', 3] } as const;
    const bytes = model({
      nodes: [node('Identity', ['x'], ['y'])],
      inputs: [{ name: 'x', ...image }],
      outputs: [{ name: 'y', ...image }],
    });
    await writeFile(join(directory, 'net.onnx'), bytes);
    await expect(probeCard(directory)).rejects.toThrow('channels last, n×h×w×3, as TensorFlow has them');
  });

  it('folders with no model or several', async () => {
    const directory = await mkdtemp(join(folder, 'several-'));
    await expect(probeCard(directory)).rejects.toThrow(
      'should hold one .onnx file to write a card for; it holds none',
    );
    for (const name of ['a.onnx', 'b.onnx']) await writeFile(join(directory, name), '');
    await expect(probeCard(directory)).rejects.toThrow('it holds a.onnx, b.onnx');
  });
});
