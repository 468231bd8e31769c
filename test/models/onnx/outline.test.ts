/** Files read without their weights. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isExternal, type Model } from '../../../models/onnx/graph.js';
import { readOutline } from '../../../models/onnx/outline.js';
import { readModel } from '../../../models/onnx/proto/read.js';

const NETWORK = 'models/weights/photo-small/model.onnx';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retrodict-outline-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('is the model, with every weight of 1 KB and more where it stands in the file', async () => {
  const [outline, file] = [await readOutline(NETWORK), new Uint8Array(await readFile(NETWORK))];
  expect(outline.length).toBeLessThan(file.length / 20);
  const [short, whole] = [readModel(outline), readModel(file)];
  const names = ({ graph }: Model) =>
    graph.nodes.map(({ opType, inputs, outputs }) => [opType, inputs, outputs]);
  expect(names(short)).toEqual(names(whole));
  expect(short.graph.inputs).toEqual(whole.graph.inputs);
  expect(short.graph.outputs).toEqual(whole.graph.outputs);
  expect(short.opsets).toEqual(whole.opsets);
  let referred = 0;
  for (const [i, { data, ...tensor }] of short.graph.initializers.entries()) {
    const { data: expected, ...same } = whole.graph.initializers[i];
    expect(tensor).toEqual(same);
    if (isExternal(expected)) throw new Error('expected weights in the file');
    expect(isExternal(data)).toBe(expected.bytes.length >= 1024);
    if (!isExternal(data)) continue;
    referred++;
    expect(data.location).toBe('model.onnx');
    expect(Buffer.compare(file.subarray(data.offset, data.offset + data.length), expected.bytes)).toBe(0);
  }
  expect(referred).toBeGreaterThan(10);
});

test.each([
  ['a file that was cut off', (file: Uint8Array) => file.subarray(0, file.length - 100)],
  ['what is no model', () => new TextEncoder().encode('{"not": "a model"}')],
])('%s is refused', async (_, change) => {
  const path = join(folder, 'bad.onnx');
  await writeFile(path, change(new Uint8Array(await readFile(NETWORK))));
  await expect(readOutline(path)).rejects.toThrow(`${path} is no ONNX model, or was cut off.`);
});
