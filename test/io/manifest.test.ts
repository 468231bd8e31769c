import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import { firstDifference, keyOf, Manifest, type OkLine } from '../../src/io/manifest.js';
import { fill, temporaryFolder } from './folders.js';

const line = (name: string, seed: number): OkLine => {
  const made = { seed };
  return {
    version: 1,
    name,
    status: 'ok',
    path: `in/${name}.png`,
    key: keyOf(made),
    made,
    files: [],
    digests: {},
  };
};

/** What a process has open that is killed. */
const holdLock = `
  import { open } from 'node:fs/promises';
  import { tryLock } from 'fs-native-extensions';
  const file = await open(process.argv[1], 'a+');
  console.log(tryLock(file.fd, 2 ** 52, 1));
  setTimeout(() => file.close(), 60_000);
`;

describe('Manifest', () => {
  it('gives back the last line of each item, also to the next run', async () => {
    const path = join(temporaryFolder(), 'deep/manifest.jsonl');
    const manifest = await Manifest.open(path);
    await manifest.append(line('a', 0));
    await manifest.append(line('b', 0));
    await manifest.append(line('a', 1));
    await manifest.close();
    const again = await Manifest.open(path);
    expect(again.lastDone('a')).toEqual(line('a', 1));
    expect(again.lastDone('b')).toEqual(line('b', 0));
    expect(again.lastDone('c')).toBeUndefined();
    await again.close();
  });

  it('drops a last line that was cut short, and goes on behind the whole ones', async () => {
    const path = join(temporaryFolder(), 'manifest.jsonl');
    const manifest = await Manifest.open(path);
    await manifest.append(line('a', 0));
    await manifest.close();
    const whole = readFileSync(path, 'utf8');
    for (let length = 1; length < whole.length; length += 7) {
      appendFileSync(path, whole.slice(0, length).replace('"a"', '"b"'));
      const torn = await Manifest.open(path);
      expect(torn.lastDone('b')).toBeUndefined();
      expect(torn.torn).toBe(length > 23 ? 'b' : undefined); // {"version":1,"name":"b"
      await torn.close();
      expect(readFileSync(path, 'utf8')).toBe(whole);
    }
    const next = await Manifest.open(path);
    await next.append(line('b', 3));
    await next.close();
    expect(
      readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text)),
    ).toEqual([line('a', 0), line('b', 3)]);
  });

  it('names a damaged line rather than forget what was done', async () => {
    const folder = temporaryFolder();
    fill(folder, { 'manifest.jsonl': '{"name":"a"}\n{"na\n{"name":"c"}\n' });
    await expect(Manifest.open(join(folder, 'manifest.jsonl'))).rejects.toThrow(
      /damaged: line 2 is not JSON/,
    );
  });

  it('leaves files alone that are not its own: other lines, links, folders', async () => {
    const folder = temporaryFolder();
    const theirs = '{"image":"a.png","caption":"a cat"}\n{"image":"b';
    fill(folder, { 'manifest.jsonl': theirs, 'other/x': '' });
    const refusal = (name: string) => expect(Manifest.open(join(folder, name))).rejects;
    await refusal('manifest.jsonl').toThrow(/is not of this program: line 1 has no name and status/);
    fill(folder, { 'later.jsonl': '{"version":2,"name":"a","status":"ok","files":[]}\n' });
    await refusal('later.jsonl').toThrow(/of another version of this program: line 1 has version 2/);
    expect(readFileSync(join(folder, 'manifest.jsonl'), 'utf8')).toBe(theirs);
    symlinkSync(join(folder, 'manifest.jsonl'), join(folder, 'link.jsonl'));
    await refusal('link.jsonl').toThrow(/link\.jsonl cannot be written: it is a link/);
    await refusal('other').toThrow(/other cannot be written: it is a folder/);
  });

  it('has one writer at a time, of this process or another, until that ends however it ends', async () => {
    const path = join(temporaryFolder(), 'manifest.jsonl');
    const first = await Manifest.open(path);
    await expect(Manifest.open(path)).rejects.toThrow(UsageError);
    await expect(Manifest.open(path)).rejects.toThrow(/^another run works in .*; wait until it ends/);
    await first.append(line('a', 0));
    await first.close();
    const holder = spawn(process.execPath, ['--input-type=module', '-e', holdLock, path], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    });
    await once(holder.stdout, 'data');
    await expect(Manifest.open(path)).rejects.toThrow(/another run/);
    const ended = once(holder, 'exit');
    holder.kill('SIGKILL');
    await ended;
    const next = await Manifest.open(path);
    expect(next.lastDone('a')).toEqual(line('a', 0));
    await next.close();
  });

  it('writes lines that are asked for at once whole, one after another', async () => {
    const path = join(temporaryFolder(), 'manifest.jsonl');
    const manifest = await Manifest.open(path);
    const names = Array.from({ length: 20 }, (_, k) => `item-${k}`);
    await Promise.all(names.map((name) => manifest.append({ ...line(name, 0), at: 'x'.repeat(5000) })));
    await manifest.close();
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    expect(lines.map((text) => JSON.parse(text).name)).toEqual(names);
  });

  it('leaves no empty file behind', async () => {
    const path = join(temporaryFolder(), 'manifest.jsonl');
    await (await Manifest.open(path)).close();
    expect(existsSync(path)).toBe(false);
  });

  it('says why it cannot be written', async () => {
    const folder = temporaryFolder();
    fill(folder, { out: 'a file' });
    await expect(Manifest.open(join(folder, 'out/manifest.jsonl'))).rejects.toThrow(
      /manifest\.jsonl cannot be written: a part of its path is a file/,
    );
  });
});

describe('keyOf', () => {
  it('depends on every value and on no order of names', () => {
    const key = keyOf({ a: 1, b: { c: [1, 2], d: 'x' } });
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(keyOf({ b: { d: 'x', c: [1, 2] }, a: 1, e: undefined })).toBe(key);
    expect(keyOf({ a: 1, b: { c: [2, 1], d: 'x' } })).not.toBe(key);
    expect(keyOf({ a: '1', b: { c: [1, 2], d: 'x' } })).not.toBe(key);
  });
});

describe('firstDifference', () => {
  it('names the innermost part that differs', () => {
    const before = { input: 'a', problem: { noise: { sigma: 0.1 } }, options: { steps: 50 }, seed: 0 };
    expect(firstDifference(before, structuredClone(before))).toBeUndefined();
    expect(firstDifference(before, { ...before, options: { steps: 20 }, seed: 1 })).toEqual({
      name: 'options.steps',
      before: 50,
      now: 20,
    });
    expect(firstDifference(before, { ...before, problem: {} })).toEqual({
      name: 'problem.noise',
      before: { sigma: 0.1 },
      now: undefined,
    });
    expect(firstDifference({ list: [1, 2] }, { list: [1, 3] })?.name).toBe('list.1');
  });
});
