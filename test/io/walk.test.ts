import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import type { Results } from '../../src/io/clashes.js';
import { walk as walkInto } from '../../src/io/walk.js';
import { fill, temporaryFolder } from './folders.js';

const endings = ['.png', '.sd.png', '.posterior.npz'];

function walk(inputs: readonly string[], out: string, more: Partial<Results> = {}) {
  return walkInto(inputs, { out, endings, verb: 'restored', ...more });
}

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
      { path: join(input, '.hidden.png'), reason: 'is hidden, by its name' },
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

  it('says nothing of what stands beside simulated measurements', async () => {
    const measured = ['a.npy', 'a.preview.png', 'a.json', 'b.png', 'b.json', 'problem.json'];
    const { input, out } = folders('simulated.jsonl', ...measured, 'c.json', 'c.preview.png');
    const { items, skipped } = await walk([input], out);
    expect(items.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(skipped.map(({ path }) => path.slice(input.length + 1))).toEqual(['c.json', 'c.preview.png']);
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
    const reason = `${paths[0]} and ${paths[1]} would both be written as x, so neither is restored`;
    expect(refused).toEqual([{ name: 'x', path: paths[0], reason }]);
  });

  it('refuses inputs of which one would be written over a file of the other', async () => {
    const { input, out } = folders('a.png', 'a.sd.png', 'problem.png');
    const paths = ['a.png', 'a.sd.png', 'problem.png'].map((name) => join(input, name));
    const both = `${paths[0]} and ${paths[1]} would both write a.sd.png, so neither is restored`;
    const reserved = ['problem.sd.png'];
    expect((await walk(paths, out, { reserved })).refused).toEqual([
      { name: 'a', path: paths[0], reason: both },
      {
        name: 'a.sd',
        path: paths[1],
        reason: expect.stringMatching(/a\.sd\.png and .*a\.png would both write a\.sd/),
      },
      {
        name: 'problem',
        path: paths[2],
        reason: expect.stringMatching(/problem\.sd\.png is a file of the job/),
      },
    ]);
  });

  it('refuses an input that needs a folder where another has its result', async () => {
    const { input, out } = folders('b.jpg', 'b.png/x.png');
    const { items, refused } = await walk([input], out);
    expect(items.map(({ name }) => name)).toEqual(['b']);
    expect(refused).toEqual([
      {
        ...{ name: 'b.png/x', path: join(input, 'b.png/x.png') },
        reason: expect.stringMatching(/^b\.png would be a folder for .*x\.png and a file for .*b\.jpg/),
      },
    ]);
  });

  it('finds names that are too long before any work', async () => {
    const long = '漢'.repeat(81); // 243 bytes: its own name fits, .posterior.npz does not
    const { input, out } = folders(`${long}.png`, `${long.slice(1)}.png`);
    const { items, refused } = await walk([input], out);
    expect(items.map(({ name }) => name)).toEqual([long.slice(1)]);
    expect(refused).toEqual([
      {
        ...{ name: long, path: join(input, `${long}.png`) },
        reason: 'its result ending in .posterior.npz would have a name of 257 bytes, and the longest is 255',
      },
    ]);
  });

  it.runIf(process.platform === 'linux')('counts names that are not UTF-8, each as one', async () => {
    const { input, out } = folders('good.png', '\ufffd.png');
    for (const byte of [0xe9, 0xe8])
      writeFileSync(Buffer.concat([Buffer.from(`${input}/caf`), Buffer.of(byte), Buffer.from('.png')]), '');
    mkdirSync(Buffer.concat([Buffer.from(`${input}/sub`), Buffer.of(0xff)]));
    const { items, refused } = await walk([input], out);
    expect(items.map(({ name }) => name)).toEqual(['good', '\ufffd']);
    expect(refused.map(({ reason }) => reason.slice(input.length + 1))).toEqual([
      ...Array(2).fill('caf\ufffd.png has a name that is not UTF-8; rename it'),
      'sub\ufffd has a name that is not UTF-8; rename it',
    ]);
  });

  it('goes on past a folder that cannot be read, and links that lead in a circle', async () => {
    const { input, out } = folders('a.png', 'locked/x.png');
    symlinkSync('circle.png', join(input, 'circle.png'));
    const { readdir } = fs;
    const denied = Object.assign(new Error('EACCES'), { code: 'EACCES' });
    const spy = vi
      .spyOn(fs, 'readdir')
      .mockImplementation(((path: string, options: never) =>
        path.endsWith('locked') ? Promise.reject(denied) : readdir(path, options)) as typeof readdir);
    syncBuiltinESMExports();
    try {
      const { items, refused, skipped } = await walk([input], out);
      expect(items.map(({ name }) => name)).toEqual(['a']);
      const locked = join(input, 'locked');
      expect(refused).toEqual([
        { name: 'locked', path: locked, reason: `${locked} cannot be read: this user has no permission` },
      ]);
      expect(skipped).toEqual([{ path: join(input, 'circle.png'), reason: 'is not a file' }]);
    } finally {
      spy.mockRestore();
      syncBuiltinESMExports();
    }
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
    ['a device', '../../dev/zero', 'out', /dev\/zero is neither a file nor a folder/],
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
