import { chmod, mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cached } from '../../../models/onnx/cache.js';
import type { ModelSource, SplitModels } from '../../../models/onnx/differentiate.js';
import type { Runtime } from '../../../models/onnx/runtime.js';

const MODELS: SplitModels = {
  forward: Uint8Array.of(1, 2, 3, 10),
  backward: Uint8Array.of(4, 5),
  residuals: ['a', 'b'],
  outputs: ['y'],
  cotangents: { y: 'ct/y' },
  gradients: { x: 'grad/x' },
  externalDataFolder: '/models',
};
const request = { inputShapes: { x: [1, 3, 8, 8] }, wrt: ['x'] };
const runtime = undefined as unknown as Runtime;

let source: ModelSource & { readonly path: string };
/** Holds `models/m.onnx` and `elsewhere/m.onnx`, whose places are part of the key, and the cache folder. */
let root: string;
let folder: string;
let made: number;
const counting = async () => {
  made++;
  return MODELS;
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'retrodict-cache-'));
  for (const place of ['models', 'elsewhere']) {
    await mkdir(join(root, place));
    await writeFile(join(root, place, 'm.onnx'), Uint8Array.of(7));
  }
  source = { bytes: Uint8Array.of(7), path: join(root, 'models', 'm.onnx'), name: 'm.onnx' };
  folder = join(root, 'cache');
  await mkdir(folder);
  made = 0;
});
afterEach(() => rm(root, { recursive: true }));

const entryFile = async () => join(folder, (await readdir(folder)).find((name) => name.endsWith('.vjp'))!);

test('what was made once is found again, whole', async () => {
  expect(await cached(counting, folder)(runtime, source, request)).toEqual(MODELS);
  expect(await cached(counting, folder)(runtime, source, request)).toEqual(MODELS);
  expect(made).toBe(1);
  expect(await readdir(folder)).toHaveLength(1);
});

test('another model, place, shape or request is another entry', async () => {
  const lookup = cached(counting, folder);
  await lookup(runtime, source, request);
  await lookup(runtime, { ...source, bytes: Uint8Array.of(8) }, request);
  await lookup(runtime, { ...source, path: join(root, 'elsewhere', 'm.onnx') }, request);
  await lookup(runtime, source, { ...request, inputShapes: { x: [1, 3, 8, 16] } });
  await lookup(runtime, source, { ...request, outputs: ['y'] });
  expect(made).toBe(5);
});

test('an entry that is cut short, altered or no entry is made anew', async () => {
  const lookup = cached(counting, folder);
  await lookup(runtime, source, request);
  const path = await entryFile();
  const bytes = await readFile(path);
  await truncate(path, bytes.length - 1);
  expect(await lookup(runtime, source, request)).toEqual(MODELS);
  expect(made).toBe(2);
  bytes[bytes.length - 1] ^= 1;
  await writeFile(path, bytes);
  expect(await lookup(runtime, source, request)).toEqual(MODELS);
  await writeFile(path, 'nothing of the kind');
  expect(await lookup(runtime, source, request)).toEqual(MODELS);
  expect(made).toBe(4);
  await lookup(runtime, source, request);
  expect(made).toBe(4);
});

test('a folder that cannot be written is no error', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  expect(await cached(counting, join(file, 'cache'))(runtime, source, request)).toEqual(MODELS);
  await chmod(folder, 0o555);
  expect(await cached(counting, join(folder, 'cache'))(runtime, source, request)).toEqual(MODELS);
  await chmod(folder, 0o755);
});

test('above the limit the least recently used goes', async () => {
  const lookup = cached(counting, folder, 600);
  const shapes = [8, 16, 24].map((width) => ({ ...request, inputShapes: { x: [1, 3, 8, width] } }));
  await lookup(runtime, source, shapes[0]);
  const first = await entryFile();
  await lookup(runtime, source, shapes[1]);
  for (const name of await readdir(folder))
    await utimes(join(folder, name), 1000, join(folder, name) === first ? 1000 : 2000);
  // Using the first makes the second the oldest.
  await lookup(runtime, source, shapes[0]);
  await lookup(runtime, source, shapes[2]);
  expect(made).toBe(3);
  await lookup(runtime, source, shapes[0]);
  expect(made).toBe(3);
  await lookup(runtime, source, shapes[1]);
  expect(made).toBe(4);
});
