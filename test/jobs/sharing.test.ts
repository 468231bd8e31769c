/** Several runs on one output folder: they share the work, and the files are those of one run. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ChainSolver } from '../../solvers/solver.js';
import { mapArray } from '../../src/core/array.js';
import { manifestsIn, readManifests } from '../../src/io/manifests.js';
import { reportFolder } from '../../src/jobs/report-folder.js';
import { type FolderEvent, type FolderJob, restoreFolder } from '../../src/jobs/restore-folder.js';
import { readProblem } from '../../src/load/problem-files.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';

/** Names of the items that were worked on, in order. */
const worked: string[] = [];

/** Takes a while, and longer for larger pictures. */
const slow: ChainSolver = {
  kind: 'chain',
  name: 'slow',
  summary: 'for tests',
  needs: { prior: 'none', noise: 'any' },
  samplesPosterior: true,
  options: z.object({}),
  presets: {},
  async run({ measurement }, _, { random, step }) {
    const noise = random('slow');
    for (let i = 0; i < measurement.shape[2]; i++) {
      await step(i, 8);
      await pause(2);
    }
    return mapArray(measurement, (value) => value + 0.1 * noise.normal());
  },
};

const spec = await readProblem('denoise', 'gaussian:sigma=0.1');

async function pictures(count: number): Promise<string> {
  const input = join(temporaryFolder(), 'in');
  for (let k = 0; k < count; k++) fill(input, { [`p${k}.png`]: await colourPng(6 + k, 6, k) });
  return input;
}

async function run(job: Pick<FolderJob, 'inputs' | 'out'> & Partial<FolderJob>) {
  const done: string[] = [];
  const events: FolderEvent[] = [];
  const counts = await restoreFolder({ spec, solver: slow, samples: 2, ...job }, (event) => {
    events.push(event);
    if (event.type === 'begin') worked.push(event.name);
    if (event.type === 'done') done.push(event.name);
  });
  return { done, counts, events };
}

/** Every file but the manifests, whose times differ. */
function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => !name.endsWith('.jsonl'));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'base64')]));
}

describe('runs on one folder', () => {
  it('share the items: nothing is done twice, and the files are those of one run', async () => {
    const input = await pictures(9);
    const [one, three] = [join(input, '../one'), join(input, '../three')];
    await run({ inputs: [input], out: one });
    worked.length = 0;
    const runs = await Promise.all([1, 2, 3].map(() => run({ inputs: [input], out: three })));
    expect([...worked].sort()).toEqual(
      readdirSync(input)
        .map((name) => name.replace('.png', ''))
        .sort(),
    );
    for (const { done, counts } of runs) {
      expect(done.length).toBeGreaterThan(0);
      expect(counts).toEqual({ done: done.length, unchanged: 9 - done.length, failed: 0 });
    }
    expect(filesOf(three)).toEqual(filesOf(one));
    expect(manifestsIn(three)).toEqual(['manifest.jsonl', 'manifest.run-2.jsonl', 'manifest.run-3.jsonl']);
    const [lines, expected] = [await readManifests(three), await readManifests(one)];
    for (const [name, line] of expected) {
      const times = { at: 0, seconds: 0, networkSeconds: 0 };
      expect({ ...lines.get(name), ...times }).toEqual({ ...line, ...times });
    }
    expect((await run({ inputs: [input], out: three })).counts).toEqual({ done: 0, unchanged: 9, failed: 0 });
    expect(readFileSync(await reportFolder({ folder: three }), 'utf8')).toContain('p8');
  });

  it('do a shard each, with manifests of their own, which the whole folder’s run reads', async () => {
    const input = await pictures(7);
    const out = join(input, '../out');
    const shards = [];
    for (const index of [1, 2, 3])
      shards.push(await run({ inputs: [input], out, shard: { index, count: 3 } }));
    expect(shards.flatMap(({ done }) => done).sort()).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
    const used = shards.flatMap(({ done }, k) =>
      done.length > 0 ? [`manifest.shard-${k + 1}-of-3.jsonl`] : [],
    );
    expect(manifestsIn(out)).toEqual(used);
    expect((await run({ inputs: [input], out })).counts).toEqual({ done: 0, unchanged: 7, failed: 0 });
    await expect(run({ inputs: [input], out, shard: { index: 3, count: 2 } })).rejects.toThrow(
      /^--shard 3\/2 is no part/,
    );
  });

  it('balance uneven shards where told to: own items first, then what nobody works on', async () => {
    const input = await pictures(6);
    const out = join(input, '../out');
    const shard = { index: 1, count: 3 };
    const { done, counts } = await run({ inputs: [input], out, shard, balance: true });
    expect(counts.done).toBe(6);
    const own = (await run({ inputs: [input], out, shard })).counts.unchanged;
    expect(own).toBeLessThan(6);
    const again = join(input, '../again');
    expect((await run({ inputs: [input], out: again, shard })).done).toEqual(done.slice(0, own));
  });
});
