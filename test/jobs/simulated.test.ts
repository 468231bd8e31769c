/**
 * Measurements that are no pictures, from simulate to restore: complex64 stays complex64, and files travel with the
 * spec.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { parseProblem, parseTerm } from '../../problems/index.js';
import { birdcageMaps } from '../../problems/medical/coil-maps.js';
import { floatArray } from '../../src/core/array.js';
import { psnr } from '../../src/core/metrics.js';
import { readInput } from '../../src/io/inputs.js';
import { decodeNpy, encodeNpy } from '../../src/io/npy.js';
import { restoreFolder } from '../../src/jobs/restore-folder.js';
import { simulateFolder } from '../../src/jobs/simulate-folder.js';
import { bindMeasurement, describeSimulation } from '../../src/jobs/simulated.js';
import { readProblem } from '../../src/load/problem-files.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng, greyPng } from '../pictures.js';

const [HEIGHT, WIDTH] = [12, 16];

async function roundTrip(operators: string) {
  const folder = temporaryFolder();
  const truth = join(folder, 'a.png');
  const grey = await greyPng(WIDTH, HEIGHT);
  writeFileSync(truth, grey);
  writeFileSync(join(folder, 'maps.npy'), encodeNpy(birdcageMaps(3, HEIGHT, WIDTH), { complex: true }));
  const text = operators.replace('maps.npy', join(folder, 'maps.npy'));
  const measured = join(folder, 'measured');
  const spec = await readProblem(text, 'gaussian:sigma=1e-3');
  const failures: string[] = [];
  const note = (event: { type: string; error?: Error }) => {
    if (event.error) failures.push(event.error.message);
  };
  await simulateFolder({ inputs: [truth], out: measured, spec }, note);
  const again = await readProblem(join(measured, 'problem.json'));
  const out = join(folder, 'out');
  await restoreFolder(
    { inputs: [join(measured, 'a.npy')], out, spec: again, solver: 'wiener', format: 'npy' },
    note,
  );
  expect(failures).toEqual([]);
  const found = decodeNpy(readFileSync(join(out, 'a.npy')), 'a.npy');
  const { array } = await readInput(truth);
  return {
    measurement: decodeNpy(readFileSync(join(measured, 'a.npy')), 'a.npy'),
    found,
    score: psnr(found.array, array),
  };
}

describe('simulate, then restore', () => {
  it.each([
    ['mri:acceleration=1', [1, HEIGHT, WIDTH, 2]],
    ['mri:acceleration=1,maps=maps.npy', [3, HEIGHT, WIDTH, 2]],
  ])('%s in complex numbers', async (operators, shape) => {
    const { measurement, found, score } = await roundTrip(operators);
    expect(measurement.complex).toBe(true);
    expect(measurement.array.shape).toEqual(shape);
    expect(found.complex).toBe(false);
    expect(found.array.shape).toEqual([1, HEIGHT, WIDTH]);
    expect(score).toBeGreaterThan(40);
  });

  it.each(['interferometry:longest=4', 'ct:angles=60', 'scattering'])(
    '%s, whose measurement does not tell the size of the image, but the file beside it does',
    async (operators) => {
      const { found } = await roundTrip(operators);
      expect(found.array.shape).toEqual([1, HEIGHT, WIDTH]);
    },
  );

  it('ct:angles=60,size=12x16 in real ones', async () => {
    const { measurement, score } = await roundTrip(`ct:angles=60,size=${HEIGHT}x${WIDTH}`);
    expect(measurement.complex).toBe(false);
    expect(measurement.array.shape).toEqual([1, 60, 20]);
    expect(score).toBeGreaterThan(30);
  });
});

const image = floatArray(
  Float32Array.from({ length: 12 * 10 }, (_, i) => 0.5 + 0.3 * Math.sin(i / 9)),
  [1, 12, 10],
);

describe('complex measurements', () => {
  it('are written as complex64 and restored from .npy and .npz alike', async () => {
    const folder = temporaryFolder();
    const [measured, out] = [join(folder, 'measured'), join(folder, 'out')];
    writeFileSync(join(folder, 'a.npy'), encodeNpy(image));
    const spec = await readProblem('mri:acceleration=1', 'gaussian:sigma=0.001');
    await simulateFolder({ inputs: [join(folder, 'a.npy')], out: measured, spec });
    const bytes = readFileSync(join(measured, 'a.npy'));
    expect(bytes.subarray(0, 128).toString('latin1')).toContain("'descr': '<c8'");
    expect(bytes.subarray(0, 128).toString('latin1')).toContain("'shape': (1, 12, 10)");

    const archives = join(folder, 'archives');
    mkdirSync(archives);
    writeFileSync(join(archives, 'b.npz'), zipSync({ 'kspace.npy': new Uint8Array(bytes) }));
    writeFileSync(join(archives, 'c.npz'), zipSync({ 'x.npy': encodeNpy(image), 'y.npy': encodeNpy(image) }));
    const errors: string[] = [];
    const summary = await restoreFolder(
      {
        inputs: [join(measured, 'a.npy'), archives],
        out,
        spec: await readProblem(join(measured, 'problem.json')),
        solver: 'wiener',
        options: { weight: 0.01 },
        format: 'npy',
      },
      (event) => {
        if (event.type === 'failed') errors.push(event.error.message);
      },
    );
    expect(summary).toEqual({ done: 2, unchanged: 0, failed: 1 });
    expect(errors[0]).toContain('c.npz holds 2 arrays (x, y): say which with --dataset');
    const [a, b] = ['a', 'b'].map((name) => decodeNpy(readFileSync(join(out, `${name}.npy`)), name).array);
    expect(b.data).toEqual(a.data);
    for (const [i, value] of a.data.entries()) expect(Math.abs(value - image.data[i])).toBeLessThan(0.02);
  });
});

it('a picture of a satellite, with its photons and its read-out noise', async () => {
  const root = temporaryFolder();
  const [images, measured, out] = ['in', 'measured', 'out'].map((name) => join(root, name));
  fill(root, { 'in/a.png': await colourPng(32, 24) });
  const spec = await readProblem('satellite:mtf=0.3', 'poisson-gaussian:gain=1/200,sigma=0.02');
  expect(await simulateFolder({ inputs: [images], out: measured, spec })).toEqual({ done: 1, failed: 0 });
  const job = { inputs: [measured], truth: images, prior: 'photo', samples: 1 };
  const told = await readProblem(join(measured, 'problem.json'));
  const summary = await restoreFolder({ ...job, out, spec: told });
  expect(summary).toEqual({ done: 1, unchanged: 0, failed: 0 });
  const line = JSON.parse(readFileSync(join(out, 'manifest.jsonl'), 'utf8'));
  expect(line.made).toMatchObject({
    solver: 'diffpir',
    problem: { noise: { name: 'poisson-gaussian', options: { gain: 1 / 200, sigma: 0.02 } } },
  });
  for (const misfit of line.misfit) expect(Math.abs(misfit - 1)).toBeLessThan(0.3);
  expect(line.psnr).toBeGreaterThan(31); // the measurement has 25.3
});

describe('what stands beside a measurement', () => {
  const spec = parseProblem('ct:angles=60');
  const noisy = { ...spec, noise: parseTerm('gaussian:sigma=0.1') };
  const described = (change: object) => {
    const folder = temporaryFolder();
    fill(folder, { 'a.json': JSON.stringify({ version: 1, imageShape: [1, 12, 16], ...change }) });
    return bindMeasurement(join(folder, 'a.npy'), [1, 60, 20], noisy, {});
  };

  it('tells the image where the measurement does not', async () => {
    expect((await described({})).imageShape).toEqual([1, 12, 16]);
  });

  it.each([
    ['another version', { version: 2 }],
    ['no image', { imageShape: [1, -12, 16] }],
    ['the image of another measurement', { imageShape: [1, 40, 40] }],
    ['an image that is far too large for its measurement', { imageShape: [1, 99999, 99999] }],
  ])('is not believed where it is %s', async (_, change) => {
    const bound = described(change).then(({ imageShape }) => imageShape);
    await expect(bound.catch(() => 'refused')).resolves.not.toEqual(
      (change as { imageShape?: number[] }).imageShape ?? [1, 12, 16],
    );
  });

  it('is what simulate writes', async () => {
    expect(describeSimulation(await described({}))).toMatchObject({
      version: 1,
      imageShape: [1, 12, 16],
      measurementShape: [1, 60, 20],
      field: 'real',
    });
  });
});
