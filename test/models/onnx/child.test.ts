import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { loadPrior } from '../../../models/load.js';
import type { RuntimeLimits, Tensor } from '../../../models/onnx/runtime.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import type { DiffusionPrior } from '../../../models/prior.js';
import { zeros } from '../../../src/core/array.js';
import { temporaryFolder } from '../../io/folders.js';
import { ENDLESS } from '../endless.js';
import { model, node } from '../tiny-models.js';
import { writeTinyPrior } from '../tiny-prior.js';
import { childrenOf } from './processes.js';

const DOUBLE = model({
  nodes: [node('Add', ['x', 'x'], ['y'])],
  inputs: [{ name: 'x', type: 'float32', dims: ['n'] }],
  outputs: [{ name: 'y', type: 'float32', dims: ['n'] }],
});
const x: Tensor = { type: 'float32', dims: [2], data: Float32Array.of(1, 2) };
const endlessFeeds = {
  x: { type: 'float32', dims: [1, 3, 2, 2], data: new Float32Array(12) },
  t: { type: 'float32', dims: [1], data: Float32Array.of(1) },
} as const satisfies Record<string, Tensor>;

async function started(limits?: RuntimeLimits): Promise<ChildRuntime> {
  const runtime = await ChildRuntime.start(limits);
  onTestFinished(() => runtime.close());
  return runtime;
}

const linux = process.platform === 'linux';

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 50));
}

test('a graph that never ends is stopped at the time limit, and other sessions go on', async () => {
  const runtime = await started({ timeout: 2 });
  const double = await runtime.open(DOUBLE, { name: 'double.onnx' });
  const endless = await runtime.open(ENDLESS, { name: 'endless.onnx' });
  const running = endless.run(endlessFeeds);
  const waiting = double.run({ x });
  await expect(running).rejects.toThrow(
    'endless.onnx did not end within 2 s, the time limit, and was stopped.',
  );
  expect([...((await waiting).outputs.y.data as Float32Array)]).toEqual([2, 4]);
});

test('what was kept in a process that was stopped is lost, and said to be', async () => {
  const runtime = await started({ timeout: 2 });
  const double = await runtime.open(DOUBLE, { name: 'double.onnx' });
  const { kept } = await double.run({ x }, { keep: ['y'] });
  const endless = await runtime.open(ENDLESS);
  await expect(endless.run(endlessFeeds)).rejects.toThrow('time limit');
  await expect(double.run({ x }, { kept })).rejects.toThrow('lost when another run was stopped');
});

test('a runtime at work on a graph that never ends is closed at once', async () => {
  const runtime = await started();
  const endless = await runtime.open(ENDLESS);
  const controller = new AbortController();
  const running = endless.run(endlessFeeds, { signal: controller.signal });
  setTimeout(() => controller.abort(new Error('enough')), 20);
  await expect(running).rejects.toThrow('enough');
  const before = performance.now();
  await runtime.close();
  expect(performance.now() - before).toBeLessThan(5000);
});

test.runIf(linux)('a process that the system ends fails its run alone', async () => {
  const runtime = await started();
  const endless = await runtime.open(ENDLESS, { name: 'endless.onnx' });
  const double = await runtime.open(DOUBLE);
  const running = expect(endless.run(endlessFeeds)).rejects.toThrow(
    'endless.onnx ended: its process was killed by the system, most likely for want of memory',
  );
  for (const pid of childrenOf(process.pid)) process.kill(pid, 'SIGKILL');
  await running;
  expect([...((await double.run({ x })).outputs.y.data as Float32Array)]).toEqual([2, 4]);
});

/** What a script prints that uses the built library, with home and temporary folders of its own. */
function script(source: string, folder: string, flags: readonly string[] = []): ChildProcess {
  const library = fileURLToPath(new URL('../../../dist/src/index.js', import.meta.url));
  if (!existsSync(library)) throw new Error('dist is missing: run `npm run build` (or `npm test`) first');
  const [home, temporary] = ['home', 'tmp'].map((name) => join(folder, name));
  for (const made of [home, temporary]) mkdirSync(made, { recursive: true });
  const { RETRODICT_CACHE: _, XDG_CACHE_HOME: __, ...env } = process.env;
  const all = { ...env, HOME: home, TMPDIR: temporary };
  const text = `import { loadPrior, zeros } from ${JSON.stringify(pathToFileURL(library).href)};\n${source}`;
  return spawn(process.execPath, [...flags, '--input-type=module', '-e', text], { env: all });
}

test('a script given by -e runs, writes no file and tells nobody', async () => {
  const folder = temporaryFolder();
  const use = `
    const prior = await loadPrior('photo-small');
    const { shape } = await prior.denoise(zeros([3, 8, 8]), 0.1);
    await prior.close();
    console.log(shape.join());`;
  const child = script(use, folder);
  let printed = '';
  child.stdout!.on('data', (text) => {
    printed += text;
  });
  child.stderr!.on('data', (text) => {
    printed += text;
  });
  await new Promise((resolve) => child.on('close', resolve));
  expect(printed).toBe('3,8,8\n');
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(['home', 'tmp']);
});

test.runIf(linux)('a graph that never ends does not outlive a process that was killed', async () => {
  const folder = temporaryFolder();
  const session = new URL('../../../dist/models/onnx/session.js', import.meta.url).href;
  const child = script(
    `const { ChildRuntime } = await import(${JSON.stringify(session)});
     const runtime = await ChildRuntime.start();
     const endless = await runtime.open(Uint8Array.of(${ENDLESS.join()}));
     const feeds = ${JSON.stringify(endlessFeeds, (_, value) => (value instanceof Float32Array ? [...value] : value))};
     for (const tensor of Object.values(feeds)) tensor.data = Float32Array.from(tensor.data);
     setTimeout(() => console.log('at work'), 200);
     await endless.run(feeds);`,
    folder,
  );
  await new Promise((resolve) => child.stdout!.once('data', resolve));
  const [runtime] = childrenOf(child.pid!);
  expect(existsSync(`/proc/${runtime}`)).toBe(true);
  child.kill('SIGKILL');
  await until(() => !existsSync(`/proc/${runtime}`));
});

test('a runtime that is closed while a release is on its way is waited for', async () => {
  const use = `
    const prior = await loadPrior('photo-small');
    const { pullback, release } = await prior.linearize(zeros([3, 8, 8]), 0.1);
    await pullback(zeros([3, 8, 8]));
    release();
    // The answer comes while nobody looks.
    for (const end = performance.now() + 100; performance.now() < end; );
    await prior.close();
    console.log('closed');`;
  const child = script(use, temporaryFolder());
  let printed = '';
  child.stdout!.on('data', (text) => {
    printed += text;
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect([status, printed]).toEqual([0, 'closed\n']);
});

test('a signal that a runtime is given closes it in the middle of a run, and what comes after is told why', async () => {
  const controller = new AbortController();
  const limited = await started({ signal: controller.signal });
  const endless = await limited.open(ENDLESS);
  const run = endless.run(endlessFeeds);
  setTimeout(() => controller.abort(new Error('enough')), 200);
  await expect(run).rejects.toThrow('enough');
  await expect(endless.run(endlessFeeds)).rejects.toThrow('enough');
});

test('a signal ends the loading of a prior, and what is loaded does not hear it', async () => {
  const folder = temporaryFolder();
  writeTinyPrior(folder);
  const controller = new AbortController();
  const prior = await loadPrior(folder, { signal: controller.signal });
  controller.abort();
  const image = zeros([3, 8, 8]);
  expect((await (prior as DiffusionPrior).denoise(image, 0.1)).shape).toEqual(image.shape);
  await prior.close();
  await expect(loadPrior(folder, { signal: controller.signal })).rejects.toThrow(/abort/i);
});
