import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readPicture } from '../../src/io/picture-file.js';
import { croppedPictures } from '../../src/jobs/crop-pictures.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';

it('writes the middles of pictures, once', async () => {
  const folder = temporaryFolder();
  fill(folder, { 'a.png': await colourPng(14, 10), 'b.npy': 'none' });
  const out = join(folder, 'out');
  const items = [{ path: join(folder, 'a.png'), name: 'sub/a' }];
  await croppedPictures(items, out, 8);
  const { image } = await readPicture(join(out, 'sub/a.png'));
  expect(image.shape).toEqual([3, 8, 8]);
  const whole = await readPicture(join(folder, 'a.png'));
  expect(image.get(1, 0, 0)).toBe(whole.image.get(1, 1, 3));
  const { mtimeMs } = statSync(join(out, 'sub/a.png'));
  await croppedPictures(items, out, 8);
  expect(statSync(join(out, 'sub/a.png')).mtimeMs).toBe(mtimeMs);
  await expect(croppedPictures([{ path: join(folder, 'b.npy'), name: 'b' }], out, 8)).rejects.toThrow(
    'b.npy',
  );
});
