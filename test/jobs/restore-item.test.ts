/** One item: what is done, what its line says, and what makes it be done again. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Task } from '../../solvers/solver.js';
import { filled } from '../../src/core/array.js';
import { encodeNpy } from '../../src/io/npy.js';
import { type FolderEvent, type FolderJob, restoreFolder } from '../../src/jobs/restore-folder.js';
import { readProblem } from '../../src/load/problem-files.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { echo } from './echo.js';

const spec = await readProblem('denoise', 'gaussian:sigma=0.1');

function job(change: Partial<FolderJob> = {}) {
  const root = temporaryFolder();
  fill(root, { 'a.npy': encodeNpy(filled([1, 12, 12], 0.5)) });
  const whole = { inputs: [join(root, 'a.npy')], out: join(root, 'out'), spec, solver: 'wiener', ...change };
  return {
    root,
    lines: () =>
      readFileSync(join(whole.out, 'manifest.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    async run(more: Partial<FolderJob> = {}) {
      const events: FolderEvent[] = [];
      const counts = await restoreFolder({ ...whole, ...more }, (event) => events.push(event));
      return { ...counts, codes: events.flatMap((event) => (event.type === 'warning' ? [event.code] : [])) };
    },
  };
}

describe('an item', () => {
  it('is done where its files are as its line gives them, and only there', async () => {
    const { root, lines, run } = job();
    expect(await run()).toMatchObject({ done: 1 });
    const [{ files, digests }] = lines();
    expect(Object.keys(digests)).toEqual(files);
    for (const file of files) {
      expect(digests[file].bytes).toBe(readFileSync(join(root, 'out', file)).length);
    }
    expect(await run()).toMatchObject({ unchanged: 1 });

    // Of the same size, but other bytes: the size alone would not tell.
    const path = join(root, 'out/a.png');
    const bytes = readFileSync(path);
    const torn = Buffer.from(bytes);
    torn[torn.length - 1] ^= 1;
    writeFileSync(path, torn);
    expect(await run()).toMatchObject({ failed: 1, codes: [] });
    expect(readFileSync(path)).toEqual(torn);
    expect((await run({ overwrite: true })).codes).toContain('changed');
    expect(readFileSync(path)).toEqual(bytes);

    rmSync(path);
    const again = await run();
    expect([again.done, again.codes.includes('changed')]).toEqual([1, false]);
  });

  it('that fails later keeps its files, and is done again by the first command', async () => {
    const { root, lines, run } = job();
    await run();
    const before = readFileSync(join(root, 'out/a.png'));
    expect(await run({ level: 0.5 })).toMatchObject({ failed: 1 });
    expect(lines().map(({ status }) => status)).toEqual(['ok']);
    expect(readFileSync(join(root, 'out/a.png'))).toEqual(before);
    expect(await run()).toMatchObject({ unchanged: 1 });
  });

  it('of which there is a doubt is not written where that is to be a failure', async () => {
    // The picture has no noise, so that the estimate is the measurement.
    const { lines, run } = job();
    expect(await run({ strict: true })).toMatchObject({ failed: 1, codes: [] });
    expect(lines()[0]).toMatchObject({ status: 'failed', error: expect.stringContaining('--strict') });
  });

  it('of a solver without samples keeps none, says so, and is the same whatever number is asked for', async () => {
    const { root, lines, run } = job();
    const told = { done: 1, codes: expect.arrayContaining(['no-samples']) };
    expect(await run({ keepSamples: true, samples: 3 })).toMatchObject(told);
    expect(readdirSync(join(root, 'out')).filter((name) => name.includes('sample'))).toEqual([]);
    expect(lines()[0].made).not.toHaveProperty('samples');
    expect(await run({ samples: 7 })).toMatchObject({ unchanged: 1, codes: [] });

    const variance = filled([1, 12, 12], 0.01);
    const moments = async ({ measurement }: Task) => ({ mean: measurement, variance });
    const knowing = job({ solver: { ...echo(), moments }, keepSamples: true });
    expect(await knowing.run()).toMatchObject(told);
    expect(await knowing.run({ keepSamples: false })).toMatchObject({ unchanged: 1, codes: [] });
    expect((await knowing.run({ samples: 2, force: true })).codes).not.toContain('no-samples');
    expect(readdirSync(join(knowing.root, 'out'))).toContain('a.sample-2.png');
  });

  it('has a line with what it cost and how well it fits', async () => {
    const { lines, run } = job();
    await run();
    expect(lines()[0]).toMatchObject({
      version: 1,
      name: 'a',
      status: 'ok',
      made: { solver: 'wiener' },
      misfit: [expect.any(Number)],
      networkEvaluations: 0,
      seconds: expect.any(Number),
    });
  });
});
