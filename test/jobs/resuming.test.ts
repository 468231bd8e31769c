/** Work inside a picture that is stopped goes on from where it was, to the same bits. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadPrior } from '../../models/load.js';
import { floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { encodeNpy } from '../../src/io/npy.js';
import { type FolderEvent, type FolderJob, restoreFolder } from '../../src/jobs/restore-folder.js';
import type { RestoredLine } from '../../src/jobs/restore-item.js';
import { readProblem } from '../../src/load/problem-files.js';
import { retrodict } from '../cli/spawn.js';
import { fill } from '../io/folders.js';

const prior = await loadPrior('photo-small', { threads: 1 });
afterAll(() => prior.close());

const shape = [3, 16, 16];
const noisy = keyedRandom(
  0,
  'resuming',
  0,
)('noise')
  .normals(shape)
  .data.map((value) => 0.5 + 0.1 * value);
const root = mkdtempSync(join(tmpdir(), 'retrodict-test-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
fill(root, { 'a.npy': encodeNpy(floatArray(noisy, shape)) });
const spec = await readProblem('denoise', 'gaussian:sigma=0.1');
const checkpoints = (out: string) => join(root, out, '.manifest.jsonl.checkpoints');

/** @param stopAt ends the run at this event, counted from 1. */
async function run(out: string, job: Partial<FolderJob>, stopAt = Number.POSITIVE_INFINITY) {
  const stop = new AbortController();
  const events: FolderEvent[] = [];
  let steps = 0;
  const inputs = [join(root, 'a.npy')];
  const all = { spec, prior, inputs, out: join(root, out), saveEvery: 0, signal: stop.signal };
  const ended = await restoreFolder({ ...all, ...job }, (event) => {
    events.push(event);
    if (event.type === 'progress' && ++steps === stopAt) stop.abort(new Error('stopped'));
  }).catch((error: Error) => error.message);
  const line = events.find((event) => event.type === 'done')?.line;
  const resumed = events.filter((event) => event.type === 'resumed').length;
  return { ended, line, resumed, steps, events };
}

/** All that was written, and what it cost. */
function resultOf(out: string, line: RestoredLine | undefined) {
  const folder = join(root, out);
  const files = readdirSync(folder).filter((file) => file.startsWith('a.'));
  const bytes = files.map((file) => [file, readFileSync(join(folder, file), 'base64')]);
  const { networkEvaluations, vjps, misfit } = line!;
  return { bytes, networkEvaluations, vjps, misfit };
}

describe('a restoration that is stopped', () => {
  it.each([
    ['diffpir', { steps: 3, estimateSteps: 2 }, 2],
    ['dps', { steps: 3 }, 2],
    ['tweedie', { steps: 3, pitch: 1 }, 2],
    ['ddnm', { steps: 3 }, 2],
  ])('goes on at the step it was at, whichever that is: %s', async (solver, options, samples) => {
    const job = { solver, options, samples, workers: 1 };
    const whole = await run(`${solver}-whole`, job);
    const expected = resultOf(`${solver}-whole`, whole.line);
    expect(existsSync(checkpoints(`${solver}-whole`))).toBe(false);
    for (let stopAt = 2; stopAt <= whole.steps; stopAt += 3) {
      const out = `${solver}-${stopAt}`;
      expect((await run(out, job, stopAt)).ended).toBe('stopped');
      const rest = await run(out, job);
      expect(resultOf(out, rest.line).bytes).toEqual(expected.bytes);
      expect(rest.line!.misfit).toEqual(expected.misfit);
      expect(existsSync(checkpoints(out))).toBe(false);
    }
  });

  it('does none of the steps again that were done, and its line has the cost of both runs', async () => {
    const job = { solver: 'diffpir', options: { steps: 5, estimateSteps: 5 }, samples: 2, workers: 1 };
    const whole = await run('cost-whole', job);
    const first = await run('cost', job, 10);
    const rest = await run('cost', job);
    expect([rest.resumed, first.steps + rest.steps <= whole.steps + 3]).toEqual([1, true]);
    const [twice, once] = [rest.line!.networkEvaluations, whole.line!.networkEvaluations];
    expect(twice).toBeGreaterThanOrEqual(once - 1);
    expect(twice).toBeLessThanOrEqual(once + 2);
    expect(rest.line!.seconds).toBeGreaterThan(0);
  });

  it('is begun anew where it is to be made in another way, or what was kept is damaged', async () => {
    const job = { solver: 'diffpir', options: { steps: 4, estimateSteps: 2 }, samples: 2, workers: 1 };
    await run('other', job, 9);
    const other = await run('other', { ...job, seed: 1 });
    expect(other.resumed).toBe(0);
    expect(existsSync(checkpoints('other'))).toBe(false);

    await run('damaged', job, 9);
    const [folder] = readdirSync(checkpoints('damaged'));
    for (const file of readdirSync(join(checkpoints('damaged'), folder))) {
      if (file.endsWith('.f32')) writeFileSync(join(checkpoints('damaged'), folder, file), 'nothing');
    }
    const mended = await run('damaged', job);
    const notes = mended.events.filter((event) => event.type === 'note').map(({ message }) => message);
    expect(notes).toContainEqual(expect.stringMatching(/^a: known of an earlier run is damaged in /));
    const whole = await run('undamaged', job);
    expect(resultOf('damaged', mended.line).bytes).toEqual(resultOf('undamaged', whole.line).bytes);
  });

  it('keeps nothing of a picture that takes less time than may be lost', async () => {
    await run('short', { solver: 'dps', options: { steps: 3 }, samples: 2, saveEvery: undefined }, 4);
    expect(existsSync(checkpoints('short'))).toBe(false);
  });
});

it('killed at once, the same command draws only the samples that were not drawn', async () => {
  const slow = join(import.meta.dirname, '../cli/slow-solver.js');
  const words = (out: string) => [
    ...['restore', join(root, 'a.npy'), '--out', join(root, out), '--problem', 'denoise'],
    ...['--noise', 'gaussian:sigma=0.1', '--solver', slow, '--samples', '6', '--save-every', '0.01'],
  ];
  const stepsOf = (stderr: string) => stderr.split('\n').filter((text) => text.startsWith('step ')).length;
  // Two samples are drawn at a time: four are done.
  const killed = await retrodict(words('killed'), {
    during: (child, stderr) => stepsOf(stderr) >= 90 && child.kill('SIGKILL'),
  });
  expect(killed.killed).toBe('SIGKILL');
  const rest = await retrodict(words('killed'));
  expect(rest.stderr).toMatch(/a: goes on after \d+ s of work that was done before/);
  expect(stepsOf(rest.stderr)).toBe(40);
  await retrodict(words('unkilled'));
  for (const file of ['a.png', 'a.posterior.npz']) {
    expect(readFileSync(join(root, 'killed', file))).toEqual(readFileSync(join(root, 'unkilled', file)));
  }
});
