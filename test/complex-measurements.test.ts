/**
 * Measurements that are no pictures, from simulate to restore: complex64 stays complex64, and files travel with the
 * spec.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { birdcageMaps } from '../problems/medical/coil-maps.js';
import { psnr } from '../src/core/metrics.js';
import { readInput } from '../src/io/inputs.js';
import { decodeNpy, encodeNpy } from '../src/io/npy.js';
import { restoreFolder } from '../src/jobs/restore-folder.js';
import { simulateFolder } from '../src/jobs/simulate-folder.js';
import { readProblem } from '../src/load/problem-files.js';
import { temporaryFolder } from './io/folders.js';
import { greyPng } from './pictures.js';

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
