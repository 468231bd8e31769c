import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeNpy } from '../../src/io/npy.js';
import { decodePicture } from '../../src/io/picture.js';
import { type FolderEvent, type FolderJob, restoreFolder } from '../../src/jobs/restore-folder.js';
import { type SimulationJob, simulateFolder } from '../../src/jobs/simulate-folder.js';
import { readProblem } from '../../src/load/problem-files.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { fixture, plane } from '../io/readers/fixture.js';
import { echo } from './echo.js';

async function run(files: Record<string, string>, more: Partial<FolderJob>) {
  const root = temporaryFolder();
  fill(join(root, 'in'), Object.fromEntries(Object.entries(files).map(([to, from]) => [to, fixture(from)])));
  const out = join(root, 'out');
  const spec = await readProblem('denoise', 'gaussian:sigma=0.1');
  const events: FolderEvent[] = [];
  const job: FolderJob = { inputs: [join(root, 'in')], out, spec, solver: echo(), samples: 2, ...more };
  await restoreFolder(job, (event) => events.push(event));
  const lines = events.flatMap((event) => (event.type === 'done' ? [event.line] : []));
  const failures = events.flatMap((event) => (event.type === 'failed' ? [event.error.message] : []));
  const array = (name: string) =>
    decodeNpy(readFileSync(join(out, name)), name).array.data.map((value) => Math.round(value) + 0);
  return { root, out, lines, failures, array };
}

describe('files of several pictures', () => {
  it('fail without a choice, and say which there is', async () => {
    const { failures } = await run({ 'b.nii': 'brain.nii', 't.tif': 'stack_u16.tif' }, {});
    expect(failures).toEqual([
      expect.stringMatching(/b\.nii holds 3 images: say which with --page 1, --page 2-5 or --page all$/),
      expect.stringMatching(/t\.tif holds 3 pictures: say which with --page 1/),
    ]);
  });

  it('are an item for each picture that is asked for; files of one stay one', async () => {
    const files = { 'b.nii': 'brain.nii', 't.tif': 'stack_u16.tif', 'ct.dcm': 'ct.dcm' };
    const { lines, array, out } = await run(files, { pages: [2, 9] });
    expect(lines.map(({ name, made }) => [name, made['page']])).toEqual([
      ['b#2', 2],
      ['b#3', 3],
      ['ct', undefined],
      ['t#2', 2],
      ['t#3', 3],
    ]);
    expect(array('b#3.npy')).toEqual(plane(3, 1, -20));
    const picture = await decodePicture(readFileSync(join(out, 't#2.tiff')), 't');
    expect(picture.image.data.map((value) => Math.round(value * 65535) + 0)).toEqual(plane(2, 600));
    expect((await run({ 'b.nii': 'brain.nii' }, { pages: [9, 9] })).failures).toEqual([
      expect.stringMatching(/b\.nii holds 3 images, not 9$/),
    ]);
  });

  it('are simulated picture by picture, from black to white as told, and compared with their array', async () => {
    const root = temporaryFolder();
    fill(root, {
      'in/b.nii': fixture('brain.nii'),
      'h/two.h5': fixture('two.h5'),
      'r/r.dng': fixture('rggb.dng'),
    });
    const spec = await readProblem('denoise', 'gaussian:sigma=0.01');
    const simulate = async (inputs: string, more: Partial<SimulationJob>) => {
      const failures: string[] = [];
      const job = {
        inputs: [join(root, inputs)],
        out: join(root, `${inputs}-out`),
        spec,
        overwrite: true,
        ...more,
      };
      const { done } = await simulateFolder(job, (event) => {
        if (event.type === 'failed') failures.push(event.error.message);
      });
      return [done, failures];
    };
    expect(await simulate('in', {})).toEqual([0, [expect.stringMatching(/holds 3 images: say which/)]]);
    expect(await simulate('in', { pages: [2, 3], levels: { black: -20, white: 180 } })).toEqual([2, []]);
    const { array } = decodeNpy(readFileSync(join(root, 'in-out/b#3.npy')), 'b');
    const worst = Math.max(...array.data.map((value, i) => Math.abs(200 * value - 20 - plane(3, 1, -20)[i])));
    expect(worst).toBeLessThan(10); // five σ of 2
    expect(await simulate('h', {})).toEqual([0, [expect.stringMatching(/say which with --dataset/)]]);
    expect(await simulate('r/r.dng', {})).toEqual([0, [expect.stringMatching(/one colour at each pixel/)]]);
  });

  it('are compared with the same picture of a truth', async () => {
    const { root, out } = await run({ 'b.nii': 'brain.nii' }, { pages: 'all' });
    expect(existsSync(join(out, 'b#1.npy'))).toBe(true);
    const truth = join(root, 'in');
    const again = await run({ 'b.nii.gz': 'brain.nii.gz' }, { pages: 'all', truth });
    expect(again.lines.map(({ psnr = 0 }) => psnr > 100)).toEqual([true, true, true]);
  });
});

describe('numbers that are no picture’s', () => {
  it('come back as numbers in the file’s units, with a picture of them', async () => {
    const { lines, array, out } = await run({ 'ct.dcm': 'ct.dcm', 'i.dcm': 'inverted.dcm' }, {});
    expect(lines[0]).toMatchObject({
      files: ['ct.npy', 'ct.preview.png', 'ct.sd.png', 'ct.posterior.npz'],
      about: { format: 'DICOM', unit: 'HU' },
      made: { levels: { black: -1024, white: -832 } },
    });
    expect(array('ct.npy')).toEqual(plane(1, 2, -1024));
    expect(array('i.npy')).toEqual(plane(1));
    const shown = async (name: string) =>
      (await decodePicture(readFileSync(join(out, name)), name)).image.data;
    expect((await shown('ct.preview.png'))[1]).toBeCloseTo(7 / 96, 4);
    expect((await shown('i.preview.png'))[1]).toBeCloseTo(1 - 7 / 96, 4);
  });

  it('are simulated from black to white, and scored so', async () => {
    const root = temporaryFolder();
    fill(join(root, 'in'), { 'ct.dcm': fixture('ct.dcm') });
    const spec = await readProblem('denoise', 'gaussian:sigma=0.001');
    await simulateFolder({ inputs: [join(root, 'in')], out: join(root, 'simulated'), spec });
    const measured = decodeNpy(readFileSync(join(root, 'simulated/ct.npy')), 'ct.npy').array.data;
    expect(measured[1]).toBeCloseTo(7 / 96, 2);
    const job = { inputs: [join(root, 'simulated/ct.npy')], out: join(root, 'out'), spec, solver: echo() };
    const scores: (number | undefined)[] = [];
    await restoreFolder({ ...job, samples: 2, truth: join(root, 'in') }, (event) => {
      if (event.type === 'done') scores.push(event.line.psnr);
    });
    expect(scores[0]).toBeGreaterThan(50);
  });

  it('are taken in a range that is stated, and written as a picture where that is asked for', async () => {
    const levels = { black: -1024, white: 1024 };
    const { lines, out } = await run({ 'ct.dcm': 'ct.dcm' }, { levels, format: 'png' });
    expect(lines[0].made).toMatchObject({ levels });
    const { image } = await decodePicture(readFileSync(join(out, 'ct.png')), 'ct.png');
    expect(image.data[1]).toBeCloseTo(14 / 2048, 4);
  });
});
