import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Solver } from '../../solvers/solver.js';
import { decodeNpz } from '../../src/io/npz.js';
import { type CalibrationJob, calibrateFolder } from '../../src/jobs/calibrate-folder.js';
import { type FolderJob, restoreFolder } from '../../src/jobs/restore-folder.js';
import type { RestoredLine } from '../../src/jobs/restore-item.js';
import { simulateFolder } from '../../src/jobs/simulate-folder.js';
import { readProblem } from '../../src/load/problem-files.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';
import { asMeasured, narrow } from './noisy-solvers.js';

const sigma = (value: number) => readProblem('denoise', `gaussian:sigma=${value}`);
const specs = [await sigma(0.05), await sigma(0.1)];

async function pictures(folder: string, count: number, from = 0): Promise<string> {
  for (let k = from; k < from + count; k++) fill(folder, { [`p${k}.png`]: await colourPng(24, 20, k) });
  return folder;
}

/** Files are made once: each is flushed to disk, which takes longer than the work. */
const root = mkdtempSync(join(tmpdir(), 'retrodict-test-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const photos = await pictures(join(root, 'photos'), 10);
const others = await pictures(join(root, 'others'), 3, 50);

async function calibrated(solver: Solver, more: Partial<CalibrationJob> = {}) {
  const out = join(root, `${solver.name}.json`);
  const job = { inputs: [photos], specs, solver, out, levels: [0.5, 0.9], share: 0.5, confidence: 0.5 };
  const card = await calibrateFolder({ ...job, ...more });
  return { out, card };
}

/** Other pictures, measured and restored: what the lines and the failures say. */
async function restored(
  solver: Solver,
  more: Partial<FolderJob> = {},
  noise = 0.07,
  of: readonly string[] = [''],
) {
  const measured = join(root, `measured-${noise}`);
  const spec = await sigma(noise);
  if (!existsSync(measured)) await simulateFolder({ inputs: [others], out: measured, spec, seed: 9 });
  const out = temporaryFolder();
  const lines: RestoredLine[] = [];
  const failures: string[] = [];
  const inputs = of.map((name) => join(measured, name));
  await restoreFolder({ inputs, out, spec, solver, truth: others, ...more }, (event) => {
    if (event.type === 'done') lines.push(event.line);
    if (event.type === 'failed') failures.push(event.error.message);
  });
  return { out, lines, failures };
}

const narrowCard = calibrated(narrow);

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const held = (lines: readonly RestoredLine[]) => mean(lines.map((line) => line.uncertainty!.held));

describe('calibrateFolder', () => {
  it('makes intervals of other pictures hold what they say, between the noises it has seen', async () => {
    const { out, card } = await narrowCard;
    expect(card).toMatchObject({ solver: 'narrow', samples: 4, images: { factors: 3, offsets: 7 } });
    expect(card.hashes).toContain(
      createHash('sha256')
        .update(await colourPng(24, 20, 0))
        .digest('hex'),
    );
    expect(existsSync(join(root, 'narrow.work'))).toBe(false);
    for (const level of [0.5, 0.9]) {
      const { lines } = await restored(narrow, { calibration: out, level });
      // 0.07 lies between 0.05 and 0.1 of the calibration, of which one factor is made: ±5 %.
      expect(Math.abs(held(lines) - level)).toBeLessThan(0.06);
      expect(lines[0].calibration).toMatchObject({ promise: 'average', card: 'narrow.json' });
      expect(lines[0].calibration?.words).toMatch(
        / % of the pixels on average over images.*10 it was fitted on/,
      );
      expect(lines[0].made['calibration']).toMatchObject({ promise: 'average' });
    }
    const promised = await restored(narrow, { calibration: out, promise: 'images' });
    expect(held(promised.lines)).toBeGreaterThan(0.88);
  }, 60_000);

  it('gives solvers of one image an interval too', async () => {
    const { out } = await calibrated(asMeasured);
    const before = await restored(asMeasured, {});
    expect(before.lines[0].uncertainty).toBeUndefined();
    const { lines, out: folder } = await restored(asMeasured, { calibration: out });
    expect(Math.abs(held(lines) - 0.9)).toBeLessThan(0.06);
    const numbers = await decodeNpz(readFileSync(join(folder, `${lines[0].name}.posterior.npz`)), 'p');
    expect(Object.keys(numbers)).toEqual(['mean', 'lower', 'upper']);
    expect(lines[0].files.some((file) => file.endsWith('.sd.png'))).toBe(false);
  }, 60_000);

  it('takes pairs of measurement and truth', async () => {
    const measured = join(root, 'pairs');
    await simulateFolder({ inputs: [others], out: measured, spec: specs[0] });
    const job = { inputs: [measured], specs: [specs[0]], truth: others, solver: narrow };
    const asked = { levels: [0.5], share: 0.5, confidence: 0.3 };
    const card = await calibrateFolder({ ...job, ...asked, out: join(root, 'pairs.json') });
    expect(card.images).toEqual({ factors: 1, offsets: 2 });
    const both = { ...job, specs };
    await expect(calibrateFolder({ ...both, ...asked, out: join(root, 'b.json') })).rejects.toThrow(
      '--truth goes with one folder of measurements, one --problem and one --noise',
    );
  }, 60_000);

  it('goes on where it was stopped', async () => {
    const work = join(root, 'work');
    const asked = { levels: [0.5], share: 0.5, confidence: 0.2 };
    const job = { inputs: [others], specs: [specs[0]], solver: narrow, ...asked, work };
    const events: string[] = [];
    const first = await calibrateFolder({ ...job, out: join(root, 'a.json') });
    const second = await calibrateFolder({ ...job, out: join(root, 'b.json') }, ({ type }) =>
      events.push(type),
    );
    expect(second).toEqual(first);
    expect(events.filter((type) => type === 'unchanged')).toHaveLength(3);
    expect(events).not.toContain('done');
  }, 60_000);

  it('says how many images are needed', async () => {
    const inputs = [photos];
    const job = { inputs, specs, solver: narrow, out: join(root, 'card.json') };
    await expect(calibrateFolder(job)).rejects.toThrow(
      'the level 0.9 for 0.9 of the images with confidence 0.95 needs at least 43 images, but 10 were found',
    );
    for (const [level, named] of [
      [0.9, '--level and --share'],
      [0.5, '--share'],
      [0.95, '--level'],
    ] as const) {
      // What is named would help: the other sets the number.
      await expect(calibrateFolder({ ...job, levels: [0.5, level] })).rejects.toThrow(
        new RegExp(`give more, or a lower --confidence, or a lower ${named}$`),
      );
    }
    await expect(calibrateFolder({ ...job, out: join(root, 'card') })).rejects.toThrow('names no card');
    await expect(calibrateFolder({ ...job, crop: 30, share: 0.5, confidence: 0.1 })).rejects.toThrow(
      'p0.png is 24×20 px, too small for a crop of 30×30',
    );
  });
});

describe('restoreFolder with a calibration', () => {
  it('refuses what it was not made for, in one sentence', async () => {
    const { out } = await narrowCard;
    const says = async (more: Partial<FolderJob>, noise?: number, solver: Solver = narrow) =>
      (await restored(solver, { calibration: out, ...more }, noise, ['p50.npy'])).failures[0];
    expect(await says({}, 0.2)).toMatch(
      /narrow\.json does not fit: it was made for problem\.noise\.options\.sigma from 0\.05 to 0\.1, and this is 0\.2/,
    );
    expect(await says({ samples: 3 })).toMatch('it was made for --samples 4, and this is 3');
    expect(await says({ options: { amount: 0.03 } })).toMatch('option.amount 0.02, and this is 0.03');
    expect(await says({}, 0.07, asMeasured)).toMatch(
      'it was made for solver narrow, and this is as-measured',
    );
    await expect(says({ level: 0.8 })).rejects.toThrow(
      'narrow.json holds the levels 0.5, 0.9, not --level 0.8',
    );
    const spec = await readProblem('downsample:factor=2', 'gaussian:sigma=0.07');
    expect(await says({ spec })).toMatch('it was made for the problem denoise, and this is downsample');
    const other = join(root, 'other.json');
    const card = JSON.parse(readFileSync(out, 'utf8'));
    fill(root, { 'other.json': JSON.stringify({ ...card, weights: ['00'] }), 'bad.json': '{"format":1}' });
    expect(await says({ calibration: other })).toMatch('it was made for a prior of other weights');
    await expect(says({ calibration: join(root, 'bad.json') })).rejects.toThrow('is no calibration card');
    await expect(says({ calibration: join(root, 'no.json') })).rejects.toThrow('cannot be read');
  }, 90_000);

  it('refuses pictures that it was made of, by what their files hold', async () => {
    const { out } = await narrowCard;
    const own = { calibration: out, inputs: [join(photos, 'p0.png')] };
    const among = /the picture is one of those that the calibration .*narrow\.json was fitted on/;
    expect((await restored(narrow, own)).failures[0]).toMatch(among);
    const renamed = join(root, 'renamed');
    fill(renamed, { 'p50.png': readFileSync(join(photos, 'p0.png')) });
    const { failures } = await restored(narrow, { calibration: out, truth: renamed }, 0.07, ['p50.npy']);
    expect(failures[0]).toMatch(among);
  }, 90_000);

  it('needs a calibration for a promise', async () => {
    const { failures } = await restored(narrow, { promise: 'risk' });
    expect(failures[0]).toMatch('--promise risk needs a calibration, and none that is shipped fits');
  });
});
