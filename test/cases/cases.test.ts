/**
 * The files of people who do this job (../shared/cases/CASES.md), each by its own command. A quicker prior and fewer
 * samples stand for the defaults where only the file is in question.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { FloatArray } from '../../src/core/array.js';
import { psnr } from '../../src/core/metrics.js';
import { sharedChannel } from '../../src/io/grey-as-colour.js';
import { readInput } from '../../src/io/inputs.js';
import { readPicture } from '../../src/io/picture-file.js';
import { pngChunks } from '../../src/io/png-chunks.js';
import { retrodictHere } from '../cli/in-process.js';
import { temporaryFolder } from '../io/folders.js';

const files = fileURLToPath(new URL('../../../shared/cases/files/', import.meta.url));
const quick = ['--prior', 'photo-small', '--samples', '0'];
const denoise = ['--problem', 'denoise'];
const noise = (levels: number) => ['--noise', `gaussian:sigma=${levels}/255`];

/** Restores one file, and says where the estimate lies, what was printed and what the manifest has. */
async function restored(name: string, ...words: string[]) {
  const out = join(temporaryFolder(), 'o');
  const { status, stderr } = await retrodictHere(['restore', files + name, '--out', out, ...words]);
  const [line = '{}'] = existsSync(join(out, 'manifest.jsonl'))
    ? readFileSync(join(out, 'manifest.jsonl'), 'utf8').split('\n')
    : [];
  const manifest = JSON.parse(line);
  const codes = ((manifest.warnings ?? []) as { code: string }[]).map(({ code }) => code);
  return { status, stderr, manifest, codes, path: join(out, manifest.files?.[0] ?? '') };
}

const difference = (a: FloatArray, b: FloatArray) =>
  Math.sqrt(a.data.reduce((sum, value, i) => sum + (value - b.data[i]) ** 2, 0) / a.data.length);

describe.skipIf(!existsSync(files))('cases (skipped without ../shared)', () => {
  it.each([
    ['noise15_jpeg85_420.jpg', 9, 13],
    ['noise15_grey_saved_as_rgb.png', 14, 17],
    ['noise15_same_in_all_channels.png', 14, 16],
    ['noise15_letterbox.png', 13, 16],
  ])('%s: its noise is found, and taken away', async (name, least, most) => {
    const { status, manifest, path } = await restored(name, ...denoise, ...quick);
    expect([status, manifest.status]).toEqual([0, 'ok']);
    expect(255 * manifest.noise.sigma).toBeGreaterThan(least);
    expect(255 * manifest.noise.sigma).toBeLessThan(most);
    const [before, after] = [await readPicture(files + name), await readPicture(path)];
    expect(255 * difference(before.image, after.image)).toBeGreaterThan(0.6 * least);
    if (name.includes('grey')) expect(sharedChannel(after.image)).toBeDefined();
  });

  it('a grey picture saved in colour comes back grey where the noise is told', async () => {
    const { status, path } = await restored(
      'noise15_grey_saved_as_rgb.png',
      ...denoise,
      ...noise(15),
      ...quick,
    );
    const { image } = await readPicture(path);
    expect([status, sharedChannel(image) !== undefined]).toEqual([0, true]);
  });

  it('a blur is undone to its frame', async () => {
    const kernel = `${files}kernel_line15.npy`;
    const { status, path } = await restored(
      'blur_line15_real_border.png',
      '--problem',
      `blur:kernel=${kernel}`,
      ...['--prior', 'photo-small', '--samples', '1'],
    );
    const [{ image }, blurred] = [
      await readPicture(path),
      await readPicture(`${files}blur_line15_real_border.png`),
    ];
    const truth = await readPicture(`${files}blur_real_border_truth.png`);
    expect([status, image.shape]).toEqual([0, blurred.image.shape]);
    expect(psnr(image, truth.image)).toBeGreaterThan(35);
  });

  it('a picture of the dark is restored, or fails with a sentence', async () => {
    const { status, manifest } = await restored(
      'lowlight_runaway_48.png',
      ...['--problem', 'low-light', '--prior', 'photo-small', '--samples', '1'],
    );
    if (status === 0) expect(manifest.misfit[0]).toBeLessThan(3);
    else expect(manifest.error).toMatch(/misfit/);
  });

  it.each([
    ['tiff_five_bands_16bit.tif', / has 5 bands /],
    ['tiff_two_channels.tif', / has 2 bands /],
    ['npy_hwc_f4.npy', /height×width×channels.*expected channels×height×width/],
  ])('%s is refused with what was found', async (name, sentence) => {
    const { status, manifest } = await restored(name, ...denoise, ...noise(2), ...quick);
    expect([status, manifest.error]).toEqual([1, expect.stringMatching(sentence)]);
  });

  it('a JPEG that viewers open is restored with a warning', async () => {
    expect(await restored('jpeg_bad_sos.jpg', ...denoise, ...quick)).toMatchObject({
      status: 0,
      codes: expect.arrayContaining(['damaged']),
    });
  });

  it.each(['png', 'tiff', 'jpeg'])('density and EXIF go from a JPEG into a %s', async (format) => {
    const { path } = await restored('jpeg_300dpi_exif.jpg', ...denoise, ...quick, '--format', format);
    const { density, exif } = await sharp(path).metadata();
    expect(density).toBe(300);
    // libvips writes no EXIF into a TIFF.
    const text = Buffer.from(exif ?? []).toString('latin1');
    if (format !== 'tiff') for (const said of ['ACME', '2001:02:03 04:05:06']) expect(text).toContain(said);
  });

  it('a cut-out has no fringe', async () => {
    const { path } = await restored(
      'alpha_sticker_half_size.png',
      ...['--problem', 'downsample:factor=2', ...noise(1), '--prior', 'photo-small', '--samples', '1'],
    );
    const [{ image, alpha }, truth] = [
      await readPicture(path),
      await readPicture(`${files}alpha_sticker_truth.png`),
    ];
    const size = alpha!.data.length;
    const seen = [...truth.alpha!.data.keys()].filter(
      (i) => truth.alpha!.data[i] === 1 && alpha!.data[i] < 1,
    );
    const error = seen.reduce((sum, i) => sum + (image.data[i % (3 * size)] - truth.image.data[i]) ** 2, 0);
    expect(seen.length).toBeGreaterThan(20);
    expect(255 * Math.sqrt(error / seen.length)).toBeLessThan(20);
  });

  it('what is transparent in a mask is missing', async () => {
    const mask = `${files}mask_hole_is_transparent_black.png`;
    const { status, path } = await restored(
      'mask_picture.png',
      ...['--problem', `inpaint:mask=${mask}`, ...noise(2), '--prior', 'photo-small', '--samples', '1'],
    );
    const [{ image }, before] = [await readPicture(path), await readPicture(`${files}mask_picture.png`)];
    const { alpha } = await readPicture(mask);
    const kept = [...alpha!.data.keys()].filter((i) => alpha!.data[i] === 1);
    const worst = Math.max(...kept.map((i) => Math.abs(image.data[i] - before.image.data[i])));
    expect([status, worst < 0.1]).toEqual([0, true]);
  });

  it.each([
    ['npy_chw_u8.npy', [3, 40, 48]],
    ['npy_grey_hw.npy', [1, 40, 48]],
    ['npy_chw_f16.npy', [3, 40, 48]],
    ['npy_py2long.npy', [3, 40, 48]],
  ])('%s is read as a picture is', async (name) => {
    const { status, path, manifest } = await restored(name, ...denoise, ...noise(8), ...quick);
    const [{ image }, { array, top = 1 }] = [await readPicture(path), await readInput(files + name)];
    const scaled = { ...array, data: array.data.map((value) => value / top) } as FloatArray;
    expect([status, image.data.length]).toEqual([0, array.data.length]);
    expect(255 * difference(image, scaled)).toBeLessThan(16);
    expect(manifest.misfit[0]).toBeLessThan(3);
  });

  it('a dim picture of 16 bits is restored at full range, and written in its own', async () => {
    const { manifest, path } = await restored('micro_dim_16bit.tif', ...denoise, ...quick);
    const [before, after] = [await readPicture(`${files}micro_dim_16bit.tif`), await readPicture(path)];
    const brightest = ({ image }: typeof before) => Math.max(...image.data);
    expect(manifest.made.levels.white).toBeCloseTo(brightest(before), 6);
    expect(brightest(after) / brightest(before)).toBeGreaterThan(0.5);
    expect(brightest(after) / brightest(before)).toBeLessThan(1.1);
  });

  it('a PNG keeps its gamma', async () => {
    const { path } = await restored('png_gama_1.png', ...denoise, ...quick);
    expect(pngChunks(readFileSync(path)).find(({ type }) => type === 'gAMA')?.content).toEqual(
      Buffer.from([0, 1, 134, 160]),
    );
  });

  it('of an animated PNG it is said that its first picture is read', async () => {
    expect((await restored('png_animated.png', ...denoise, ...quick)).codes).toContain('animated');
  });

  it('a problem in a file with a byte order mark is read', async () => {
    const { status, manifest } = await restored(
      'mask_picture.png',
      ...['--problem', `${files}problem_with_bom.json`, ...quick.slice(0, 3), '1'],
    );
    expect([status, manifest.status]).toEqual([0, 'ok']);
  });
});
