import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Claims } from '../../src/io/claims.js';
import { Manifest } from '../../src/io/manifest.js';
import { temporaryFolder } from './folders.js';

const times = { renewEvery: 20, staleAfter: 300 };

/** A run of another machine by default, so that only the time stamp tells whether it lives. */
const run = (out: string, manifest: string, machine = manifest, alone = false) =>
  new Claims({ out, kind: 'manifest.jsonl', manifest, machine, alone, times });

const folderOf = (out: string) => join(out, '.manifest.jsonl.claims');

describe('Claims', () => {
  it('gives an item to one run, until that gives it back', async () => {
    const out = temporaryFolder();
    const [a, b] = [run(out, 'a.jsonl'), run(out, 'b.jsonl')];
    expect([await a.take('s/x'), await a.take('s/x'), await b.take('s/x'), await b.take('y')]).toEqual([
      ...[true, true, false, true],
    ]);
    expect([await a.has('s/x'), await b.has('s/x')]).toEqual([true, false]);
    await a.release('s/x');
    expect([await b.take('s/x'), await a.take('s/x')]).toEqual([true, false]);
    await b.close();
    expect(await a.take('s/x')).toBe(true);
    await a.close();
    expect(existsSync(folderOf(out))).toBe(false);
  });

  it('gives each of many items to exactly one of many runs that ask at once', async () => {
    const out = temporaryFolder();
    const runs = Array.from({ length: 6 }, (_, k) => run(out, `${k}.jsonl`));
    const names = Array.from({ length: 12 }, (_, k) => `item ${k}`);
    const taken = await Promise.all(
      names.flatMap((name) => runs.map(async (claims) => ((await claims.take(name)) ? name : undefined))),
    );
    expect(taken.filter((name) => name !== undefined).sort()).toEqual([...names].sort());
    for (const claims of runs) await claims.close();
  });

  it('leaves a claim alone while it is renewed, and takes over one that is not', async () => {
    const out = temporaryFolder();
    const [alive, other] = [run(out, 'a.jsonl'), run(out, 'b.jsonl')];
    await alive.take('x');
    for (let k = 0; k < 10; k++) {
      expect(await other.take('x')).toBe(false);
      await pause(60);
    }
    const dead = JSON.parse(readFileSync(join(folderOf(out), readdirSync(folderOf(out))[0]), 'utf8'));
    await alive.close();
    const path = claimPath(out, 'x', dead);
    expect(await other.take('x')).toBe(false); // it may have just begun
    await pause(400);
    const third = run(out, 'c.jsonl');
    expect(await third.take('x')).toBe(false); // who has not watched does not know
    expect(await other.take('x')).toBe(true);
    expect([await other.has('x'), await third.take('x')]).toEqual([true, false]);
    await other.close();
    await third.close();
    expect(existsSync(path)).toBe(false);
  });

  it('is told at once by the lock of its manifest where the run was of this machine', async () => {
    const out = temporaryFolder();
    const manifest = await Manifest.open(join(out, 'a.jsonl'));
    claimPath(out, 'x', {
      version: 1,
      name: 'x',
      run: 'a.jsonl',
      machine: 'here',
      token: 't',
      files: ['x.png'],
    });
    const other = run(out, 'b.jsonl', 'here');
    expect(await other.take('x')).toBe(false);
    await manifest.close();
    expect(await other.take('x')).toBe(true);
    expect(other.filesOf('x')).toEqual(['x.png']);
    await other.note('x', []);
    await other.close();
  });

  it('knows that nobody else is at work where the folder is not shared, or the claim is its own manifest’s', async () => {
    const out = temporaryFolder();
    const claim = { version: 1, name: 'x', run: 'a.jsonl', machine: 'far', token: 't', files: [] };
    claimPath(out, 'x', claim);
    const alone = run(out, 'b.jsonl', 'here', true);
    expect(await alone.take('x')).toBe(true);
    await alone.close();
    claimPath(out, 'x', { ...claim, machine: 'here' });
    const again = run(out, 'a.jsonl', 'here');
    expect(await again.take('x')).toBe(true);
    await again.close();
  });

  it('keeps what was being put in place for who takes the item next', async () => {
    const out = temporaryFolder();
    const [a, b] = [run(out, 'a.jsonl'), run(out, 'b.jsonl')];
    await a.take('x');
    await a.note('x', ['x.png', 'x.npy']);
    await a.release('x'); // it failed between the files and the line
    expect(await b.take('x')).toBe(true);
    expect(b.filesOf('x')).toEqual(['x.png', 'x.npy']);
    await b.note('x', []);
    await b.close();
    await a.close();
    expect(existsSync(folderOf(out))).toBe(false);
  });

  it('takes a file that is no claim for one that is being written', async () => {
    const out = temporaryFolder();
    const path = claimPath(out, 'x', {});
    writeFileSync(path, '');
    const other = run(out, 'b.jsonl');
    expect(await other.take('x')).toBe(false);
    await pause(400);
    expect(await other.take('x')).toBe(true);
    await other.close();
  });
});

/** Writes a claim as its first run would have, and nobody renews it. */
function claimPath(out: string, name: string, claim: object): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 32);
  mkdirSync(folderOf(out), { recursive: true });
  const path = join(folderOf(out), `${hash}.1.json`);
  writeFileSync(path, JSON.stringify(claim));
  return path;
}
