/** Cards and folders from anybody: what they name outside their folder, what is no file, and what has no bound. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadPrior } from '../../models/load.js';
import type { Graph } from '../../models/onnx/graph.js';
import { diffusionPrior } from '../../models/prior.js';
import { floatArray } from '../../src/core/array.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { ENDLESS } from './endless.js';
import { model, node } from './tiny-models.js';
import { sha256, tinyCard, tinyNetwork, writeTinyPrior } from './tiny-prior.js';

async function refusal(folder: string, options = {}): Promise<string> {
  const prior = await loadPrior(folder, options).catch((error: Error) => error.message);
  if (typeof prior === 'string') return prior;
  await prior.close();
  return 'it was loaded';
}

const posix = process.platform !== 'win32';
const external = {
  name: 'w',
  type: 'float32',
  dims: [1],
  data: { location: 'w.bin', offset: 0, length: 4 },
} as const;
const half = new Uint8Array(Float32Array.of(0.5).buffer);

test('a card that names a file outside its folder needs to be allowed to', async () => {
  const root = temporaryFolder();
  const network = tinyNetwork();
  const path = '../other/model.onnx';
  fill(root, { 'other/model.onnx': network });
  writeTinyPrior(join(root, 'prior'), { model: { path, sha256: sha256(network) } });
  const prior = join(root, 'prior');
  expect(await refusal(prior)).toBe(
    `${path} leads out of ${prior}; --allow-outside (allowOutside: true) follows it.`,
  );
  expect(await refusal(prior, { allowOutside: true })).toBe('it was loaded');
});

test.runIf(posix)('so does one that is a link, of a card or a folder of diffusers', async () => {
  const root = temporaryFolder();
  const prior = join(root, 'prior');
  writeTinyPrior(prior);
  fill(root, { 'other.onnx': tinyNetwork() });
  symlinkSync('../other.onnx', join(prior, 'linked.onnx'));
  fill(prior, {
    'card.json': tinyCard(tinyNetwork(), { model: { path: 'linked.onnx', sha256: sha256(tinyNetwork()) } }),
  });
  expect(await refusal(prior)).toContain('linked.onnx leads out of');
  expect(await refusal(prior, { allowOutside: true })).toBe('it was loaded');

  const pipeline = join(root, 'pipeline');
  fill(root, { 'config.json': '{"in_channels": 3}' });
  fill(pipeline, { 'model_index.json': '{"_class_name": "DDPMPipeline"}' });
  mkdirSync(join(pipeline, 'unet'));
  symlinkSync('../../config.json', join(pipeline, 'unet/config.json'));
  expect(await refusal(pipeline)).toContain('config.json leads out of');
});

test.runIf(posix)('devices, pipes and folders are not opened, allowed or not', async () => {
  const root = temporaryFolder();
  const named = (path: string, folder: string) => {
    writeTinyPrior(join(root, folder), { model: { path, sha256: '0'.repeat(64) } });
    return refusal(join(root, folder), { allowOutside: true });
  };
  expect(await named('../../../../../../dev/zero', 'a')).toContain(
    'dev/zero is a device, a pipe or a socket; expected a file.',
  );
  mkdirSync(join(root, 'b'));
  execFileSync('mkfifo', [join(root, 'b/pipe')]);
  expect(await named('pipe', 'b')).toContain('pipe is a device, a pipe or a socket; expected a file.');
  expect(await named('.', 'c')).toContain('is a folder; expected a file.');
  mkdirSync(join(root, 'd'));
  symlinkSync('/dev/zero', join(root, 'd/card.json'));
  expect(await refusal(join(root, 'd'))).toContain('is a device');
});

test('a graph that reads weights which its card does not list is refused', async () => {
  const folder = temporaryFolder();
  const network = tinyNetwork(external);
  writeTinyPrior(folder, {}, network);
  fill(folder, { 'w.bin': half });
  expect(await refusal(folder)).toBe(
    `${join(folder, 'model.onnx')} reads weights from w.bin, which its card does not list under externalData.`,
  );
  const listed = { externalData: [{ path: 'w.bin', sha256: sha256(half) }] };
  writeTinyPrior(folder, listed, network);
  expect(await refusal(folder)).toBe('it was loaded');
  writeFileSync(join(folder, 'w.bin'), new Uint8Array(Float32Array.of(0.25).buffer));
  expect(await refusal(folder)).toContain('w.bin has SHA-256');
});

test('weights of constants, subgraphs and functions count too', async () => {
  const folder = temporaryFolder();
  const constant = node('Constant', [], ['w'], { value: { kind: 'tensor', value: external } });
  const network = model({
    nodes: [constant, node('Mul', ['x', 'w'], ['kept']), node('Mul', ['kept', 't'], ['y'])],
    inputs: [
      { name: 'x', type: 'float32', dims: [1, 3, 'h', 'w'] },
      { name: 't', type: 'float32', dims: [1] },
    ],
    outputs: [{ name: 'y', type: 'float32', dims: [1, 3, 'h', 'w'] }],
  });
  writeTinyPrior(folder, {}, network);
  fill(folder, { 'w.bin': half });
  expect(await refusal(folder)).toContain('reads weights from w.bin');
});

test.each([
  [{ sizeMultiple: 1e9 }, 'sizeMultiple'],
  [{ channels: 1e9 }, 'channels'],
  [
    {
      parametrisation: 'epsilon',
      schedule: { kind: 'vp', table: { kind: 'linear', first: 1e-4, last: 0.02, steps: 1e9 } },
      time: { form: 'index' },
    },
    'steps',
  ],
])('a card that claims %j is refused before anything is made of it', async (change, field) => {
  const folder = temporaryFolder();
  writeTinyPrior(folder, change);
  expect(await refusal(folder)).toMatch(new RegExp(`no model card: .*${field}`));
});

test('a network that never ends is stopped by the time limit, and by a signal', async () => {
  const folder = temporaryFolder();
  writeTinyPrior(folder, {}, ENDLESS);
  const image = floatArray(new Float32Array(12), [3, 2, 2]);
  const limited = diffusionPrior(await loadPrior(folder, { timeout: 1 }));
  await expect(limited.denoise(image, 0.1)).rejects.toThrow('model.onnx did not end within 1 s');
  await limited.close();
  const prior = diffusionPrior(await loadPrior(folder));
  const running = prior.denoise(image, 0.1, AbortSignal.timeout(50));
  await expect(running).rejects.toThrow(/timeout/);
  await prior.close();
});

test('a graph with a million nodes gets a sentence', async () => {
  const folder = temporaryFolder();
  const nodes = Array.from({ length: 250_000 }, (_, i) => node('Identity', [`v${i}`], [`v${i + 1}`]));
  const network = model({
    nodes,
    inputs: [{ name: 'v0', type: 'float32', dims: [1] }],
    outputs: [{ name: 'v250000' }],
  });
  writeTinyPrior(folder, {}, network);
  expect(await refusal(folder)).toContain('has more than 200000 nodes; no network in use has.');
});

test('graphs nested beyond use, and configurations, get a sentence that names their file', async () => {
  const folder = temporaryFolder();
  let graph: Graph = { name: 'g', nodes: [], initializers: [], inputs: [], outputs: [] };
  for (let depth = 0; depth < 40; depth++) {
    const branch = node('If', ['c'], ['y'], { then_branch: { kind: 'graph', value: graph } });
    graph = { ...graph, nodes: [branch] };
  }
  writeTinyPrior(folder, {}, model(graph));
  expect(await refusal(folder)).toMatch(
    /model\.onnx is no ONNX model, was cut off, or nests graphs too deeply/,
  );
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  fill(folder, { 'card.json': `{"kind": "diffusion", "scores": ${deep}}` });
  expect(await refusal(folder)).toMatch(/card\.json is no JSON: it is nested more than 100 levels deep/);
  fill(folder, { 'p/model_index.json': deep });
  expect(await refusal(join(folder, 'p'))).toMatch(
    /model_index\.json cannot be read: it is nested more than/,
  );
});

/** Specimens that came out of fuzzing: bounds of every number, a graph without outputs, weights in a device. */
test.each([
  ['s_sigmoid1e8', /num_train_timesteps/],
  ['s_steps1e9', /num_train_timesteps/],
  ['u_blocks30', /sizeMultiple/],
  ['u_patch1e9', /sizeMultiple/],
  ['vae_emptygraph', /has no input or no output/],
  ['ext_devzero', /leads out of|is a device/],
])('the diffusers folder %s is refused', async (name, sentence) => {
  const specimen = join('../shared/cases/hardening/diffusers', name);
  const folder = temporaryFolder();
  try {
    cpSync(specimen, folder, { recursive: true });
  } catch {
    return console.warn(`${specimen} is not here: not tried`);
  }
  expect(await refusal(folder)).toMatch(sentence);
});
