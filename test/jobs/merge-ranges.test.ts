import { appendFileSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import { readManifests } from '../../src/io/manifests.js';
import { mergeRanges } from '../../src/jobs/merge-ranges.js';
import { type FolderEvent, type FolderJob, restoreFolder } from '../../src/jobs/restore-folder.js';
import { readProblem } from '../../src/load/problem-files.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng, greyPng } from '../pictures.js';

const spec = await readProblem('motion-blur:size=5', 'gaussian:sigma=0.02');
const noisier = await readProblem('motion-blur:size=5', 'gaussian:sigma=0.03');
const options = { steps: 2, estimateSteps: 2 };

/** Two pictures, and restores them with few steps. */
async function setUp() {
  const root = temporaryFolder();
  fill(join(root, 'in'), { 'a.png': await colourPng(16, 16), 's/b.png': await greyPng(16, 16, 1) });
  const draw = (out: string, more: Partial<FolderJob>) =>
    restoreFolder({
      ...{
        inputs: [join(root, 'in')],
        out: join(root, out),
        spec,
        prior: 'photo-small',
        threads: 1,
        options,
      },
      ...more,
    });
  const range = (from: number, to: number, more: Partial<FolderJob> = {}, out = 'ranges') =>
    draw(out, { range: { from, to }, ...more });
  return { root, draw, range };
}

async function merge(...job: Parameters<typeof mergeRanges>) {
  const failures: Record<string, string> = {};
  const counts = await mergeRanges(job[0], (event: FolderEvent) => {
    if (event.type === 'failed') failures[event.name] = event.error.message;
  });
  return { counts, failures };
}

/** Every file but manifests, by name. */
function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => /\.(png|npz)$/.test(name) && !name.includes('samples-'));
  return Object.fromEntries(files.sort().map((name) => [name, readFileSync(join(folder, name), 'base64')]));
}

describe('mergeRanges', () => {
  it('writes the files and lines of one run, from ranges of one folder or of several', async () => {
    const { root, draw, range } = await setUp();
    const more = { keepSamples: true, estimate: 'median', level: 0.6, seed: 3 } as const;
    await draw('one', { samples: 5, ...more });
    expect(await range(2, 5, more, 'second')).toEqual({ done: 2, unchanged: 0, failed: 0 });
    await range(0, 1, more, 'first');
    await range(1, 2, more, 'first');
    const folders = [join(root, 'first'), join(root, 'second')];
    const { counts, failures } = await merge({ folders, out: join(root, 'merged') });
    expect({ counts, failures }).toEqual({ counts: { done: 2, unchanged: 0, failed: 0 }, failures: {} });
    expect(filesOf(join(root, 'merged'))).toEqual(filesOf(join(root, 'one')));
    const [merged, one] = [await readManifests(join(root, 'merged')), await readManifests(join(root, 'one'))];
    expect(one.size).toBe(2);
    for (const [name, line] of one) {
      const times = { seconds: 0, networkSeconds: 0, at: '' };
      expect({ ...merged.get(name), ...times }).toEqual({ ...line, ...times });
    }
    // The same key: one run finds it done.
    expect(await draw('merged', { samples: 5, ...more })).toEqual({ done: 0, unchanged: 2, failed: 0 });
  });

  it('is done where its ranges lie by default, resumed, and its ranges are no inputs', async () => {
    const { root, range, draw } = await setUp();
    await range(0, 2);
    expect(await range(0, 2)).toEqual({ done: 0, unchanged: 2, failed: 0 });
    const folders = [join(root, 'ranges')];
    expect((await merge({ folders })).counts).toEqual({ done: 2, unchanged: 0, failed: 0 });
    expect((await merge({ folders })).counts).toEqual({ done: 0, unchanged: 2, failed: 0 });
    const again = await draw(`../${basename(root)}-again`, { inputs: [root], samples: 1 });
    expect(again).toEqual({ done: 2, unchanged: 0, failed: 0 });
  });

  it('says which samples are missing, or drawn twice, and merges what is whole', async () => {
    const { root, range } = await setUp();
    const one = (name: string) => ({ inputs: [join(root, 'in', name)] });
    await range(0, 2, one('a.png'));
    await range(3, 4, one('a.png'));
    await range(0, 2, one('s'));
    const { counts, failures } = await merge({ folders: [join(root, 'ranges')] });
    expect(counts).toEqual({ done: 1, unchanged: 0, failed: 1 });
    expect(failures).toEqual({ a: 'samples 2:3 of a are missing' });
    await range(1, 3, one('a.png'));
    const twice = await merge({ folders: [join(root, 'ranges')] });
    expect(twice.failures).toEqual({ a: 'samples 1:2 of a are in two ranges, expected each once' });
  });

  it.each<[string, Partial<FolderJob>, string]>([
    ['seed', { seed: 1 }, 'samples 0:1 with seed = 0, and 1:2 with 1'],
    ['options', { options: { ...options, steps: 3 } }, 'with options.steps = 2, and 1:2 with 3'],
    ['noise', { spec: noisier }, 'sigma = 0.02, and 1:2 with 0.03'],
    ['estimate', { estimate: 'median' }, 'with estimate = "mean", and 1:2 with "median"'],
  ])('refuses ranges that were drawn with another %s', async (_, more, message) => {
    const { root, range } = await setUp();
    const inputs = [join(root, 'in/a.png')];
    await range(0, 1, { inputs });
    await range(1, 2, { inputs, ...more });
    const { failures } = await merge({ folders: [join(root, 'ranges')] });
    expect(failures['a']).toContain(message);
    expect(failures['a']).toMatch(/ranges of a were not drawn in one way$/);
  });

  it('refuses a measurement that is another now, and samples that were changed', async () => {
    const { root, range } = await setUp();
    await range(0, 2);
    writeFileSync(join(root, 'in/a.png'), await colourPng(16, 16, 5));
    appendFileSync(join(root, 'ranges/s/b.samples-0-2.npz'), 'x');
    const folders = [join(root, 'ranges')];
    const changed = await merge({ folders });
    expect(changed.counts.failed).toBe(2);
    expect(changed.failures['a']).toMatch(/^the samples were drawn with input = "[0-9a-f]+", and there is "/);
    expect(changed.failures['s/b']).toMatch(/b\.samples-0-2\.npz was changed after it was written/);
    renameSync(join(root, 'ranges/s/b.samples-0-2.npz'), join(root, 'gone'));
    expect((await merge({ folders })).failures['s/b']).toMatch(
      /npz cannot be read: .*; draw its samples again/,
    );
  });

  it('says what is no folder of ranges', async () => {
    const out = temporaryFolder();
    await expect(merge({ folders: [out] })).rejects.toThrow(UsageError);
    await expect(merge({ folders: [out] })).rejects.toThrow(/holds no ranges\.jsonl/);
    await expect(merge({ folders: ['a', 'b'] })).rejects.toThrow('--out is needed to merge several folders');
  });
});
