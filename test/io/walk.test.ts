import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import { walk } from '../../src/io/walk.js';
import { fill, temporaryFolder } from './folders.js';

/** An input folder with the given (empty) files, and an output folder beside it. */
function folders(...names: string[]): { input: string; out: string } {
  const root = temporaryFolder();
  fill(root, Object.fromEntries(names.map((name) => [`in/${name}`, ''])));
  return { input: join(root, 'in'), out: join(root, 'out') };
}

describe('walk', () => {
  it('keeps the hierarchy, in sorted order, and says what it skips', async () => {
    const { input, out } = folders('b.png', 'a/z.JPG', 'a/b.npy', 'notes.txt', '.hidden.png');
    const { items, skipped, refused } = await walk([input], out);
    expect(items).toEqual([
      { name: 'a/b', path: join(input, 'a/b.npy') },
      { name: 'a/z', path: join(input, 'a/z.JPG') },
      { name: 'b', path: join(input, 'b.png') },
    ]);
    expect(skipped).toEqual([
      { path: join(input, '.hidden.png'), reason: 'is not a picture, .npy or .npz file' },
      { path: join(input, 'notes.txt'), reason: 'is not a picture, .npy or .npz file' },
    ]);
    expect(refused).toEqual([]);
  });

  it('passes over what this program wrote', async () => {
    const { input, out } = folders(
      'a.png',
      'a.sd.png',
      'b.preview.png',
      'c.posterior.npy',
      'done/manifest.jsonl',
      'done/x.png',
    );
    const { items, skipped } = await walk([input], out);
    expect(items.map(({ name }) => name)).toEqual(['a']);
    expect(skipped.map(({ path, reason }) => [path.slice(input.length + 1), reason])).toEqual([
      ['a.sd.png', 'is a result, by its name'],
      ['b.preview.png', 'is a result, by its name'],
      ['c.posterior.npy', 'is a result, by its name'],
      ['done', 'is a folder of results: it holds a manifest'],
    ]);
  });

  it('maps a file to its base name and takes one named twice once', async () => {
    const { input, out } = folders('deep/er/x.y.png');
    const path = join(input, 'deep/er/x.y.png');
    expect((await walk([path, join(input, 'deep/../deep/er/x.y.png')], out)).items).toEqual([
      { name: 'x.y', path },
    ]);
  });

  it('refuses inputs that share an output, and keeps the others', async () => {
    const { input, out } = folders('a/x.png', 'b/x.tif', 'y.png');
    const paths = ['a/x.png', 'b/x.tif', 'y.png'].map((name) => join(input, name));
    const { items, refused } = await walk(paths, out);
    expect(items.map(({ name }) => name)).toEqual(['y']);
    expect(refused).toEqual([{ name: 'x', paths: paths.slice(0, 2) }]);
  });

  it('follows links to files, not links to folders', async () => {
    const { input, out } = folders('a/x.png');
    symlinkSync(join(input, 'a/x.png'), join(input, 'link.png'));
    symlinkSync(input, join(input, 'a/loop'));
    const { items, skipped } = await walk([input], out);
    expect(items.map(({ name }) => name)).toEqual(['a/x', 'link']);
    expect(skipped).toEqual([{ path: join(input, 'a/loop'), reason: 'is not a file' }]);
  });

  it.each([
    ['a missing input', 'nowhere', 'out', /the input .*nowhere does not exist/],
    [
      'an output folder within the input',
      'in',
      'in/out',
      /the output folder .*in\/out lies within the input folder/,
    ],
    ['an output folder that is the input', 'in', 'in', /lies within the input folder/],
    ['an output folder within the input by way of a link', 'in', 'link/out', /lies within the input folder/],
    [
      'an input file in the output folder',
      'in/a.png',
      'in',
      /a\.png lies in the output folder .* could replace it/,
    ],
    ['nothing to do', 'empty', 'out', /empty holds no file to work on, expected png, jpg/],
  ])('refuses %s', async (_, from, to, sentence) => {
    const root = temporaryFolder();
    fill(root, { 'in/a.png': '', 'empty/readme.txt': '' });
    symlinkSync(join(root, 'in'), join(root, 'link'));
    const refusal = walk([join(root, from)], join(root, to));
    await expect(refusal).rejects.toThrow(UsageError);
    await expect(refusal).rejects.toThrow(sentence);
  });

  it('tells a neighbour from a folder within', async () => {
    const { input } = folders('a.png');
    expect((await walk([input], `${input}-restored`)).items).toHaveLength(1);
  });
});
