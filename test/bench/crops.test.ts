import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bench } from '../../src/bench/bench.js';
import { readPhotographs } from '../../src/bench/crops.js';
import { readPicture } from '../../src/io/picture-file.js';
import { folder, stripesInFolder, writeSpec } from './stripes.js';

stripesInFolder();

describe('photographs', () => {
  it('are the middles of all pictures of a folder, in name order', async () => {
    await writeFile(join(folder, 'readme.txt'), 'no picture');
    const found = await readPhotographs(folder, 15);
    expect(found.map(({ name }) => name)).toEqual([1, 2, 3, 4].map((period) => `stripes-${period}.png`));
    const { image } = await readPicture(join(folder, 'stripes-2.png'));
    // Of 20 pixels the middle 15 begin at the third.
    expect(found[1].image.shape).toEqual([3, 15, 15]);
    expect(found[1].image.get(2, 0, 0)).toBe(image.get(2, 2, 2));
    expect(found[1].image.get(0, 14, 14)).toBe(image.get(0, 16, 16));
  });

  it('refuses a folder with too few photographs and pictures that are too small', async () => {
    const base = { kind: 'photographs', prior: 'photo-small', tasks: [] };
    const run = async (change: object) =>
      bench(await writeSpec({ ...base, ...change }), { out: join(folder, 'out'), data: folder });
    await expect(run({ crop: 16, chooseOn: 4 })).rejects.toThrow('holds 4 photographs, expected more than 4');
    await expect(run({ crop: 64 })).rejects.toThrow(
      'stripes-1.png is 20×20 px, too small for a crop of 64×64',
    );
  });
});
