import { lstatSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import {
  makeFolder,
  moveInPlace,
  removeLeftovers,
  writeAside,
  writeFileAtomic,
} from '../../src/io/atomic.js';
import { fill, temporaryFolder } from './folders.js';

describe('writeFileAtomic', () => {
  it('writes whole files into folders that need not exist, and leaves nothing else', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'a/b/c.txt');
    await writeFileAtomic(path, 'first');
    await writeFileAtomic(path, Uint8Array.of(50, 51));
    expect(readFileSync(path, 'utf8')).toBe('23');
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['c.txt']);
  });

  it('makes the folders that are missing, and names the trouble where it cannot', async () => {
    const folder = temporaryFolder();
    await makeFolder(join(folder, 'a/b/c'));
    await makeFolder(join(folder, 'a/b/c'));
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['c']);
    fill(folder, { file: '' });
    await expect(writeFileAtomic(join(folder, 'file/x/y.txt'), '')).rejects.toThrow(
      /y\.txt cannot be written: a part of its path is a file, not a folder$/,
    );
  });

  it('does not write through a link, and replaces one by the file', async () => {
    const folder = temporaryFolder();
    fill(folder, { 'theirs.txt': 'theirs' });
    symlinkSync(join(folder, 'theirs.txt'), join(folder, 'x.txt'));
    await writeFileAtomic(join(folder, 'x.txt'), 'ours');
    expect(readFileSync(join(folder, 'theirs.txt'), 'utf8')).toBe('theirs');
    expect(readFileSync(join(folder, 'x.txt'), 'utf8')).toBe('ours');
    expect(lstatSync(join(folder, 'x.txt')).isSymbolicLink()).toBe(false);
  });

  it('lays aside under names that differ each time and fit where the name itself fits', async () => {
    const folder = temporaryFolder();
    const path = join(folder, `${'x'.repeat(251)}.png`);
    const asides = [await writeAside(path, 'one'), await writeAside(path, 'two')];
    expect(new Set(asides).size).toBe(2);
    await moveInPlace(asides[0], path);
    await writeAside(join(folder, 'other.png'), 'of another file');
    await removeLeftovers(path);
    expect(readdirSync(folder).map((name) => name.length)).toEqual([42, 255]);
  });

  it('keeps what was there when the disk is full, and leaves no part of the new', async () => {
    const folder = temporaryFolder();
    fill(folder, { 'x.png': 'old' });
    const probe = await open(join(folder, 'x.png'), 'r');
    const prototype = Object.getPrototypeOf(probe) as FileHandle;
    await probe.close();
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const refusal = vi.spyOn(prototype, 'writeFile').mockRejectedValue(full);
    await expect(writeFileAtomic(join(folder, 'x.png'), 'new')).rejects.toThrow(
      /^\S+x\.png cannot be written: the disk is full$/,
    );
    refusal.mockRestore();
    expect(readdirSync(folder)).toEqual(['x.png']);
    expect(readFileSync(join(folder, 'x.png'), 'utf8')).toBe('old');
  });

  it('says where a folder cannot be made', async () => {
    const folder = temporaryFolder();
    fill(folder, { file: '' });
    await expect(writeFileAtomic(join(folder, 'file/x.png'), 'new')).rejects.toThrow(
      /x\.png cannot be written: a part of its path is a file, not a folder/,
    );
  });
});
