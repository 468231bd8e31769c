import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkFile, exists, fileCard, graphFiles, graphSource, reason } from '../../models/files.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { float32, model, node } from './tiny-models.js';

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const value = (name: string) => ({ name, type: 'float32', dims: [2] }) as const;
const graphOf = (weights: ReturnType<typeof float32>) =>
  model({
    nodes: [node('Add', ['x', 'w'], ['y'])],
    inputs: [value('x')],
    outputs: [value('y')],
    initializers: [weights],
  });

it('a file is known by its hash, and another is refused with both', async () => {
  const folder = temporaryFolder();
  fill(folder, { 'a.bin': 'abc' });
  const card = await fileCard(folder, 'a.bin');
  expect(card).toEqual({ path: 'a.bin', sha256: sha256('abc') });
  await expect(checkFile(folder, card)).resolves.toBeUndefined();
  fill(folder, { 'a.bin': 'abd' });
  await expect(checkFile(folder, card)).rejects.toThrow(
    `${join(folder, 'a.bin')} has SHA-256 ${sha256('abd')}; its card expects ${sha256('abc')}.`,
  );
  expect([await exists(join(folder, 'a.bin')), await exists(join(folder, 'b.bin'))]).toEqual([true, false]);
});

it('a graph is described with the files that its weights lie in, and opened only with those', async () => {
  const folder = temporaryFolder();
  const data = { location: 'w.bin', offset: 0, length: 8 };
  fill(folder, {
    'net/model.onnx': graphOf({ ...float32('w', [2], []), data }),
    'net/w.bin': new Uint8Array(8),
  });
  const { graph, ...files } = await graphFiles(folder, 'net/model.onnx');
  expect(files.externalData.map(({ path }) => path)).toEqual([join('net', 'w.bin')]);
  expect(graph.nodes.map(({ opType }) => opType)).toEqual(['Add']);
  expect((await graphSource(folder, files)).weights).toBe(
    [files.model, ...files.externalData].map((file) => file.sha256).join(' '),
  );
  await expect(graphSource(folder, { ...files, externalData: [] })).rejects.toThrow(
    'which its card does not list under externalData',
  );
});

it('why a file cannot be read is told in words', () => {
  expect(reason(Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' }))).toBe(
    'there is no such file',
  );
  expect(reason(new Error('torn'))).toBe('torn');
});
