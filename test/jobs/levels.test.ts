import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Input } from '../../src/io/inputs.js';
import { decodeNpz } from '../../src/io/npz.js';
import { decodePicture } from '../../src/io/picture.js';
import { noiseInLevels, withStatedLevels } from '../../src/jobs/levels.js';
import { type FolderEvent, type FolderJob, restoreFolder } from '../../src/jobs/restore-folder.js';
import { readProblem } from '../../src/load/problem-files.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { echo } from './echo.js';

/** 16-bit grey, its brightest value 640 of 65535. */
const values = Uint16Array.from({ length: 24 * 20 }, (_, i) => (i === 0 ? 640 : (i * 37) % 641));
const dim = () =>
  sharp(values, { raw: { width: 24, height: 20, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toBuffer();

async function restoreDim(problem: string, noise: string, more: Partial<FolderJob> = {}) {
  const root = temporaryFolder();
  const png = await dim();
  fill(root, { 'in/a.png': png, 'truth/a.png': png });
  const seen: { brightest?: number; sigma?: number } = {};
  const solver = echo((task) => {
    seen.brightest = Math.max(...task.measurement.data);
    seen.sigma = Math.sqrt(Number(task.problem.noise.variance?.(task.measurement)));
  });
  const out = join(root, 'out');
  const job = { inputs: [join(root, 'in')], out, spec: await readProblem(problem, noise), solver };
  const events: FolderEvent[] = [];
  await restoreFolder({ ...job, samples: 2, truth: join(root, 'truth'), ...more }, (event) => {
    events.push(event);
  });
  const line = events.flatMap((event) => (event.type === 'done' ? [event.line] : []))[0];
  return { seen, events, out, line };
}

describe('a dim picture', () => {
  it('is restored at full range and written in its own; a stated noise is of its own, too', async () => {
    const { seen, out, line } = await restoreDim('denoise', 'gaussian:sigma=64/65535');
    expect(seen.brightest).toBe(1);
    expect(seen.sigma).toBeCloseTo(0.1, 6);
    expect(line.made).toMatchObject({ levels: { black: 0, white: Math.fround(640 / 65535) } });
    const written = await decodePicture(readFileSync(join(out, 'a.png')), 'a.png');
    expect(written.image.data.map((value) => Math.round(value * 65535))).toEqual(Float32Array.from(values));
    const { upper } = await decodeNpz(readFileSync(join(out, 'a.posterior.npz')), 'a');
    expect(Math.max(...upper.array.data)).toBeCloseTo(640 / 65535, 6);
    expect(line.psnr).toBeGreaterThan(100); // float32 of a truth that is the same
  });

  it('is left as it is, with a warning, where its problem or its noise has tones of its own', async () => {
    for (const [problem, noise] of [
      ['low-light:exposure=0.5:gamma=2', 'gaussian:sigma=0.1'],
      ['denoise', 'salt-pepper:fraction=0.1'],
    ]) {
      const { seen, events } = await restoreDim(problem.replaceAll(':gamma', ',gamma'), noise);
      expect(seen.brightest).toBe(Math.fround(640 / 65535));
      expect(events.filter(({ type }) => type === 'warning')).toContainEqual(
        expect.objectContaining({
          code: 'dim',
          message: expect.stringMatching(/uses 0\.98 % of its 16-bit/),
        }),
      );
    }
  });

  it('of the shared cases is restored by the defaults', async ({ skip }) => {
    const file = new URL('../../../shared/cases/files/micro_dim_16bit.tif', import.meta.url).pathname;
    if (!existsSync(file)) skip('../shared is not there');
    const out = join(temporaryFolder(), 'out');
    const spec = await readProblem('denoise');
    const summary = await restoreFolder({
      inputs: [file],
      out,
      spec,
      prior: 'photo-small',
      samples: 1,
    });
    expect(summary).toEqual({ done: 1, unchanged: 0, failed: 0 });
    const mean = async (path: string) => {
      const { image } = await decodePicture(readFileSync(path), path);
      return image.data.reduce((sum, value) => sum + value, 0) / image.data.length;
    };
    expect((await mean(join(out, 'micro_dim_16bit.tiff'))) / (await mean(file))).toBeCloseTo(1, 1);
  });
});

describe('noiseInLevels', () => {
  it('divides what is in units of the measurement', () => {
    const levels = { black: 0, white: 0.5 };
    const noise = { name: 'poisson-gaussian', options: { gain: 0.01, sigma: 0.1 } };
    expect(noiseInLevels(noise, levels).options).toEqual({ gain: 0.02, sigma: 0.2 });
    expect(noiseInLevels({ name: 'laplace', options: { scale: 0.1 } }, levels).options).toEqual({
      scale: 0.2,
    });
  });
});

it('black and white that are told of a picture are numbers of its file; of an array they are its own', () => {
  const levelsOf = (input: object, black: number, white: number) =>
    withStatedLevels(input as Input, { black, white }).levels;
  const picture = { picture: { bits: 8 } };
  expect(levelsOf(picture, 0, 255)).toEqual({ black: 0, white: 1 });
  expect(levelsOf({ picture: { bits: 16 } }, 655.35, 6553.5)).toEqual({ black: 0.01, white: 0.1 });
  expect(levelsOf(picture, 0.2, 0.7)).toEqual({ black: 0.2, white: 0.7 });
  expect(levelsOf({}, -1, 255)).toEqual({ black: -1, white: 255 });
});
