/**
 * Graphs between units of ours and their own, on one whose values can be written down: mean 3x + 1, log-variance −x.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differentiate } from '../../../models/onnx/differentiate.js';
import { int } from '../../../models/onnx/graph.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import { Transform, type TransformNames } from '../../../models/onnx/transform.js';
import { floatArray } from '../../../src/core/array.js';
import { float32, model, node } from '../tiny-models.js';

let runtime: ChildRuntime;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
});
afterAll(() => runtime.close());

const value = (name: string, channels: number) =>
  ({ name, type: 'float32', dims: ['n', channels, 'h', 'w'] }) as const;
const bytes = model({
  nodes: [
    node('Mul', ['x', 'three'], ['tripled']),
    node('Add', ['tripled', 'one'], ['mean']),
    node('Neg', ['x'], ['variance']),
    node('Concat', ['mean', 'variance'], ['moments'], { axis: int(1) }),
  ],
  inputs: [value('x', 2)],
  outputs: [value('mean', 2), value('moments', 4)],
  initializers: [float32('three', [], [3]), float32('one', [], [1])],
});

const open = (part: TransformNames) =>
  Transform.open(
    { source: { bytes, name: 'net.onnx' }, runtime, session: { threads: 1 }, differentiate },
    part,
  );

const SHAPE = [2, 1, 2];
const array = (...values: number[]) => floatArray(Float32Array.from(values), SHAPE);
const before = { scale: 2, shift: -1 };
const after = { scale: 0.5, shift: 4 };
const X = [0, 0.25, 0.5, 1];

describe.each([
  { input: 'x', output: 'mean' },
  { input: 'x', output: 'moments', moments: true },
])('the graph by its $output', (part) => {
  it('is seen in our units', async () => {
    const transform = await open(part);
    const found = await transform.apply(array(...X), before, after, SHAPE);
    expect([...found.data]).toEqual(X.map((x) => 0.5 * (3 * (2 * x - 1) + 1) + 4));
    expect(found.shape).toEqual(SHAPE);
  });

  it('and so is its derivative, where shifts play no part', async () => {
    const transform = await open(part);
    const { value, pullback, release } = await transform.linearize(array(...X), before, after, SHAPE);
    expect(value).toEqual(await transform.apply(array(...X), before, after, SHAPE));
    const v = [1, -2, 3, 0.5];
    expect([...(await pullback(array(...v))).data]).toEqual(v.map((one) => 0.5 * 3 * 2 * one));
    release();
  });
});

describe('what does not agree with the card', () => {
  it('names', async () => {
    await expect(open({ input: 'image', output: 'mean' })).rejects.toThrow(
      'net.onnx has no input "image" as its card says; it has "x".',
    );
    await expect(open({ input: 'x', output: 'y' })).rejects.toThrow(
      'net.onnx has no output "y" as its card says; it has "mean", "moments".',
    );
  });

  it('shapes', async () => {
    const twice = await open({ input: 'x', output: 'moments' });
    const refused = 'net.onnx answers with float32 1×4×1×2; its card says float32 1×2×1×2.';
    await expect(twice.apply(array(...X), before, after, SHAPE)).rejects.toThrow(refused);
    await expect(twice.linearize(array(...X), before, after, SHAPE)).rejects.toThrow(refused);
  });
});
