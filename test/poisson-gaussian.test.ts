/** The chain of a satellite with the noise of its sensor, from a picture to its restoration by its own likelihood. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { restoreFolder } from '../src/jobs/restore-folder.js';
import { simulateFolder } from '../src/jobs/simulate-folder.js';
import { readProblem } from '../src/load/problem-files.js';
import { colourPng } from './pictures.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'retrodict-satellite-'));
  await mkdir(join(root, 'in'));
  await writeFile(join(root, 'in/a.png'), await colourPng(32, 24));
});
afterAll(() => rm(root, { recursive: true }));

it('a picture of a satellite, with its photons and its read-out noise', async () => {
  const [images, measured, out] = ['in', 'measured', 'out'].map((name) => join(root, name));
  const spec = await readProblem('satellite:mtf=0.3', 'poisson-gaussian:gain=1/200,sigma=0.02');
  expect(await simulateFolder({ inputs: [images], out: measured, spec })).toEqual({ done: 1, failed: 0 });
  const job = { inputs: [measured], truth: images, prior: 'photo', samples: 1 };
  const told = await readProblem(join(measured, 'problem.json'));
  const summary = await restoreFolder({ ...job, out, spec: told });
  expect(summary).toEqual({ done: 1, unchanged: 0, failed: 0 });
  const line = JSON.parse(await readFile(join(out, 'manifest.jsonl'), 'utf8'));
  expect(line.made).toMatchObject({
    solver: 'dps',
    problem: { noise: { name: 'poisson-gaussian', options: { gain: 1 / 200, sigma: 0.02 } } },
  });
  for (const misfit of line.misfit) expect(Math.abs(misfit - 1)).toBeLessThan(0.3);
  expect(line.psnr).toBeGreaterThan(31); // the measurement has 25.3
});
