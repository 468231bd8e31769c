import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { exportedGraph, readConfig } from '../../../models/diffusers/folder.js';
import { fill, temporaryFolder } from '../../io/folders.js';
import { model, node } from '../tiny-models.js';

const value = (name: string) => ({ name, type: 'float32', dims: [1] }) as const;

it('a part is its graph, with the hash of its file', async () => {
  const folder = temporaryFolder();
  const bytes = model({ nodes: [node('Neg', ['x'], ['y'])], inputs: [value('x')], outputs: [value('y')] });
  fill(folder, { 'unet/model.onnx': bytes });
  const found = await exportedGraph(folder, 'unet');
  expect(found.model.path).toBe('unet/model.onnx');
  expect(found.graph.inputs.map(({ name }) => name)).toEqual(['x']);
});

it('without a graph it says what there is instead', async () => {
  const folder = temporaryFolder();
  fill(folder, { 'unet/model.safetensors': '' });
  await expect(exportedGraph(folder, 'unet')).rejects.toThrow('only model.safetensors, weights of PyTorch');
  await expect(exportedGraph(folder, 'vae')).rejects.toThrow(
    `${join(folder, 'vae/model.onnx')} cannot be read: there is no such file.`,
  );
  fill(folder, { 'none/model.onnx': model({ nodes: [], inputs: [], outputs: [] }) });
  await expect(exportedGraph(folder, 'none')).rejects.toThrow(
    'has no input or no output; expected a network.',
  );
});

it('a configuration may hold the numbers that Python writes, and a fault is told by its field', async () => {
  const folder = temporaryFolder();
  fill(folder, { 'a.json': '{"steps": 3, "least": -Infinity, "note": "NaN"}', 'b.json': '{' });
  const schema = z.object({ steps: z.number(), least: z.null(), note: z.string() });
  expect(await readConfig(folder, 'a.json', schema)).toEqual({ steps: 3, least: null, note: 'NaN' });
  await expect(readConfig(folder, 'a.json', z.object({ steps: z.string() }))).rejects.toThrow(
    /a\.json: .*steps/,
  );
  await expect(readConfig(folder, 'b.json', schema)).rejects.toThrow('b.json cannot be read');
});
