/** Work inside a picture that is stopped goes on from where it was, to the same bits. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { loadPrior } from '../../models/load.js';
import { floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { encodeNpy } from '../../src/io/npy.js';
import { type FolderEvent, type FolderJob, restoreFolder } from '../../src/jobs/restore-folder.js';
import type { RestoredLine } from '../../src/jobs/restore-item.js';
import { readProblem } from '../../src/load/problem-files.js';
import { loadSolver } from '../../src/load/solver-file.js';
import { retrodict } from '../cli/spawn.js';
import { fill } from '../io/folders.js';
import { float32 } from '../models/tiny-models.js';
import { tinyNetwork, writeTinyPrior } from '../models/tiny-prior.js';

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
// It hardly denoises, which the data make up for.
writeTinyPrior(join(root, 'prior'), { receptiveRadius: 1 }, tinyNetwork(float32('w', [1], [0.98])));
const prior = await loadPrior(join(root, 'prior'), { threads: 1 });
const inTiles = await loadPrior(join(root, 'prior'), { threads: 1, tile: 8 });
afterAll(() => Promise.all([prior.close(), inTiles.close()]));
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
    ['diffpir', 'whole', { steps: 3, estimateSteps: 2 }, prior],
    ['dps', 'whole', { steps: 3 }, prior],
    ['tweedie', 'whole', { steps: 3, pitch: 1 }, prior],
    ['ddnm', 'whole', { steps: 3 }, prior],
    ['fk', 'whole', { steps: 3, sigmaMax: 0.3 }, prior],
    ['diffpir', 'in tiles', { steps: 3, estimateSteps: 2 }, inTiles],
    ['tweedie', 'in tiles', { steps: 3, pitch: 1 }, inTiles],
  ])('goes on at the step it was at, whichever that is: %s, %s', async (solver, how, options, prior) => {
    const job = { solver, options, prior, samples: 2, workers: 1 };
    const name = `${solver} ${how}`;
    const whole = await run(name, job);
    const expected = resultOf(name, whole.line);
    expect(existsSync(checkpoints(name))).toBe(false);
    for (const stopAt of [2, Math.ceil(whole.steps / 2), whole.steps - 1]) {
      const out = `${name}-${stopAt}`;
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

it('killed at once, the same job draws only the samples that were not drawn', async () => {
  const slow = join(import.meta.dirname, '../cli/slow-solver.js');
  const words = [
    ...['restore', join(root, 'a.npy'), '--out', join(root, 'killed'), '--problem', 'denoise'],
    ...['--noise', 'gaussian:sigma=0.1', '--solver', slow, '--samples', '6', '--save-every', '0.01'],
  ];
  const stepsOf = (stderr: string) => stderr.split('\n').filter((text) => text.startsWith('step ')).length;
  // Two samples are drawn at a time: four are done.
  const killed = await retrodict(words, {
    during: (child, stderr) => stepsOf(stderr) >= 90 && child.kill('SIGKILL'),
  });
  expect(killed.killed).toBe('SIGKILL');
  const { solver, version } = await loadSolver(slow);
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const job = { prior: undefined, solver, solverVersion: version, solverFile: slow, samples: 6 };
  const rest = await run('killed', { ...job, saveEvery: 0.01 });
  expect(rest.resumed).toBe(1);
  expect(told).toHaveBeenCalledTimes(40);
  await run('unkilled', job);
  told.mockRestore();
  for (const file of ['a.png', 'a.posterior.npz']) {
    expect(readFileSync(join(root, 'killed', file))).toEqual(readFileSync(join(root, 'unkilled', file)));
  }
});
