import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadPrior } from '../../models/load.js';
import { problem } from '../../problems/bind.js';
import { OutputFolder, TakenOver } from '../../src/io/output-folder.js';
import { eachItem } from '../../src/jobs/each-item.js';
import { openJob } from '../../src/jobs/open-job.js';
import { type FolderEvent, restoreFolder } from '../../src/jobs/restore-folder.js';
import { readProblem } from '../../src/load/problem-files.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { childrenOf } from '../models/onnx/processes.js';
import { colourPng } from '../pictures.js';

describe('eachItem', () => {
  it('goes on after a failure, and comes back to what another run had taken over', async () => {
    const root = temporaryFolder();
    fill(root, { 'a.png': await colourPng(8, 8), 'b.png': 'no picture' });
    const spec = await readProblem('denoise', 'gaussian:sigma=0.1');
    const events: FolderEvent[] = [];
    const out = join(root, 'out');
    const { shared, close } = await openJob({ inputs: [], out, spec, solver: 'wiener' }, [], (event) => {
      events.push(event);
    });
    const put = vi
      .spyOn(OutputFolder.prototype, 'put')
      .mockRejectedValueOnce(new TakenOver('a sleeping run'));
    const items = ['a', 'b'].map((name) => ({ name, path: join(root, `${name}.png`) }));
    const counts = await eachItem(items, shared);
    await close();
    expect(counts).toEqual({ done: 1, unchanged: 0, failed: 1, nothing: 0 });
    expect(put).toHaveBeenCalledTimes(2);
    put.mockRestore();
    expect(events.filter(({ type }) => type === 'failed')).toMatchObject([{ name: 'b' }]);
  });
});

describe('items that are at work at the same time', () => {
  const root = mkdtempSync(join(tmpdir(), 'retrodict-test-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const names = ['a', 'b', 'c'];
  const spec = problem('gaussian-blur:sigma=1', 'gaussian:sigma=0.1');
  const job = { inputs: [join(root, 'in')], spec, solver: 'dps', samples: 2, options: { steps: 1 } };
  beforeAll(async () => {
    // The first is the largest: it is done last.
    for (const [k, name] of names.entries())
      fill(join(root, 'in'), { [`${name}.png`]: await colourPng(24 - 6 * k, 12, k) });
  });

  it('give the same files with 1, 2 and 3 workers, and each a whole line', async () => {
    const found: unknown[] = [];
    for (const workers of [1, 2, 3]) {
      const prior = await loadPrior('photo-small', { workers, threads: 1 });
      const out = join(root, `out-${workers}`);
      const counts = await restoreFolder({ ...job, prior, out });
      await prior.close();
      expect(counts).toEqual({ done: 3, unchanged: 0, failed: 0 });
      const files = readdirSync(out).filter((name) => !name.endsWith('.jsonl'));
      const lines = readFileSync(join(out, 'manifest.jsonl'), 'utf8').trim().split('\n');
      const keys = lines
        .map((line) => JSON.parse(line))
        .map(({ name, key, digests }) => ({ name, key, digests }));
      keys.sort((one, other) => one.name.localeCompare(other.name));
      found.push([keys, files.map((name) => readFileSync(join(out, name), 'base64'))]);
    }
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
  });

  it.runIf(process.platform === 'linux')(
    'of a worker that is killed fail with a sentence, or are right',
    async () => {
      const prior = await loadPrior('photo-small', { workers: 2, threads: 1 });
      onTestFinished(() => prior.close());
      const out = join(root, 'killed');
      const failures: string[] = [];
      let steps = 0;
      const counts = await restoreFolder({ ...job, prior, out }, (event) => {
        if (event.type === 'failed') failures.push(event.error.message);
        if (event.type === 'progress' && ++steps === 3)
          process.kill(childrenOf(process.pid).at(-1)!, 'SIGKILL');
      });
      expect(counts.done + counts.failed).toBe(3);
      for (const failure of failures)
        expect(failure).toMatch(/killed by the system|lost when another run was stopped/);
      expect(await restoreFolder({ ...job, prior, out })).toEqual({
        done: counts.failed,
        unchanged: counts.done,
        failed: 0,
      });
      for (const name of names) {
        const [own, first] = ['killed', 'out-1'].map((folder) =>
          readFileSync(join(root, folder, `${name}.png`)),
        );
        expect(own).toEqual(first);
      }
    },
  );

  it('end all together when they are stopped, and what is done is kept', async () => {
    const prior = await loadPrior('photo-small', { workers: 2, threads: 1 });
    onTestFinished(() => prior.close());
    const controller = new AbortController();
    const out = join(root, 'stopped');
    const done: string[] = [];
    const run = restoreFolder({ ...job, prior, out, signal: controller.signal }, (event) => {
      if (event.type === 'done' && done.push(event.name) === 1) controller.abort(new Error('enough'));
      if (controller.signal.aborted) expect(event.type).not.toBe('begin');
    });
    await expect(run).rejects.toThrow('enough');
    const counts = await restoreFolder({ ...job, prior, out });
    expect(counts).toEqual({ done: 3 - done.length, unchanged: done.length, failed: 0 });
  });
});
