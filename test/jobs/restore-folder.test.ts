import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import type { Prior } from '../../models/prior.js';
import { quantisationTables } from '../../problems/restoration/jpeg-blocks.js';
import type { ChainSolver } from '../../solvers/solver.js';
import { floatArray, mapArray } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { keyedRandom } from '../../src/core/random.js';
import { heldMemory } from '../../src/io/machine-memory.js';
import { decodeNpy, encodeNpy } from '../../src/io/npy.js';
import { decodeNpz } from '../../src/io/npz.js';
import { decodePicture } from '../../src/io/picture.js';
import { type FolderEvent, type FolderJob, restoreFolder } from '../../src/jobs/restore-folder.js';
import { readProblem } from '../../src/load/problem-files.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng, greyPng } from '../pictures.js';

/** The measurement with fresh noise, five steps a sample: quick, random, of any shape. */
const jitter: ChainSolver = {
  kind: 'chain',
  name: 'jitter',
  summary: 'for tests',
  needs: { prior: 'none', noise: 'any' },
  samplesPosterior: true,
  options: z.object({ amount: z.number().min(0).default(0.1) }),
  presets: {},
  async run({ measurement }, { amount }, { random, step }) {
    for (let i = 0; i < 5; i++) await step(i, 5);
    const noise = random('jitter');
    return mapArray(measurement, (value) => value + (amount as number) * noise.normal());
  },
};

const denoise = await readProblem('denoise', 'gaussian:sigma=0.1');

interface Run {
  readonly events: FolderEvent[];
  readonly counts: Awaited<ReturnType<typeof restoreFolder>>;
  /** Messages of the failures, by item. */
  readonly failures: Record<string, string>;
}

async function run(job: Omit<FolderJob, 'spec'> & Partial<FolderJob>): Promise<Run> {
  const events: FolderEvent[] = [];
  const whole: FolderJob = { spec: denoise, solver: jitter, ...job };
  const counts = await restoreFolder(whole, (event) => events.push(event));
  const failed = events.filter((event) => event.type === 'failed');
  const failures = Object.fromEntries(failed.map(({ name, error }) => [name, error.message]));
  return { events, counts, failures };
}

/** Every file below a folder except the manifest (its seconds differ), by name. */
function snapshot(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile() && entry.name !== 'manifest.jsonl');
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'base64')]),
  );
}

function manifestLines(out: string): Record<string, unknown>[] {
  const text = readFileSync(join(out, 'manifest.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Three good pictures in two folders. */
async function threePictures(): Promise<{ root: string; input: string; out: string }> {
  const root = temporaryFolder();
  fill(join(root, 'in'), {
    'a.png': await colourPng(13, 9),
    'sub/b.png': await greyPng(8, 11, 1),
    'sub/c.png': await colourPng(10, 10, 2),
  });
  return { root, input: join(root, 'in'), out: join(root, 'out') };
}

describe('restoreFolder', () => {
  it('fails the one picture that memory does not hold, before the work, and goes on', async () => {
    const { input, out } = await threePictures();
    fill(input, { 'large.png': await colourPng(300, 300) });
    const { counts, failures } = await run({
      inputs: [input],
      out,
      maxMemory: heldMemory() + 30e6,
    });
    expect(counts).toEqual({ done: 3, unchanged: 0, failed: 1 });
    expect(failures['large']).toMatch(/an image of 300×300 needs about \d\.\d GB of memory/);
  });

  it('sees a picture in squares where memory asks for it, unless told', async () => {
    const { input, out } = await threePictures();
    fill(input, { 'large.png': await colourPng(600, 500) });
    const job = { inputs: [join(input, 'large.png')], solver: 'dps', prior: 'photo-small', samples: 1 };
    // Whole it would need 0.56 GB.
    await run({ ...job, out, options: { steps: 1 }, maxMemory: 0.74e9 });
    const [{ made }] = manifestLines(out);
    expect(made).toMatchObject({ tile: expect.any(Number) });
  });

  it('judges how large a picture is before it decodes it, but not of what is done already', async () => {
    const { input, out } = await threePictures();
    const large = await colourPng(300, 200);
    fill(input, { 'large.png': large.subarray(0, 2000) });
    // What this process holds may become less meanwhile, so that a limit just above it is none.
    const [tight, wide] = [1e6, heldMemory() + 1e9];
    const { failures } = await run({ inputs: [input], out, maxMemory: tight });
    expect(failures['large']).toMatch(/an image of 200×300 needs about \d\.\d GB/);
    const later = await run({ inputs: [input], out, maxMemory: wide });
    expect(later.failures['large']).toMatch(/large\.png is a damaged png picture/);
    fill(input, { 'large.png': large });
    await run({ inputs: [input], out, maxMemory: wide });
    const again = await run({ inputs: [input], out, maxMemory: 1 });
    expect(again.counts).toEqual({ done: 0, unchanged: 4, failed: 0 });
  });

  it('writes estimate, picture of the standard deviation, numbers and a manifest line', async () => {
    const { input, out } = await threePictures();
    const { counts } = await run({ inputs: [input], out, samples: 3, seed: 5, level: 0.8 });
    expect(counts).toEqual({ done: 3, unchanged: 0, failed: 0 });
    expect(Object.keys(snapshot(out)).sort()).toEqual(
      ['a', 'sub/b', 'sub/c']
        .flatMap((name) => [`${name}.png`, `${name}.posterior.npz`, `${name}.sd.png`])
        .sort(),
    );
    const arrays = await decodeNpz(readFileSync(join(out, 'sub/b.posterior.npz')), 'b');
    expect(Object.keys(arrays).sort()).toEqual(['lower', 'mean', 'sd', 'upper']);
    const { mean, sd, lower, upper } = arrays;
    expect(mean.array.shape).toEqual([1, 11, 8]);
    const estimate = await decodePicture(readFileSync(join(out, 'sub/b.png')), 'b.png');
    mean.array.data.forEach((value, i) => {
      expect(estimate.image.data[i]).toBeCloseTo(Math.min(Math.max(value, 0), 1), 2);
      expect(lower.array.data[i]).toBeLessThan(upper.array.data[i]);
    });
    const line = manifestLines(out).find(({ name }) => name === 'sub/b')!;
    expect(line).toMatchObject({
      version: 1,
      status: 'ok',
      made: { solver: 'jitter', options: { amount: 0.1 }, samples: 3, seed: 5, level: 0.8, estimate: 'mean' },
      files: ['sub/b.png', 'sub/b.sd.png', 'sub/b.posterior.npz'],
      samplesPosterior: true,
    });
    expect(line['misfit']).toHaveLength(3);
    // The scale of the picture of the standard deviation.
    const white = line['sdWhite'] as number;
    const map = await decodePicture(readFileSync(join(out, 'sub/b.sd.png')), 'b.sd.png');
    sd.array.data.forEach((value, i) => {
      expect(Math.abs(map.image.data[i] * white - value)).toBeLessThan((0.51 * white) / 255);
    });
  });

  it('writes the estimate that is asked for, in the form that is asked for', async () => {
    const { input, out } = await threePictures();
    const inputs = [join(input, 'a.png')];
    await run({ inputs, out, samples: 3, estimate: 'median', format: 'npy' });
    await run({ inputs, out: join(out, 's'), samples: 3, estimate: 'sample', format: 'tiff', bits: 16 });
    await run({ inputs, out: join(out, 'one'), samples: 1, format: 'npy' });
    expect(Object.keys(snapshot(join(out, 's')))).toContain('a.tiff');
    expect(await sharp(join(out, 's/a.tiff')).metadata()).toMatchObject({
      depth: 'ushort',
      width: 13,
      height: 9,
    });
    // One sample has no spread; it is also the first of three.
    expect(Object.keys(snapshot(join(out, 'one'))).sort()).toEqual(['a.npy', 'a.posterior.npz']);
    expect(Object.keys(await decodeNpz(readFileSync(join(out, 'one/a.posterior.npz')), 'one'))).toEqual([
      'mean',
    ]);
    const first = await decodePicture(readFileSync(join(out, 's/a.tiff')), 'a.tiff');
    decodeNpy(readFileSync(join(out, 'one/a.npy')), 'a.npy').array.data.forEach((value, i) => {
      expect(Math.abs(first.image.data[i] - Math.min(Math.max(value, 0), 1))).toBeLessThan(0.51 / 65535);
    });
  });

  it('gives the same bytes alone, in a folder and in another order', async () => {
    const { input, out } = await threePictures();
    await run({ inputs: [input], out });
    const together = snapshot(out);
    for (const name of ['sub/c', 'a'])
      await run({ inputs: [join(input, `${name}.png`)], out: join(out, 'alone') });
    const alone = snapshot(join(out, 'alone'));
    for (const ending of ['.png', '.sd.png', '.posterior.npz']) {
      expect(alone[`c${ending}`], ending).toBe(together[`sub/c${ending}`]);
      expect(alone[`a${ending}`], ending).toBe(together[`a${ending}`]);
    }
    await run({ inputs: [input], out: join(out, 'seed'), seed: 1 });
    expect(snapshot(join(out, 'seed'))['a.png']).not.toBe(together['a.png']);
  });

  it('continues after an interrupt at any step, to the same bytes', async () => {
    const { root, input, out } = await threePictures();
    await run({ inputs: [input], out, samples: 2 });
    const whole = snapshot(out);
    for (const stopAt of [1, 12, 25]) {
      const again = join(root, `again-${stopAt}`);
      const controller = new AbortController();
      let steps = 0;
      const job = {
        inputs: [input],
        out: again,
        spec: denoise,
        solver: jitter,
        samples: 2,
        signal: controller.signal,
      };
      const stopped = restoreFolder(job, (event) => {
        if (event.type === 'progress' && ++steps === stopAt) controller.abort();
      });
      await expect(stopped).rejects.toThrow(/abort/i);
      expect(steps).toBe(stopAt);
      const { counts } = await run({ inputs: [input], out: again, samples: 2 });
      const finished = Math.floor((stopAt - 1) / 10);
      expect(counts).toEqual({ done: 3 - finished, unchanged: finished, failed: 0 });
      expect(snapshot(again)).toEqual(whole);
    }
  });

  it('does again what was torn or has lost a file, and nothing else', async () => {
    const { input, out } = await threePictures();
    await run({ inputs: [input], out });
    const whole = snapshot(out);
    expect((await run({ inputs: [input], out })).counts).toEqual({ done: 0, unchanged: 3, failed: 0 });

    rmSync(join(out, 'sub/b.sd.png'));
    expect((await run({ inputs: [input], out })).counts).toEqual({ done: 1, unchanged: 2, failed: 0 });

    const manifest = readFileSync(join(out, 'manifest.jsonl'), 'utf8');
    const lines = manifest.trimEnd().split('\n').slice(0, 3); // a, b, c and b again
    writeFileSync(join(out, 'manifest.jsonl'), `${lines[0]}\n${lines[1]}\n${lines[2].slice(0, 40)}`);
    const { counts, events } = await run({ inputs: [input], out });
    expect(counts).toEqual({ done: 1, unchanged: 2, failed: 0 });
    expect(events.find(({ type }) => type === 'done')).toMatchObject({ name: 'sub/c' });
    expect(snapshot(out)).toEqual(whole);
  });

  it('replaces another result only by force, and names the first difference', async () => {
    const { input, out } = await threePictures();
    const inputs = [join(input, 'a.png')];
    await run({ inputs, out });
    const before = snapshot(out);
    const refused = async (change: Partial<FolderJob>) =>
      (await run({ inputs, out, ...change })).failures['a'];
    expect(await refused({ seed: 3 })).toBe(
      `${join(out, 'a')} was made with seed = 0, now asked for with 3; --force replaces it`,
    );
    expect(await refused({ options: { amount: 0.2 } })).toMatch(
      /was made with options\.amount = 0\.1, now .* 0\.2;/,
    );
    expect(await refused({ spec: await readProblem('denoise', 'gaussian:sigma=0.2') })).toMatch(
      /with problem\.noise\.options\.sigma = 0\.1, now asked for with 0\.2/,
    );
    expect(await refused({ solverVersion: 'x' })).toMatch(
      /with solverVersion = none, now asked for with "x"/,
    );
    writeFileSync(inputs[0], await colourPng(13, 9, 4));
    expect(await refused({})).toMatch(/was made with input = "[0-9a-f]{64}", now/);
    expect(snapshot(out)).toEqual(before);
    expect((await run({ inputs, out, force: true })).counts).toEqual({ done: 1, unchanged: 0, failed: 0 });
    expect(snapshot(out)['a.png']).not.toBe(before['a.png']);
    expect((await run({ inputs, out })).counts.unchanged).toBe(1);
  });

  it('takes a prior of structured noise, which is part of what a result was made from', async () => {
    const { input, out } = await threePictures();
    const white = (name: string): Prior => {
      const mean = new Float64Array(3 * 9 * 13).fill(0.5);
      return {
        ...mixturePrior(new GaussianMixture([{ weight: 1, mean, covariance: 0.05 }]), [3, 9, 13]),
        name,
      };
    };
    const job = { inputs: [join(input, 'a.png')], out, solver: undefined, options: { steps: 2 }, samples: 1 };
    const rain = { ...job, prior: white('photographs'), noisePrior: white('rain') };
    expect((await run(rain)).counts).toEqual({ done: 1, unchanged: 0, failed: 0 });
    expect(manifestLines(out)[0]).toMatchObject({
      made: { solver: 'joint-diffusion', noiseWeights: ['rain'] },
      misfit: [],
    });
    expect((await run(rain)).counts.unchanged).toBe(1);
    expect((await run({ ...rain, noisePrior: white('snow') })).failures['a']).toMatch(
      /was made with noiseWeights.* = "rain", now asked for with "snow"/,
    );
    const unknown = restoreFolder({ ...rain, spec: await readProblem('denoise') });
    await expect(unknown).rejects.toThrow('--noise-prior needs --noise: an estimate would count');
  });

  it('restores the good pictures of a folder that has bad ones, each told in a sentence', async () => {
    const { input, out } = await threePictures();
    const good = readFileSync(join(input, 'a.png'));
    fill(input, {
      'truncated.png': good.subarray(0, good.length - 40),
      'empty.png': '',
      'text.png': 'this is no picture',
      'wide.png': await sharp({ create: { width: 30_000, height: 2, channels: 3, background: 'red' } })
        .png()
        .toBuffer(),
      'nan.npy': encodeNpy(floatArray(Float32Array.of(0, Number.NaN, 0), [3, 1, 1])),
      'same.png': good,
      'same.tif': good,
    });
    const { counts, failures } = await run({ inputs: [input], out });
    expect(counts).toEqual({ done: 3, unchanged: 0, failed: 6 });
    const path = (name: string) => join(input, name);
    expect(failures).toEqual({
      truncated: expect.stringMatching(/truncated\.png is a damaged png picture: /),
      empty: `${path('empty.png')} is an empty file, expected a picture`,
      text: expect.stringMatching(/text\.png is not a picture: its bytes are of no known format/),
      wide: expect.stringMatching(
        /wide\.png is 30000×2 pixels, and the limit is 16384 pixels a side \(--max-pixels/,
      ),
      nan: expect.stringMatching(/value 1 of the measurement is NaN, not a finite number/),
      same: `${path('same.png')} and ${path('same.tif')} would both be written as same, so neither is restored`,
    });
    for (const message of Object.values(failures)) expect(message).not.toContain('\n');
    const statuses = manifestLines(out).map(({ name, status }) => `${name} ${status}`);
    expect(statuses).toContain('truncated failed');
    // Mended, it is done by the same command.
    fill(input, { 'truncated.png': good });
    expect((await run({ inputs: [input], out })).counts).toEqual({ done: 1, unchanged: 3, failed: 5 });
  });

  it('raises the limit of pixels when asked, and restores a single pixel', async () => {
    const root = temporaryFolder();
    const flat = (width: number) =>
      sharp({ create: { width, height: 1, channels: 3, background: 'red' } }).png();
    fill(root, { 'in/wide.png': await flat(20_000).toBuffer(), 'in/one.png': await flat(1).toBuffer() });
    const limits = { side: Number.POSITIVE_INFINITY, pixels: 20_000 };
    const { counts } = await run({
      inputs: [join(root, 'in')],
      out: join(root, 'out'),
      limits,
      solver: 'wiener',
    });
    expect(counts).toEqual({ done: 2, unchanged: 0, failed: 0 });
    expect((await sharp(join(root, 'out/one.png')).metadata()).width).toBe(1);
  });

  it('says which option file is wrong: a mask of another size, a kernel that sums to nothing', async () => {
    const { root, input, out } = await threePictures();
    const kernel = (values: number[], shape: number[]) =>
      encodeNpy(floatArray(Float32Array.from(values), shape));
    fill(root, {
      'mask.png': await greyPng(12, 9),
      'nothing.npy': kernel([0.5, -1, 0.5], [1, 3]),
    });
    const failure = async (spec: string) => {
      const job = { inputs: [join(input, 'a.png')], out, solver: 'wiener' };
      return (await run({ ...job, spec: await readProblem(spec, 'gaussian:sigma=0.1') })).failures['a'];
    };
    expect(await failure(`inpaint:mask=${join(root, 'mask.png')}`)).toMatch(/mask .*9×12.*9×13|9×13.*9×12/);
    expect(await failure(`blur:kernel=${join(root, 'nothing.npy')}`)).toMatch(/sums to 0/);
    const missing = run({
      inputs: [input],
      out,
      spec: await readProblem('inpaint:mask=none.png', 'gaussian:sigma=0.1'),
    });
    await expect(missing).rejects.toThrow(UsageError);
    await expect(missing).rejects.toThrow(
      /^option mask of inpaint: none\.png cannot be read: there is no such file/,
    );
  });

  it('cannot start without an input, with an unknown solver, or into a file', async () => {
    const { root, input, out } = await threePictures();
    fill(root, { file: '' });
    await expect(run({ inputs: [join(root, 'none')], out })).rejects.toThrow(/none does not exist/);
    await expect(run({ inputs: [input], out, solver: 'weiner' })).rejects.toThrow(
      /there is no solver "weiner"; the nearest are wiener/,
    );
    await expect(run({ inputs: [input], out: join(input, 'out') })).rejects.toThrow(
      /lies within the input folder/,
    );
    await expect(run({ inputs: [input], out: join(root, 'file/out') })).rejects.toThrow(
      /manifest\.jsonl cannot be written: a part of its path is a file/,
    );
    await expect(run({ inputs: [input], out, truth: join(root, 'file') })).rejects.toThrow(
      /file is not a folder/,
    );
    expect(readdirSync(root).sort()).toEqual(['file', 'in']);
  });

  it('scores against the truth of the same name, and only warns where there is none', async () => {
    const { root, input, out } = await threePictures();
    fill(root, { 'truth/a.png': await colourPng(13, 9), 'truth/sub/c.png': await colourPng(9, 10) });
    // A denoised picture that is its own truth: amount 0 gives it back exactly.
    const { events } = await run({
      inputs: [input],
      out,
      truth: join(root, 'truth'),
      options: { amount: 0.01 },
    });
    const lines = Object.fromEntries(manifestLines(out).map((line) => [line['name'], line]));
    // Mean of four: noise of 0.01/√4, so 20 log10(200) = 46 dB.
    expect(lines['a']['psnr'] as number).toBeCloseTo(46, 0);
    expect(lines['a']['ssim'] as number).toBeGreaterThan(0.9);
    expect(lines['sub/b']).not.toHaveProperty('psnr');
    const warnings = events.filter((event) => event.type === 'warning');
    const ofTruth = warnings.filter(({ code }) => code === 'truth');
    expect(ofTruth.map(({ name, message }) => [name, message.replaceAll(root, '')])).toEqual([
      ['sub/b', '/truth holds no truth for sub/b'],
      ['sub/c', 'the truth /truth/sub/c.png has shape 3×10×9, but the estimate has 3×10×10'],
    ]);
  });

  it('estimates the noise of pictures when none is said, and asks for it of arrays', async () => {
    const root = temporaryFolder();
    const flat = sharp({ create: { width: 64, height: 64, channels: 3, background: '#808080' } }).png();
    const noise = keyedRandom(0, 'noise', 0)('test').normals([64 * 64 * 3]);
    const noisy = Uint8Array.from(noise.data, (value) => Math.round(128 + 10 * value));
    const raw = sharp(noisy, { raw: { width: 64, height: 64, channels: 3 } });
    fill(root, {
      'in/clean.png': await flat.toBuffer(),
      'in/noisy.png': await raw.png().toBuffer(),
      'in/small.png': await colourPng(8, 8),
      'in/y.npy': encodeNpy(floatArray(new Float32Array(3), [3, 1, 1])),
    });
    const out = join(root, 'out');
    const { events, failures } = await run({
      inputs: [join(root, 'in')],
      out,
      spec: await readProblem('denoise'),
      options: { amount: 1e-3 }, // near the noise of the clean one
    });
    expect(failures).toEqual({
      y: expect.stringMatching(
        /--noise is needed for .*y\.npy: only a picture's noise level can be estimated/,
      ),
    });
    const estimates = events.filter((event) => event.type === 'noise');
    expect(estimates.map(({ name }) => name)).toEqual(['clean', 'noisy', 'small']);
    expect(estimates.map(({ taken }) => taken)).toEqual(['nothing', 'gaussian', 'nothing']);
    expect(estimates[1].description).toMatch(/^σ (9\.[5-9]|10\.[0-4])\/255, white$/);
    const lines = manifestLines(out) as unknown as {
      name: string;
      made: { problem: { noise: { options: { sigma: number } } } };
      noise: unknown;
    }[];
    const [clean, withNoise] = ['clean', 'noisy'].map((name) => lines.find((line) => line.name === name)!);
    // Without any noise there still is that of rounding to 255 levels.
    expect(clean.made.problem.noise.options.sigma).toBeCloseTo(1 / 255 / Math.sqrt(12), 6);
    expect(withNoise.made.problem.noise.options.sigma).toBe(estimates[1].sigma);
    expect(withNoise.noise).toMatchObject({ kind: 'white', sigma: estimates[1].sigma, grain: 1 });
  });

  it('restores JPEG files by the tables of each, and says of a PNG what to give', async () => {
    const root = temporaryFolder();
    const [input, out] = [join(root, 'in'), join(root, 'out')];
    fill(input, {
      'a.jpg': await sharp(await colourPng(24, 24))
        .jpeg({ quality: 60 })
        .toBuffer(),
      'b.jpg': await sharp(await colourPng(24, 24))
        .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
        .toBuffer(),
      'c.png': await colourPng(24, 24),
    });
    const spec = await readProblem('dejpeg', 'gaussian:sigma=0.1');
    const { counts, failures } = await run({ inputs: [input], out, spec });
    expect(counts).toEqual({ done: 2, unchanged: 0, failed: 1 });
    expect(failures.c).toBe(
      'jpeg needs the quality, such as jpeg:quality=75: it is no JPEG file, which would tell',
    );
    const made = manifestLines(out).map(
      ({ made }) => made as { problem: { operators: { options: object }[] } },
    );
    const [a, b] = made.filter(Boolean).map(({ problem }) => problem.operators[0].options);
    expect(a).toMatchObject({
      chroma: 'half',
      orientation: 1,
      tables: [...quantisationTables(60).luma, ...quantisationTables(60).chroma],
    });
    expect(b).toMatchObject({
      chroma: 'full',
      tables: [...quantisationTables(90).luma, ...quantisationTables(90).chroma],
    });
  });

  it('keeps each sample where asked, and removes those of before that are too many', async () => {
    const { input, out } = await threePictures();
    const only = { inputs: [join(input, 'a.png')], out, keepSamples: true };
    await run({ ...only, samples: 3, estimate: 'sample' });
    const names = () => readdirSync(out).filter((name) => name.includes('sample-'));
    expect(names()).toEqual(['a.sample-1.png', 'a.sample-2.png', 'a.sample-3.png']);
    expect(readFileSync(join(out, 'a.sample-1.png'))).toEqual(readFileSync(join(out, 'a.png')));
    expect((await run({ ...only, samples: 3, estimate: 'sample' })).counts.unchanged).toBe(1);
    rmSync(join(out, 'a.sample-2.png'));
    expect((await run({ ...only, samples: 3, estimate: 'sample' })).counts.done).toBe(1);
    await run({ ...only, samples: 2, estimate: 'sample', force: true });
    expect(names()).toEqual(['a.sample-1.png', 'a.sample-2.png']);
    expect(manifestLines(out).at(-1)?.['files']).toContain('a.sample-2.png');
    await run({ ...only, samples: 2, estimate: 'sample', keepSamples: false, force: true });
    expect(names()).toEqual([]);
  });

  it('writes what loses something only where asked, as good as the input, and says what JPEG does not hold', async () => {
    const root = temporaryFolder();
    const jpeg = await sharp(await colourPng(24, 16))
      .jpeg({ quality: 70 })
      .toBuffer();
    const sticker = await sharp(await colourPng(24, 16))
      .ensureAlpha(0.5)
      .png()
      .toBuffer();
    fill(root, { 'in/a.jpg': jpeg, 'in/b.png': sticker });
    const both = { inputs: [join(root, 'in')], samples: 1 };
    const written = async (out: string, more: Partial<FolderJob>) => {
      const { events } = await run({ ...both, ...more, out: join(root, out) });
      const files = readdirSync(join(root, out)).filter((name) => /^[ab]\.(jpeg|png)$/.test(name));
      return [files, events.flatMap((event) => (event.type === 'warning' ? [event.code] : []))];
    };
    expect(await written('plain', {})).toEqual([['a.png', 'b.png'], []]);
    expect(await written('own', { format: 'input' })).toEqual([['a.jpeg', 'b.png'], []]);
    expect(await written('jpeg', { format: 'jpeg', quality: 40 })).toEqual([['a.jpeg', 'b.jpeg'], ['alpha']]);
    const qualityOf = async (path: string) =>
      (await decodePicture(readFileSync(join(root, path)), path)).quality;
    expect([await qualityOf('own/a.jpeg'), await qualityOf('jpeg/a.jpeg')]).toEqual([70, 40]);
    for (const [quality, format] of [
      [40, undefined],
      [0, 'jpeg'],
    ] as const) {
      await expect(run({ ...both, out: join(root, 'no'), quality, format })).rejects.toThrow(/^--quality /);
    }
  });

  it('looks at each picture where no problem is named, and restores what it finds', async () => {
    const root = temporaryFolder();
    const [input, out] = [join(root, 'in'), join(root, 'out')];
    const grain = keyedRandom(0, 'looked at', 0)('noise');
    const scene = (sigma: number) =>
      sharp(
        Uint8Array.from({ length: 96 * 96 * 3 }, (_, i) => {
          const [x, y] = [Math.floor(i / 3) % 96, Math.floor(i / 288)];
          return 120 + 60 * Math.sin(x / 25) * Math.cos(y / 20) + sigma * grain.normal();
        }),
        { raw: { width: 96, height: 96, channels: 3 } },
      );
    fill(input, {
      'clean.png': await scene(0).png().toBuffer(),
      'noisy.png': await scene(12).png().toBuffer(),
      'blocks.jpg': await scene(0).jpeg({ quality: 30 }).toBuffer(),
      'was.png': await sharp(await scene(0).jpeg({ quality: 30 }).toBuffer())
        .png()
        .toBuffer(),
      'array.npy': encodeNpy(floatArray(new Float32Array(192), [3, 8, 8])),
    });
    const { events, counts, failures } = await run({
      inputs: [input],
      out,
      spec: { operators: [] },
      options: { amount: 0 },
    });
    expect(counts).toEqual({ done: 2, unchanged: 0, failed: 1, nothing: 2 });
    expect(failures.array).toMatch(/^--problem is needed for .*array\.npy: only a picture can be looked at$/);
    const found = events.filter((event) => event.type === 'found');
    expect(Object.fromEntries(found.map(({ name, problem }) => [name, problem]))).toEqual({
      ...{ blocks: 'jpeg', clean: undefined, noisy: 'denoise', was: undefined },
    });
    expect(found.find(({ name }) => name === 'was')?.description).toMatch(
      /^JPEG blocks, but in a file that is no JPEG/,
    );
    const restored = manifestLines(out).filter(({ status }) => status === 'ok');
    expect(restored.map(({ name }) => name)).toEqual(['blocks', 'noisy']);
    // Told noise is not looked for.
    const told = { operators: [], noise: { name: 'gaussian', options: { sigma: 0.1 } } };
    const again = await run({ inputs: [join(input, 'clean.png')], out: join(root, 'told'), spec: told });
    expect(again.counts).toEqual({ done: 1, unchanged: 0, failed: 0, nothing: 0 });
  });

  it('leaves no part of a file of an item that failed', async () => {
    const { input, out } = await threePictures();
    const breaking: ChainSolver = { ...jitter, run: () => Promise.reject(new Error('the solver broke')) };
    const { counts, failures } = await run({ inputs: [input], out, solver: breaking });
    expect(counts.failed).toBe(3);
    expect(failures['a']).toBe('the solver broke');
    expect(snapshot(out)).toEqual({});
  });
});
