import { performance } from 'node:perf_hooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadPrior } from '../../../models/load.js';
import type { KeptTensors, Runtime, RuntimeLimits, Tensor } from '../../../models/onnx/runtime.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import { Workers } from '../../../models/onnx/workers.js';
import type { DiffusionPrior, Prior } from '../../../models/prior.js';
import { tiled } from '../../../models/tiled.js';
import { problem } from '../../../problems/bind.js';
import { floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { restore } from '../../../src/restore.js';
import { ENDLESS } from '../endless.js';
import { model, node } from '../tiny-models.js';
import { childrenOf } from './processes.js';

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

const vector = (...values: number[]): Tensor => ({
  type: 'float32',
  dims: [values.length],
  data: Float32Array.from(values),
});

const endlessFeeds = {
  x: { type: 'float32', dims: [1, 3, 2, 2], data: new Float32Array(12) },
  t: { type: 'float32', dims: [1], data: Float32Array.of(1) },
} as const satisfies Record<string, Tensor>;

async function started(count: number, limits?: RuntimeLimits): Promise<Runtime> {
  const runtime = await Workers.start(count, limits);
  onTestFinished(() => runtime.close());
  return runtime;
}

const squares = async (runs: Promise<{ outputs: Record<string, Tensor> }>[]) =>
  (await Promise.all(runs)).map(({ outputs }) => outputs.square.data[0]);

test('one worker is a runtime as it was', async () => {
  const runtime = await started(1);
  expect(runtime).toBeInstanceOf(ChildRuntime);
  expect([runtime.workers, (await started(3)).workers]).toEqual([1, 3]);
});

describe('runs', () => {
  test('go to whoever is idle, and each is answered', async () => {
    const runtime = await started(2);
    const square = await runtime.open(SQUARE, { threads: 1 });
    const runs = [1, 2, 3, 4, 5].map((x) => square.run({ x: vector(x) }));
    expect(await squares(runs)).toEqual([1, 4, 9, 16, 25]);
  });

  test('wait for nobody while another is idle', async () => {
    const runtime = await started(2);
    const [endless, square] = [await runtime.open(ENDLESS), await runtime.open(SQUARE)];
    const stuck = endless.run(endlessFeeds);
    stuck.catch(() => {});
    expect(await squares([3, 4].map((x) => square.run({ x: vector(x) })))).toEqual([9, 16]);
  });

  test('copy what they are fed, though they may have to wait', async () => {
    const runtime = await started(2);
    const square = await runtime.open(SQUARE);
    const x = vector(2);
    const runs = [1, 2, 3].map(() => square.run({ x }));
    (x.data as Float32Array).fill(9);
    expect(await squares(runs)).toEqual([4, 4, 4]);
  });

  test('that wait are taken out by an abort, and the others go on', async () => {
    const runtime = await started(2);
    const square = await runtime.open(SQUARE);
    const controller = new AbortController();
    const first = [1, 2].map((x) => square.run({ x: vector(x) }));
    const waiting = square.run({ x: vector(3) }, { signal: controller.signal });
    const last = square.run({ x: vector(4) });
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(await squares([...first, last])).toEqual([1, 4, 16]);
  });
});

describe('kept tensors', () => {
  test('feed a run where they lie, whoever else is idle, and before new runs', async () => {
    const runtime = await started(2);
    const square = await runtime.open(SQUARE, { threads: 1 });
    const pullback = await runtime.open(PULLBACK, { threads: 1 });
    const points = [1, 2, 3, 4, 5, 6];
    const runs = await Promise.all(points.map((x) => square.run({ x: vector(x) }, { keep: ['slope'] })));
    const pulled = await Promise.all(runs.map(({ kept }) => pullback.run({ v: vector(10) }, { kept })));
    expect(pulled.map(({ outputs }) => outputs.gradient.data[0])).toEqual(points.map((x) => 20 * x));
    for (const { kept } of runs) await kept!.release();
    const { kept } = runs[0];
    await expect(pullback.run({ v: vector(1) }, { kept })).rejects.toThrow('already released');
  });

  test('of another runtime are refused', async () => {
    const [one, two] = [await started(2), await started(2)];
    const square = await one.open(SQUARE);
    const stranger = await two.open(PULLBACK, { name: 'pullback.onnx' });
    const { kept } = await square.run({ x: vector(1) }, { keep: ['slope'] });
    await expect(stranger.run({ v: vector(1) }, { kept: kept as KeptTensors })).rejects.toThrow('in another');
  });
});

describe('what goes wrong', () => {
  test('a run that does not end is stopped alone, and its worker goes on', async () => {
    const runtime = await started(2, { timeout: 2 });
    const [endless, square] = [
      await runtime.open(ENDLESS, { name: 'endless.onnx' }),
      await runtime.open(SQUARE),
    ];
    const stuck = [0, 1].map(() =>
      expect(endless.run(endlessFeeds)).rejects.toThrow('did not end within 2 s'),
    );
    const after = [3, 4].map((x) => square.run({ x: vector(x) }));
    await Promise.all(stuck);
    expect(await squares(after)).toEqual([9, 16]);
  });

  test.runIf(process.platform === 'linux')('a worker that is killed fails its own run alone', async () => {
    const runtime = await started(2);
    const square = await runtime.open(SQUARE);
    const before = childrenOf(process.pid);
    const endless = await runtime.open(ENDLESS, { name: 'endless.onnx' });
    const running = expect(endless.run(endlessFeeds)).rejects.toThrow(
      'endless.onnx ended: its process was killed by the system',
    );
    expect(before).toHaveLength(1);
    expect(await squares([square.run({ x: vector(5) })])).toEqual([25]);
    process.kill(before[0], 'SIGKILL');
    await running;
    expect(await squares([1, 2, 3].map((x) => square.run({ x: vector(x) })))).toEqual([1, 4, 9]);
  });

  test('a graph that is none, a session that is released, a runtime that is closed', async () => {
    const runtime = await started(2);
    await expect(runtime.open(Uint8Array.of(1, 2), { name: 'a.onnx' })).rejects.toThrow(
      'does not accept a.onnx',
    );
    const square = await runtime.open(SQUARE, { name: 'b.onnx' });
    await squares([1, 2].map((x) => square.run({ x: vector(x) })));
    await square.release();
    await square.release();
    await expect(square.run({ x: vector(1) })).rejects.toThrow('b.onnx was already released');
    const endless = await runtime.open(ENDLESS);
    const runs = [0, 1, 2].map(() => expect(endless.run(endlessFeeds)).rejects.toThrow('enough'));
    const began = performance.now();
    setTimeout(() => void runtime.close(new Error('enough')), 300);
    await Promise.all(runs);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test('a signal closes all of it', async () => {
    const controller = new AbortController();
    const runtime = await started(2, { signal: controller.signal });
    const endless = await runtime.open(ENDLESS);
    const runs = [0, 1, 2].map(() => expect(endless.run(endlessFeeds)).rejects.toThrow('enough'));
    setTimeout(() => controller.abort(new Error('enough')), 300);
    await Promise.all(runs);
    await expect(endless.run(endlessFeeds)).rejects.toThrow('enough');
  });
});

describe('what is computed has the same bits with 1, 2 and 3 workers', () => {
  const random = keyedRandom(0, 'workers', 0)('image');
  const measurement = floatArray(
    Float32Array.from({ length: 3 * 24 * 24 }, () => 0.5 + 0.2 * random.normal()),
    [3, 24, 24],
  );
  const job = { measurement, problem: problem('gaussian-blur:sigma=1', 'gaussian:sigma=0.1'), samples: 3 };
  const inTiles = (prior: Prior) => tiled(prior as DiffusionPrior, { tile: 8, halo: 4 });

  test.each([
    ['chains with gradients', 'dps', (prior: Prior) => prior],
    ['particles of an ensemble', 'tds', (prior: Prior) => prior],
    ['tiles', 'dps', inTiles],
    ['tiles whose variance is asked for', 'tweedie', inTiles],
  ])('%s', async (_, solver, asRun) => {
    const bits: unknown[] = [];
    for (const workers of [1, 2, 3]) {
      const prior = await loadPrior('photo-small', { workers, threads: 1 });
      onTestFinished(() => prior.close());
      const options = solver === 'tweedie' ? {} : { steps: 3 };
      const own = solver === 'tweedie' ? { problem: problem('denoise', 'gaussian:sigma=0.1') } : {};
      const { mean, sd, samples } = await restore({ ...job, ...own, solver, options, prior: asRun(prior) });
      bits.push([mean.data, sd!.data, samples.map(({ data }) => data)]);
    }
    expect(bits[1]).toEqual(bits[0]);
    expect(bits[2]).toEqual(bits[0]);
  });
});
