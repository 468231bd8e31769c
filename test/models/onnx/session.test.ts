import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session, Tensor } from '../../../models/onnx/runtime.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import { float32, model, node } from '../tiny-models.js';

const vector = (...values: number[]): Tensor => ({
  type: 'float32',
  dims: [values.length],
  data: Float32Array.from(values),
});
const declared = (name: string) => ({ name, type: 'float32' as const, dims: ['n'] });

/** square = x², slope = 2x */
const SQUARE = model({
  nodes: [node('Mul', ['x', 'x'], ['square']), node('Add', ['x', 'x'], ['slope'])],
  inputs: [declared('x')],
  outputs: [declared('square'), declared('slope')],
});

/** gradient = slope · v */
const PULLBACK = model({
  nodes: [node('Mul', ['slope', 'v'], ['gradient'])],
  inputs: [declared('slope'), declared('v')],
  outputs: [declared('gradient')],
});

/** Products of matrices, long enough at work to be watched. */
const SLOW_SIZE = 640;
const SLOW_STEPS = 12;
const SLOW = model({
  nodes: Array.from({ length: SLOW_STEPS }, (_, i) => node('MatMul', ['x', `y${i}`], [`y${i + 1}`])),
  inputs: ['x', 'y0'].map((name) => ({ name, type: 'float32', dims: [SLOW_SIZE, SLOW_SIZE] })),
  outputs: [{ name: `y${SLOW_STEPS}`, type: 'float32', dims: [SLOW_SIZE, SLOW_SIZE] }],
});
const slowMatrix: Tensor = {
  type: 'float32',
  dims: [SLOW_SIZE, SLOW_SIZE],
  data: new Float32Array(SLOW_SIZE * SLOW_SIZE).fill(1 / SLOW_SIZE),
};
const slowFeeds = { x: slowMatrix, y0: slowMatrix };

let runtime: ChildRuntime;
let square: Session;

beforeAll(async () => {
  runtime = await ChildRuntime.start();
  square = await runtime.open(SQUARE, { threads: 1, name: 'square.onnx' });
});

afterAll(() => runtime.close());

test('a graph says what goes in and comes out', () => {
  expect(square.inputs).toEqual([{ name: 'x', type: 'float32', dims: ['n'] }]);
  expect(square.outputs.map(({ name }) => name)).toEqual(['square', 'slope']);
});

test('feeds are copied and results come back whole', async () => {
  const x = vector(1, -2, 3);
  const running = square.run({ x });
  (x.data as Float32Array).fill(9);
  const { outputs } = await running;
  expect(outputs.square).toEqual(vector(1, 4, 9));
  expect(outputs.slope).toEqual(vector(2, -4, 6));
  expect(x.data.length).toBe(3);
});

test('a feed may be a view of a larger buffer', async () => {
  const all = Float32Array.of(7, 7, 1, 2, 7);
  const x: Tensor = { type: 'float32', dims: [2], data: all.subarray(2, 4) };
  const { outputs } = await square.run({ x }, { fetch: ['square'] });
  expect(outputs).toEqual({ square: vector(1, 4) });
});

describe('kept tensors', () => {
  test('feed another session, as often as wanted, until released', async () => {
    const pullback = await runtime.open(PULLBACK, { threads: 1, name: 'pullback.onnx' });
    const { outputs, kept } = await square.run({ x: vector(1, 2) }, { keep: ['slope'] });
    expect(outputs).toEqual({ square: vector(1, 4) });
    for (const v of [vector(1, 1), vector(0, 3)]) {
      const { outputs } = await pullback.run({ v }, { kept });
      const [a, b] = v.data as Float32Array;
      expect(outputs.gradient).toEqual(vector(2 * a, 4 * b));
    }
    await kept!.release();
    await kept!.release();
    await expect(pullback.run({ v: vector(1, 1) }, { kept })).rejects.toThrow('already released');
    await pullback.release();
  });

  test('may be fetched as well', async () => {
    const pullback = await runtime.open(PULLBACK, { threads: 1 });
    const { outputs, kept } = await square.run({ x: vector(5) }, { fetch: ['slope'], keep: ['slope'] });
    expect(outputs.slope).toEqual(vector(10));
    const result = await pullback.run({ v: vector(1) }, { kept });
    expect(result.outputs.gradient).toEqual(vector(10));
    await kept!.release();
    await pullback.release();
  });

  test('stay in their own runtime', async () => {
    const other = await ChildRuntime.start();
    const stranger = await other.open(PULLBACK);
    const { kept } = await square.run({ x: vector(1) }, { keep: ['slope'] });
    await expect(stranger.run({ v: vector(1) }, { kept })).rejects.toThrow('in another');
    await kept!.release();
    await other.close();
  });
});

describe('the event loop', () => {
  test('is free while a network runs', async () => {
    const slow = await runtime.open(SLOW, { threads: 1 });
    const share: number[] = [];
    // A share of the run, and the least of some: on a busy machine both times grow with what else it does.
    for (let i = 0; i < 20 && !(Math.min(...share) < 0.2); i++) {
      const before = performance.eventLoopUtilization();
      const start = performance.now();
      await slow.run(slowFeeds);
      const lasted = performance.now() - start;
      expect(lasted).toBeGreaterThan(20);
      share.push(performance.eventLoopUtilization(before).active / lasted);
    }
    expect(Math.min(...share)).toBeLessThan(0.2);
    await slow.release();
  });
});

describe('abort', () => {
  test('rejects at once, with the reason, though the run goes on', async () => {
    const slow = await runtime.open(SLOW, { threads: 1 });
    const controller = new AbortController();
    let ended = false;
    const running = slow.run(slowFeeds, { signal: controller.signal });
    const after = slow.run(slowFeeds).then(() => {
      ended = true;
    });
    const reason = new Error('enough');
    setTimeout(() => controller.abort(reason), 5);
    await expect(running).rejects.toBe(reason);
    expect(ended).toBe(false);
    await after;
    expect((await square.run({ x: vector(3) })).outputs.square).toEqual(vector(9));
    await slow.release();
  });

  test('takes a waiting run out of the queue', async () => {
    const slow = await runtime.open(SLOW, { threads: 1 });
    const start = performance.now();
    await slow.run(slowFeeds);
    const once = performance.now() - start;
    const controller = new AbortController();
    const first = slow.run(slowFeeds);
    const waiting = Array.from({ length: 8 }, () => slow.run(slowFeeds, { signal: controller.signal }));
    controller.abort();
    const results = await Promise.allSettled(waiting);
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    const aborted = performance.now();
    await first;
    await square.run({ x: vector(1) });
    expect(performance.now() - aborted).toBeLessThan(4 * once);
    await slow.release();
  });

  test('before the start sends nothing', async () => {
    await expect(square.run({ x: vector(1) }, { signal: AbortSignal.abort('no') })).rejects.toBe('no');
  });
});

describe('errors are sentences that name the model', () => {
  test('a missing, unknown or ill-shaped feed', async () => {
    await expect(square.run({})).rejects.toThrow('square.onnx needs an input "x", which was not given.');
    await expect(square.run({ y: vector(1) })).rejects.toThrow(
      'square.onnx has no input "y"; its inputs are "x".',
    );
    const short: Tensor = { type: 'float32', dims: [3], data: new Float32Array(2) };
    await expect(square.run({ x: short })).rejects.toThrow('holds 2 values as Float32Array');
    const wrongArray: Tensor = { type: 'float32', dims: [2], data: new Float64Array(2) };
    await expect(square.run({ x: wrongArray })).rejects.toThrow('holds 2 values as Float64Array');
    const wrongType: Tensor = { type: 'float64', dims: [2], data: new Float64Array(2) };
    await expect(square.run({ x: wrongType })).rejects.toThrow(/ONNX Runtime failed in square\.onnx: .*\.$/);
  });

  test('a node that fails, without places in sources that are not ours', async () => {
    const bytes = model({
      nodes: [{ ...node('Add', ['x', 'y'], ['z']), name: 'sum' }],
      inputs: ['x', 'y'].map((name) => ({ name, type: 'float32', dims: [name] })),
      outputs: [{ name: 'z', type: 'float32', dims: ['n'] }],
    });
    const session = await runtime.open(bytes, { name: 'sum.onnx' });
    await expect(session.run({ x: vector(1, 2), y: vector(1, 2, 3) })).rejects.toThrow(
      /^ONNX Runtime failed in sum\.onnx: its Add \(node "sum"\) fails: Attempting to broadcast [^/]*\.$/,
    );
    await session.release();
  });

  test('what is no model, or not there', async () => {
    await expect(runtime.open(new Uint8Array([1, 2, 3]), { name: 'a.onnx' })).rejects.toThrow(
      /^ONNX Runtime does not accept a\.onnx: .*\.$/,
    );
    await expect(runtime.open('/no/such/file.onnx')).rejects.toThrow('does not accept file.onnx');
  });

  test('an operator that does not exist', async () => {
    const bytes = model({
      nodes: [node('NoSuchOp', ['x'], ['y'])],
      inputs: [declared('x')],
      outputs: [declared('y')],
    });
    await expect(runtime.open(bytes)).rejects.toThrow('NoSuchOp');
  });

  test('a session or runtime that is no more', async () => {
    const session = await runtime.open(SQUARE, { name: 'b.onnx' });
    await session.release();
    await session.release();
    await expect(session.run({ x: vector(1) })).rejects.toThrow('b.onnx was already released');
    const other = await ChildRuntime.start();
    const orphan = await other.open(SLOW, { threads: 1 });
    const cut = expect(orphan.run(slowFeeds)).rejects.toThrow('was closed');
    await other.close();
    await cut;
    await expect(orphan.run(slowFeeds)).rejects.toThrow('was closed');
    await orphan.release();
  });
});

test('weights that lie beside a model are found', async () => {
  const { mkdtemp, rm, writeFile } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const folder = await mkdtemp(join(tmpdir(), 'retrodict-session-'));
  try {
    const values = Array.from({ length: 1000 }, (_, i) => i);
    await writeFile(join(folder, 'w.bin'), new Uint8Array(Float32Array.from(values).buffer));
    const lying = { location: 'w.bin', offset: 0, length: 4000 };
    const bytes = model({
      nodes: [node('Add', ['x', 'w'], ['y'])],
      inputs: [{ name: 'x', type: 'float32', dims: [1000] }],
      outputs: [{ name: 'y', type: 'float32', dims: [1000] }],
      initializers: [{ ...float32('w', [1000], []), data: lying }],
    });
    const path = join(folder, 'model.onnx');
    await writeFile(path, bytes);
    const x: Tensor = { type: 'float32', dims: [1000], data: new Float32Array(1000) };
    // From its path, and from bytes with the folder named.
    for (const [source, more] of [
      [path, {}],
      [bytes, { externalDataFolder: folder }],
    ] as const) {
      const session = await runtime.open(source, more);
      expect([...((await session.run({ x })).outputs.y.data as Float32Array)]).toEqual(values);
      await session.release();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
