import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import { Manifest } from '../../src/io/manifest.js';
import { OutputFolder, type Protection, Refusal, TakenOver } from '../../src/io/output-folder.js';
import { fill, temporaryFolder } from './folders.js';

const made = { seed: 0 };
const line = { key: 'k', path: 'in/a.png', made };
const file = (ending: string, bytes: string) => ({ ending, bytes });

async function inFolder<T>(
  out: string,
  work: (folder: OutputFolder) => Promise<T>,
  protection: Protection = { inputs: [] },
): Promise<T> {
  const folder = await OutputFolder.open(out, 'manifest.jsonl', protection);
  try {
    return await work(folder);
  } finally {
    await folder.close();
  }
}

const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

describe('OutputFolder', () => {
  it('writes all files of an item and a line with their sizes and hashes', async () => {
    const out = temporaryFolder();
    const files = [file('.png', 'abc'), file('.posterior.npz', '')];
    const done = await inFolder(out, (folder) => folder.put('s/a', files, { ...line, more: 1 }));
    expect(done).toEqual({
      ...{ version: 1, name: 's/a', status: 'ok', ...line, more: 1 },
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      files: ['s/a.png', 's/a.posterior.npz'],
      digests: {
        's/a.png': {
          bytes: 3,
          sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
        },
        's/a.posterior.npz': {
          bytes: 0,
          sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        },
      },
    });
    expect(readdirSync(out, { recursive: true }).sort()).toEqual(
      ['manifest.jsonl', 's', 's/a.png', 's/a.posterior.npz'].sort(),
    );
    const compared = () => inFolder(out, (folder) => folder.compare(folder.lastDone('s/a')!));
    expect(await compared()).toEqual({ changed: [], missing: [] });
    writeFileSync(join(out, 's/a.png'), 'abd'); // the same size
    expect(await compared()).toEqual({ changed: ['s/a.png'], missing: [] });
  });

  it('refuses files that it did not write, also of other items, unless told to overwrite', async () => {
    const out = temporaryFolder();
    fill(out, { 'a.png': 'theirs', 'b.tiff/x': '' });
    const refusal = (name: string, ending: string, overwrite = false) =>
      inFolder(out, (folder) => folder.requireFree(name, [ending]), { inputs: [], overwrite });
    await expect(refusal('a', '.png')).rejects.toThrow(Refusal);
    await expect(refusal('a', '.png')).rejects.toThrow(
      `${join(out, 'a.png')} is there already, and this program has no record of writing it`,
    );
    await expect(refusal('b', '.tiff', true)).rejects.toThrow(/b\.tiff is a folder/);
    await refusal('a', '.npy');
    await refusal('a', '.png', true);
    expect(readdirSync(out).sort()).toEqual(['a.png', 'b.tiff']);
    await inFolder(out, (folder) => folder.put('c', [file('.sd.png', '')], line));
    await refusal('c', '.sd.png');
    await expect(refusal('c.sd', '.png')).rejects.toThrow(Refusal);
  });

  it('never replaces an input, by whatever path it was named', async () => {
    const out = temporaryFolder();
    fill(out, { 'sub/a.png': 'input' });
    symlinkSync(join(out, 'sub'), join(out, 'link'));
    const protection = { inputs: [join(out, 'link/a.png')], overwrite: true };
    const refusal = inFolder(out, (folder) => folder.requireFree('sub/a', ['.png']), protection);
    await expect(refusal).rejects.toThrow(/sub\/a\.png is an input, so it is not replaced/);
  });

  it('removes the files that an item has no more, and only such', async () => {
    const out = temporaryFolder();
    fill(out, { 'a.tiff.txt': 'theirs', 'outside.png': 'theirs', 'out/a.x': 'theirs' });
    const folder = join(out, 'out');
    const first = [file('.tiff', '1'), file('.sd.png', '2')];
    await inFolder(folder, (opened) => opened.put('a', first, line));
    await inFolder(folder, (opened) => opened.put('b', first, line));
    await inFolder(folder, (opened) => opened.put('a', [file('.png', '3')], line));
    expect(readdirSync(folder).sort()).toEqual(['a.png', 'a.x', 'b.sd.png', 'b.tiff', 'manifest.jsonl']);
    // A manifest from elsewhere names what it likes.
    const liar = (name: string, files: unknown) =>
      JSON.stringify({ version: 1, name, status: 'ok', ...line, files, digests: {} });
    const lies = [
      liar('../outside', ['../outside.png']),
      liar('a', ['../outside.png', 'a.x/../../outside.png', 7]),
    ];
    writeFileSync(join(folder, 'manifest.jsonl'), `${lies.join('\n')}\n`);
    await inFolder(folder, (opened) => opened.put('a', [file('.npy', '')], line));
    await inFolder(folder, async (opened) => {
      await expect(opened.requireFree('../outside', ['.png'])).rejects.toThrow(Refusal);
    });
    expect(read(out, 'outside.png')).toBe('theirs');
  });

  it('knows as its own what it put in place before it was killed, and clears what lay aside', async () => {
    const out = temporaryFolder();
    await inFolder(out, (folder) => folder.put('a', [file('.tiff', 'old')], line));
    // Killed between the files and the line.
    const append = vi.spyOn(Manifest.prototype, 'append').mockRejectedValue(new Error('killed'));
    const stopped = inFolder(out, (folder) => folder.put('a', [file('.png', 'new')], line));
    await expect(stopped).rejects.toThrow('killed');
    append.mockRestore();
    expect(read(out, 'a.png')).toBe('new');
    await inFolder(out, async (folder) => {
      await folder.put('b', [file('.png', '')], line); // other items do not make it forget
      await folder.requireFree('a', ['.png', '.tiff']);
      await folder.put('a', [file('.npy', 'newer')], line);
    });
    expect(readdirSync(out).sort()).toEqual(['a.npy', 'b.png', 'manifest.jsonl']);
  });

  it('keeps the whole old result where the new one cannot be written', async () => {
    const out = temporaryFolder();
    const old = [file('.png', 'old'), file('.sd.png', 'old')];
    await inFolder(out, (folder) => folder.put('a', old, line));
    await inFolder(out, async (folder) => {
      const impossible = file('.png/x', 'new'); // a.png is a file
      const put = folder.put('a', [file('.png', 'new'), impossible], line);
      await expect(put).rejects.toThrow(/a part of its path is a file/);
      expect(await folder.compare(folder.lastDone('a')!)).toEqual({ changed: [], missing: [] });
    });
    expect(readdirSync(out).sort()).toEqual(['a.png', 'a.sd.png', 'manifest.jsonl']);
  });

  it('is shared by runs that say so: each has a manifest of its own, and knows what the others did', async () => {
    const out = temporaryFolder();
    const share = () => OutputFolder.open(out, 'manifest.jsonl', { inputs: [] }, {});
    const [first, second] = [await share(), await share()];
    expect([await first.claim('a'), await second.claim('a'), await second.claim('b')]).toEqual([
      true,
      false,
      true,
    ]);
    await first.put('a', [file('.png', '1')], line);
    expect(await second.claim('a')).toBe(true);
    expect(second.lastDone('a')).toMatchObject({ name: 'a', key: 'k' });
    await second.requireFree('a', ['.png']); // what another run wrote is its own, too
    await second.put('a', [file('.npy', '2')], { ...line, key: 'l' });
    await second.put('b', [file('.png', '3')], line);
    await first.close();
    await second.close();
    expect(readdirSync(out).sort()).toEqual(['a.npy', 'b.png', 'manifest.jsonl', 'manifest.run-2.jsonl']);
    const alone = () => inFolder(out, async (folder) => folder.lastDone('a')?.key);
    expect(await alone()).toBe('l'); // the later of two lines
    const other = await share();
    await expect(alone()).rejects.toThrow(/another run works in/);
    await other.close();
  });

  it('does not write what another run has taken over', async () => {
    const out = temporaryFolder();
    const slept = await OutputFolder.open(out, 'manifest.jsonl', { inputs: [] }, { part: 'shard-1-of-2' });
    await slept.claim('a');
    const [claim] = readdirSync(join(out, '.manifest.jsonl.claims'));
    const taken = join(out, '.manifest.jsonl.claims', claim.replace('.1.json', '.2.json'));
    writeFileSync(taken, '{"token":"another"}');
    await expect(slept.put('a', [file('.png', '1')], line)).rejects.toThrow(TakenOver);
    await slept.close();
    expect(readdirSync(out)).toEqual(['.manifest.jsonl.claims']);
  });

  it('needs a name', async () => {
    const open = OutputFolder.open('', 'manifest.jsonl', { inputs: [] });
    await expect(open).rejects.toThrow(UsageError);
    await expect(open).rejects.toThrow(/^--out is empty/);
    expect(existsSync('manifest.jsonl')).toBe(false);
  });
});
