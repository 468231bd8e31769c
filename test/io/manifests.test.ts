import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { laterOf, Manifests, manifestsIn, readManifests } from '../../src/io/manifests.js';
import { fill, temporaryFolder } from './folders.js';

const text = (name: string, key: string, at?: string) =>
  `${JSON.stringify({ version: 1, name, status: 'ok', key, made: {}, files: [], digests: {}, at })}\n`;

describe('manifestsIn', () => {
  it('finds those of all runs and shards, and no file of another kind', () => {
    const folder = temporaryFolder();
    const own = [
      'manifest.item-0af.jsonl',
      'manifest.jsonl',
      'manifest.run-2.jsonl',
      'manifest.shard-1-of-4.jsonl',
      'manifest.shard-1-of-4.run-2.jsonl',
    ];
    const others = ['manifest.train.jsonl', 'simulated.jsonl', 'manifest.json', 'manifest.run-2.jsonl.bak'];
    fill(folder, Object.fromEntries([...own, ...others].map((name) => [name, ''])));
    expect(manifestsIn(folder)).toEqual(own);
    expect(manifestsIn(folder, 'simulated.jsonl')).toEqual(['simulated.jsonl']);
    expect(manifestsIn(join(folder, 'none'))).toEqual([]);
  });
});

describe('Manifests', () => {
  it('has the latest line of each item, whichever run wrote it, and lines without a time as the earliest', async () => {
    const folder = temporaryFolder();
    fill(folder, {
      'manifest.jsonl': text('a', 'late', '2026-02-01T00:00:00.000Z') + text('b', 'old'),
      'manifest.run-2.jsonl':
        text('a', 'early', '2026-01-01T00:00:00.000Z') + text('b', 'new', '2026-01-01T00:00:00.000Z'),
    });
    const lines = await readManifests(folder);
    expect([lines.get('a')?.key, lines.get('b')?.key]).toEqual(['late', 'new']);
    expect(laterOf(undefined, lines.get('a'))).toBe(lines.get('a'));
  });

  it('reads on where others append, whole lines only, and leaves out its own run’s', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'manifest.run-2.jsonl');
    fill(folder, { 'manifest.jsonl': text('mine', 'k'), 'manifest.run-2.jsonl': text('a', '1') });
    const manifests = new Manifests(folder, 'manifest.jsonl', 'manifest.jsonl');
    await manifests.refresh();
    const next = text('b', '2');
    appendFileSync(path, next.slice(0, 20));
    await manifests.refresh();
    expect([...manifests.all().keys()]).toEqual(['a']);
    appendFileSync(path, next.slice(20));
    fill(folder, { 'manifest.run-3.jsonl': text('c', '3') });
    await manifests.refresh();
    expect([...manifests.all().keys()]).toEqual(['a', 'b', 'c']);
    expect(manifests.lastDone('b')?.key).toBe('2');
  });

  it('names the file that is damaged', async () => {
    const folder = temporaryFolder();
    fill(folder, { 'manifest.run-2.jsonl': '{"na\n' });
    await expect(readManifests(folder)).rejects.toThrow(/manifest\.run-2\.jsonl is damaged: line 1/);
  });
});
