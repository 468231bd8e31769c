import { join } from 'node:path';
import { expect, it } from 'vitest';
import { weightsIn } from '../../../models/onnx/weights-file.js';
import { fill, temporaryFolder } from '../../io/folders.js';

it('a tensor is read from its place in a file', async () => {
  const folder = temporaryFolder();
  fill(folder, { 'w.bin': Uint8Array.of(9, 1, 2, 3, 9) });
  expect(await weightsIn(folder)({ location: 'w.bin', offset: 1, length: 3 })).toEqual(
    Uint8Array.of(1, 2, 3),
  );
});

it('a file that is not there is named, and a folder is no file', async () => {
  const folder = temporaryFolder();
  const read = weightsIn(folder);
  await expect(read({ location: 'none', offset: 0, length: 3 })).rejects.toThrow(join(folder, 'none'));
  await expect(read({ location: '.', offset: 0, length: 3 })).rejects.toThrow('expected a file');
});
