import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readManifests } from '../../src/io/manifests.js';
import { type FolderJob, restoreFolder } from '../../src/jobs/restore-folder.js';
import { readProblem } from '../../src/load/problem-files.js';
import { queueStatus } from '../../src/queue/status.js';
import { type Submission, submitFolder } from '../../src/queue/submit.js';
import { type WorkEvent, type WorkJob, workQueue } from '../../src/queue/work.js';
import { retrodict } from '../cli/spawn.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';
import { clearRedis, hasRedis, type RedisServer, startRedis, startS3, withoutRedis } from './servers.js';

const spec = await readProblem('gaussian-blur:sigma=1', 'gaussian:sigma=0.02');
const denoise = await readProblem('denoise', 'gaussian:sigma=0.02');

/** One step takes as long as it says. */
const slow = `
export const solver = {
  kind: 'chain', name: 'slow', summary: 'for tests', needs: { prior: 'none', noise: 'any' },
  samplesPosterior: true, presets: {}, options: OPTIONS,
  async run({ measurement }, { wait }, { random, step }) {
    await step(0, 1);
    console.error('at work');
    await new Promise((resolve) => setTimeout(resolve, wait));
    const noise = random('slow');
    const data = measurement.data.map((value) => value + 0.01 * noise.normal());
    return floatArray(data, measurement.shape);
  },
};`;

describe.runIf(hasRedis)(`a queue${withoutRedis}`, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  beforeEach(() => clearRedis(redis.url));

  const submit = (job: Omit<Submission, 'spec' | 'queue'>) =>
    submitFolder({ spec, queue: redis.url, ...job });
  const work = async (more: Partial<WorkJob> = {}) => {
    const events: WorkEvent[] = [];
    const counts = await workQueue({ queue: redis.url, drain: true, ...more }, (event) => events.push(event));
    return { counts, events };
  };

  it('deals pictures out to workers, to the files of one run, and does nothing twice', async () => {
    const { root, job } = await pictures(5);
    await restoreFolder({ ...job, out: join(root, 'one') });
    expect(await submit(job)).toEqual({ items: 5, tasks: 5, waiting: 0, refused: [] });
    expect(await submit(job)).toEqual({ items: 5, tasks: 0, waiting: 5, refused: [] });
    expect(await queueStatus(redis.url)).toEqual({ waiting: 5, done: 0, active: [], failed: [] });
    const workers = await Promise.all([work(), work()]);
    expect(workers.map(({ counts }) => counts.done).reduce((a, b) => a + b)).toBe(5);
    expect(await queueStatus(redis.url)).toEqual({ waiting: 0, done: 5, active: [], failed: [] });
    expect(filesOf(job.out)).toEqual(filesOf(join(root, 'one')));
    await submit(job);
    const { events } = await work();
    expect(events.filter((event) => event.type === 'item').map(({ event }) => event.type)).toEqual(
      new Array(5).fill('unchanged'),
    );
  });

  it('deals samples out in ranges, which a last task merges', async () => {
    const { root, job } = await pictures(1);
    const sampled = { ...job, solver: 'diffpir', prior: 'photo-small', samples: 5, options: { steps: 2 } };
    await restoreFolder({ ...sampled, out: join(root, 'one') });
    expect(await submit({ ...sampled, perTask: 2 })).toMatchObject({ items: 1, tasks: 4 });
    const { events } = await work({ threads: 1 });
    expect(events.flatMap((event) => (event.type === 'task' ? [event.task] : [])).sort()).toEqual([
      ...['p0 merge', 'p0 samples 0:2', 'p0 samples 2:4', 'p0 samples 4:5'],
    ]);
    expect(filesOf(job.out)).toEqual(filesOf(join(root, 'one')));
    await expect(submit({ ...job, samples: 4, perTask: 2 })).rejects.toThrow(
      /solver wiener draws its samples together, so --per-task cannot deal them out/,
    );
    await expect(submit({ ...sampled, samples: undefined, perTask: 2 })).rejects.toThrow(
      /--per-task needs --samples/,
    );
  });

  it('gives a bad picture up after two tries, and names it; the same submission tries it again', async () => {
    const { root, job } = await pictures(1);
    fill(root, { 'in/bad.png': 'no picture' });
    await submit(job);
    const { counts, events } = await work();
    expect(counts).toEqual({ done: 1, failed: 1 });
    const failures = events.filter((event) => event.type === 'failed');
    expect(failures).toMatchObject([
      { task: 'bad', again: true },
      { task: 'bad', again: false },
    ]);
    const { failed } = await queueStatus(redis.url);
    const path = join(root, 'in/bad.png');
    expect(failed).toMatchObject([{ task: 'bad', path, error: expect.stringContaining('bad.png') }]);
    fill(root, { 'in/bad.png': await colourPng(8, 8) });
    expect(await submit(job)).toMatchObject({ items: 2, tasks: 2 });
    expect((await work()).counts).toEqual({ done: 2, failed: 0 });
    expect((await queueStatus(redis.url)).failed).toEqual([]);
  });

  it('renews its claim while a step runs, and gives the task back when it is stopped', async () => {
    const { root, job } = await pictures(1);
    const solver = await slowSolver(root);
    await submit({ ...job, ...solver, samples: 1, options: { wait: 5000 } });
    const stop = new AbortController();
    const stopped = workQueue({ queue: redis.url, allowCode: true, signal: stop.signal }, ({ type }) => {
      if (type === 'task') setTimeout(() => stop.abort(), 200);
    });
    await expect(stopped).rejects.toThrow(/abort/);
    expect(await queueStatus(redis.url)).toMatchObject({ waiting: 1, active: [], failed: [] });
    const both = await Promise.all([1, 2].map(() => work({ allowCode: true, staleAfter: 3 })));
    expect(both.flatMap(({ events }) => events.filter(({ type }) => type === 'task'))).toHaveLength(1);
    expect(await queueStatus(redis.url)).toMatchObject({ done: 1, failed: [] });
    await submit({ ...job, ...solver, samples: 1, options: { wait: 1 } });
    const refused = (await work()).events.filter(({ type }) => type === 'failed');
    const error = expect.stringMatching(/names the code/);
    expect(refused).toMatchObject([{ error }, { error, again: false }]);
  });

  it('does what a killed worker had once more, to the same bits', async () => {
    const { root, job } = await pictures(1);
    const own = { ...job, ...(await slowSolver(root)), samples: 2, options: { wait: 1500 } };
    await restoreFolder({ ...own, out: join(root, 'one') });
    await submit(own);
    const words = ['work', '--queue', redis.url, '--allow-code', '--stale-after', '3'];
    const killed = await retrodict(words, {
      during: (child, said) => said.includes('at work') && child.kill('SIGKILL'),
    });
    expect(killed.killed).toBe('SIGKILL');
    const { counts, events } = await work({ allowCode: true, staleAfter: 3 });
    expect(events.filter(({ type }) => type === 'failed')).toEqual([]);
    expect(counts).toEqual({ done: 1, failed: 0 });
    expect(filesOf(job.out)).toEqual(filesOf(join(root, 'one')));
    expect([...(await readManifests(job.out)).keys()]).toEqual(['p0']);
  });

  it('writes into an S3-compatible store, lines last, so that a copy of it is a folder of results', async () => {
    const s3 = await startS3('results');
    try {
      const { root, job } = await pictures(2);
      const sampled = { ...job, solver: 'dps', prior: 'photo-small', samples: 2, options: { steps: 2 } };
      await restoreFolder({ ...sampled, out: join(root, 'one') });
      const out = 's3://results/run/7';
      await submit({ ...sampled, out, perTask: 1 });
      expect((await work({ threads: 1 })).counts).toEqual({ done: 6, failed: 0 });
      const copy = join(root, 'copy');
      await s3.copy('results', 'run/7', copy);
      expect(filesOf(copy)).toEqual(filesOf(join(root, 'one')));
      expect([...(await readManifests(copy)).keys()].sort()).toEqual(['p0', 'p1']);
      expect(await restoreFolder({ ...sampled, out: copy })).toEqual({ done: 0, unchanged: 2, failed: 0 });
      await submit({ ...sampled, out, perTask: 1 });
      const { events } = await work();
      expect(events.some((event) => event.type === 'item' && event.event.type === 'begin')).toBe(false);
      await expect(submit({ ...job, out: 's3://none/x' })).rejects.toThrow(
        /s3:\/\/none\/x cannot be used: there is no such bucket/,
      );
      await expect(submit({ ...job, out: 's3:///x' })).rejects.toThrow(
        /has no bucket, expected s3:\/\/BUCKET\/PREFIX/,
      );
    } finally {
      await s3.stop();
    }
  });
});

async function pictures(count: number) {
  const root = temporaryFolder();
  for (let k = 0; k < count; k++) fill(root, { [`in/p${k}.png`]: await colourPng(16, 16, k) });
  const job: FolderJob = { inputs: [join(root, 'in')], out: join(root, 'out'), spec, solver: 'wiener' };
  return { root, job };
}

async function slowSolver(root: string) {
  const file = join(root, 'slow.mjs');
  const zod = import.meta.resolve('zod');
  const arrays = new URL('../../dist/src/core/array.js', import.meta.url);
  const options = 'z.object({ wait: z.number().default(1000) })';
  fill(root, {
    'slow.mjs': `import { z } from '${zod}';\nimport { floatArray } from '${arrays}';\n${slow.replace('OPTIONS', options)}`,
  });
  return { solver: (await import(file)).solver, solverFile: file, spec: denoise };
}

/** Every file but manifests and ranges. */
function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => /\.(png|npz)$/.test(name) && !name.includes('samples-'));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'base64')]));
}
