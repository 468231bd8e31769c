/** A graph of two inputs and two outputs whose derivatives can be written down: a = w·x², b = w·x. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DifferentiableGraph, openGraph } from '../../../models/onnx/differentiable-graph.js';
import { differentiate } from '../../../models/onnx/differentiate.js';
import { withFloat32Ends } from '../../../models/onnx/half-precision.js';
import { readOutline } from '../../../models/onnx/outline.js';
import type { Tensor } from '../../../models/onnx/runtime.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import { fill, temporaryFolder } from '../../io/folders.js';
import { float32, model, node } from '../tiny-models.js';

let runtime: ChildRuntime;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
});
afterAll(() => runtime.close());

const free = (name: string) => ({ name, type: 'float32', dims: [1, 'n'] }) as const;
const bytes = model({
  nodes: [node('Mul', ['x', 'x'], ['xx']), node('Mul', ['xx', 'w'], ['a']), node('Mul', ['x', 'w'], ['b'])],
  inputs: [free('x'), free('w')],
  outputs: [free('a'), free('b')],
});

const tensor = (...values: number[]): Tensor => ({
  type: 'float32',
  dims: [1, values.length],
  data: Float32Array.from(values),
});
const numbers = ({ data }: Tensor) => Array.from(data as Float32Array);

const X = [1, -2, 0.5];
const W = [3, 0.25, -1];
const feeds = { x: tensor(...X), w: tensor(...W) };

async function open(differentiation = differentiate) {
  return DifferentiableGraph.open({
    source: { bytes, name: 'net.onnx' },
    runtime,
    session: { threads: 1 },
    differentiate: differentiation,
  });
}

describe('a differentiable graph', () => {
  it('runs, and gives the output that is asked for', async () => {
    const graph = await open();
    expect(graph.name).toBe('net.onnx');
    expect(numbers(await graph.run(feeds, 'a'))).toEqual(X.map((x, i) => W[i] * x * x));
    expect(numbers(await graph.run(feeds, 'b'))).toEqual(X.map((x, i) => W[i] * x));
  });

  it('has the derivative of one output with respect to the input that is named', async () => {
    const graph = await open();
    const v = [0.5, 1, -4];
    const byX = await graph.linearize(feeds, 'x', 'a');
    expect(numbers(byX.value)).toEqual(X.map((x, i) => W[i] * x * x));
    expect(numbers(await byX.pullback(tensor(...v)))).toEqual(X.map((x, i) => 2 * W[i] * x * v[i]));
    // As often as it is wanted.
    expect(numbers(await byX.pullback(tensor(1, 1, 1)))).toEqual(X.map((x, i) => 2 * W[i] * x));
    byX.release();
    const byW = await graph.linearize(feeds, 'w', 'a');
    expect(numbers(await byW.pullback(tensor(...v)))).toEqual(X.map((x, i) => x * x * v[i]));
    byW.release();
    const ofB = await graph.linearize(feeds, 'x', 'b');
    expect(numbers(await ofB.pullback(tensor(...v)))).toEqual(W.map((w, i) => w * v[i]));
    ofB.release();
  });

  it('says what a graph of fixed size takes, before ONNX Runtime is asked', async () => {
    const fixed = (name: string) => ({ name, type: 'float32', dims: [1, 2] }) as const;
    const graph = await DifferentiableGraph.open({
      source: {
        bytes: model({
          nodes: [node('Mul', ['x', 'x'], ['y'])],
          inputs: [fixed('x')],
          outputs: [fixed('y')],
        }),
        name: 'vae.onnx',
      },
      ...{ runtime, session: { threads: 1 }, differentiate },
    });
    const said = 'vae.onnx takes 1×2 at its input "x", not 1×3: its graph fixes these sizes.';
    await expect(graph.run({ x: tensor(...X) }, 'y')).rejects.toThrow(said);
    await expect(graph.linearize({ x: tensor(...X) }, 'x', 'y')).rejects.toThrow(said);
    expect(numbers(await graph.run({ x: tensor(2, 3) }, 'y'))).toEqual([4, 9]);
  });

  it('has that of several outputs together', async () => {
    const graph = await open();
    const { values, pullback, release } = await graph.linearizeAll(feeds, 'x', ['a', 'b']);
    expect(numbers(values.b)).toEqual(X.map((x, i) => W[i] * x));
    const [u, v] = [
      [1, 2, 3],
      [-1, 0.5, 4],
    ];
    const expected = X.map((x, i) => 2 * W[i] * x * u[i] + W[i] * v[i]);
    expect(numbers(await pullback({ a: tensor(...u), b: tensor(...v) }))).toEqual(expected);
    release();
  });

  it('a pullback after its release fails', async () => {
    const graph = await open();
    const { pullback, release } = await graph.linearize(feeds, 'x', 'a');
    release();
    await expect(pullback(tensor(1, 1, 1))).rejects.toThrow();
  });

  it('makes the gradient once for a size, and again for one that was put away after two others', async () => {
    const counted = vi.fn(differentiate);
    const graph = await open(counted);
    const at = async (size: number) => {
      const ones = tensor(...new Array<number>(size).fill(1));
      const { pullback, release } = await graph.linearize({ x: ones, w: ones }, 'x', 'a');
      expect(numbers(await pullback(ones))).toEqual(new Array(size).fill(2));
      release();
    };
    for (const size of [3, 3, 4, 3]) await at(size);
    expect(counted).toHaveBeenCalledTimes(2);
    expect(counted.mock.lastCall![2].inputShapes).toEqual({ x: [1, 4], w: [1, 4] });
    for (const size of [5, 4]) await at(size);
    expect(counted).toHaveBeenCalledTimes(4);
  });

  it('of half precision takes cotangents of any size', async () => {
    const half = (name: string) => ({ ...free(name), type: 'float16' }) as const;
    const narrow = model({
      nodes: [node('Mul', ['x', 'x'], ['a'])],
      inputs: [half('x')],
      outputs: [half('a')],
    });
    const source = { ...withFloat32Ends(narrow), name: 'half.onnx' };
    const graph = await DifferentiableGraph.open({ source, runtime, session: { threads: 1 }, differentiate });
    const { pullback, release } = await graph.linearize({ x: feeds.x }, 'x', 'a');
    for (const size of [1e-12, 1, 1e12]) {
      const found = numbers(await pullback(tensor(size, size, -size))).map((value) => value / size);
      [2, -4, -1].forEach((value, i) => {
        expect(found[i]).toBeCloseTo(value, 3);
      });
    }
    release();
  });

  it('tells what it takes by the pixel: more to be differentiated than to be run', async () => {
    const image = (name: string, channels: number) =>
      ({ name, type: 'float32', dims: [1, channels, 'h', 'w'] }) as const;
    const layers = Array.from({ length: 6 }, (_, k) => node('Relu', [`x${k}`], [`x${k + 1}`]));
    const deep = model({ nodes: layers, inputs: [image('x0', 8)], outputs: [image('x6', 8)] });
    const source = { bytes: deep, name: 'deep.onnx' };
    const graph = await DifferentiableGraph.open({ source, runtime, session: { threads: 1 }, differentiate });
    // Two values of 8 channels are alive at a time, seven are there in all.
    const { denoise, linearize } = graph.footprint('x0', 8, 1000);
    expect(denoise).toBeCloseTo(1.4 * 16 * 4 * 1000, 6);
    expect(linearize).toBeCloseTo(0.6 * 56 * 4 * 1000, 6);
  });
});

it('an outline is opened with the weights of the file that it was made of', async () => {
  const folder = temporaryFolder();
  const values = Array.from({ length: 512 }, (_, i) => i / 512);
  const whole = model({
    nodes: [node('Mul', ['x', 'k'], ['y'])],
    inputs: [{ name: 'x', type: 'float32', dims: [1] }],
    outputs: [{ name: 'y', type: 'float32', dims: [512] }],
    initializers: [float32('k', [512], values)],
  });
  fill(folder, { 'net.onnx': whole });
  const path = `${folder}/net.onnx`;
  const source = { bytes: await readOutline(path), weights: 'these', path, folder, name: 'net.onnx' };
  expect(source.bytes.length).toBeLessThan(whole.length / 4);
  const session = await openGraph({ source, runtime, session: { threads: 1 } });
  const { outputs } = await session.run({ x: { type: 'float32', dims: [1], data: Float32Array.of(2) } });
  expect(numbers(outputs.y)).toEqual(values.map((value) => 2 * value));
});
