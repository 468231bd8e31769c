import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { filled } from '../../src/core/array.js';
import { CheckpointFolder } from '../../src/io/checkpoint-folder.js';
import { temporaryFolder } from './folders.js';

const spent = { networkEvaluations: 3, vjps: 1, seconds: 40, networkSeconds: 30 };
const x = filled([1, 2, 2], 0.5);
let parent: string;
let told: string[];
const open = (key = 'a'.repeat(64), every = 0, name = 'trip/a') =>
  CheckpointFolder.open(parent, name, key, { every, tell: (message) => told.push(message) });
const folders = () => readdirSync(parent);
const filesOf = (folder: string) => readdirSync(join(parent, folder));

beforeEach(() => {
  parent = join(temporaryFolder(), '.manifest.jsonl.checkpoints');
  told = [];
});

describe('checkpoints of an item', () => {
  it('are there for the next run, with what they cost; of a state only the last is kept', async () => {
    const first = await open();
    expect([first.spent, await first.load('sample 0')]).toEqual([undefined, undefined]);
    await first.save('sample 0', { step: 3, state: { x, v: filled([2], 1) } }, spent);
    await first.save('sample 0', { step: 4, state: { x: filled([1, 2, 2], 0.25) } }, spent);
    await first.save('sample 1', { state: { image: x } }, { ...spent, seconds: 50 });
    const next = await open();
    expect(next.spent).toEqual({ ...spent, seconds: 50 });
    const begun = (await next.load('sample 0'))!;
    expect([begun.step, [...begun.state['x'].data], begun.state['x'].shape]).toEqual([
      4,
      [0.25, 0.25, 0.25, 0.25],
      [1, 2, 2],
    ]);
    const done = (await next.load('sample 1'))!;
    expect([done.step, [...done.state['image'].data]]).toEqual([undefined, [0.5, 0.5, 0.5, 0.5]]);
    expect(filesOf(folders()[0])).toHaveLength(3);
    await next.remove();
    expect(existsSync(parent)).toBe(false);
    expect(told).toEqual([]);
  });

  it('are of one way of making it: another key begins anew, and takes the old away', async () => {
    await (await open()).save('sample 0', { state: { image: x } }, spent);
    await (await open('b'.repeat(64), 0, 'b')).save('sample 0', { state: { image: x } }, spent);
    const other = await open('c'.repeat(64));
    expect(await other.load('sample 0')).toBeUndefined();
    expect(folders()).toHaveLength(1);
  });

  it('are not worth it where little was done: what is done then waits for the next', async () => {
    const quick = await open(undefined, 30);
    await quick.save('sample 0', { step: 3, state: { x } }, spent);
    await quick.save('sample 0', { state: { image: x } }, spent);
    expect(existsSync(parent)).toBe(false);
  });

  it('keep each of several pieces that go on in step, not the first alone', async () => {
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    const kept = await open(undefined, 30);
    for (let step = 0; step < 6; step++, now += 10_000) {
      for (const name of ['sample 0', 'sample 1']) await kept.save(name, { step, state: { x } }, spent);
    }
    clock.mockRestore();
    const next = await open();
    for (const name of ['sample 0', 'sample 1']) expect((await next.load(name))?.step).toBe(3);
  });

  it('replace the parts that a piece was made of', async () => {
    const kept = await open();
    await kept.save('known, part 0', { state: { value: x } }, spent);
    await kept.save('known', { state: { mean: filled([1], 1) } }, spent);
    expect(filesOf(folders()[0])).toHaveLength(2);
    expect(await (await open()).load('known, part 0')).toBeUndefined();
  });

  it('that are damaged are not used, and it is told', async () => {
    await (await open()).save('sample 0', { state: { image: x } }, spent);
    const place = join(parent, folders()[0]);
    const [array] = readdirSync(place).filter((file) => file.endsWith('.f32'));
    const bytes = readFileSync(join(place, array));
    for (const wrong of [bytes.subarray(4), Buffer.from(bytes.map((byte) => byte ^ 1))]) {
      writeFileSync(join(place, array), wrong);
      expect(await (await open()).load('sample 0')).toBeUndefined();
    }
    expect(told).toEqual(Array(2).fill(expect.stringMatching(/^sample 0 of an earlier run is damaged in /)));
    for (const text of ['{', '{"version":2}', '{"version":1,"spent":{},"pieces":{}}']) {
      writeFileSync(join(place, 'index.json'), text);
      expect((await open()).spent).toBeUndefined();
    }
    expect(told.slice(2)).toEqual(
      Array(3).fill(expect.stringContaining('is damaged, so the work is begun anew')),
    );
  });

  it('that cannot be written are told of once, and the work goes on', async () => {
    mkdirSync(join(parent, '..'), { recursive: true });
    writeFileSync(parent, 'no folder');
    const kept = await open();
    for (const step of [1, 2]) await kept.save('sample 0', { step, state: { x } }, spent);
    expect(told).toEqual([expect.stringMatching(/^the work so far is not saved, and goes on: /)]);
  });
});
