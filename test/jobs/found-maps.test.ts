/**
 * A map that the picture tells, as `haze` has one: found again without noise, written beside the estimate, recorded.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { bind } from '../../problems/bind.js';
import type { PointSolver } from '../../solvers/solver.js';
import { type FloatArray, floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { readPicture } from '../../src/io/picture-file.js';
import { type FolderEvent, restoreFolder } from '../../src/jobs/restore-folder.js';
import { readProblem } from '../../src/load/problem-files.js';
import { restore } from '../../src/restore.js';
import { fill, temporaryFolder } from '../io/folders.js';

const [HEIGHT, WIDTH] = [40, 60];

/** Tiles of light and dark behind haze that grows upwards, and a sky of nothing else. */
function hazy(sigma: number): FloatArray {
  const random = keyedRandom(1, 'haze', 0)('picture');
  const tiles = Array.from({ length: 20 * 30 }, (_, i) => (i % 3 === 0 ? 0 : random.uniform()));
  const data = Float32Array.from({ length: 3 * HEIGHT * WIDTH }, (_, i) => {
    const [row, column] = [Math.floor(i / WIDTH) % HEIGHT, i % WIDTH];
    const share = row < 6 ? 0 : 0.2 + (0.6 * row) / HEIGHT;
    const colour = 1 - 0.2 * Math.floor(i / (HEIGHT * WIDTH));
    return (
      share * colour * tiles[(row >> 1) * 30 + (column >> 1)] + 0.85 * (1 - share) + sigma * random.normal()
    );
  });
  return floatArray(data, [3, HEIGHT, WIDTH]);
}

/** Knows the picture without noise. */
const knowing = (clean: FloatArray): PointSolver => ({
  kind: 'point',
  name: 'knowing',
  summary: 'for tests',
  needs: { prior: 'none', noise: 'any' },
  samplesPosterior: false,
  options: z.object({}),
  presets: {},
  async run({ problem }, _, context) {
    await context.step(0, 1);
    return problem.operator.undo!.invert(clean);
  },
});

const spec = await readProblem('haze', 'gaussian:sigma=0.05');

it('is found from what the restored image would give without noise', async () => {
  const clean = hazy(0);
  const measurement = hazy(0.05);
  const fractions: number[] = [];
  const { found } = await restore({
    ...{ measurement, problem: spec, solver: knowing(clean) },
    onProgress: ({ fraction }) => fractions.push(fraction),
  });
  const told = bind(spec, { measurementShape: clean.shape }, { measurement: clean }).found!;
  const misled = bind(spec, { measurementShape: clean.shape }, { measurement }).found!;
  const gap = (map: FloatArray) =>
    Math.max(...map.data.map((v, i) => Math.abs(v - found!.files.transmission.data[i])));
  expect(gap(told.files.transmission)).toBeLessThan(1e-3);
  expect(gap(misled.files.transmission)).toBeGreaterThan(0.03);
  expect(fractions).toEqual([0, 0.5]);
});

it('is written beside the estimate, recorded, and taken again as an option', async () => {
  const root = temporaryFolder();
  const clean = hazy(0);
  const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const;
  const interleaved = Uint8Array.from({ length: clean.size }, (_, i) =>
    Math.round(255 * clean.data[(i % 3) * HEIGHT * WIDTH + Math.floor(i / 3)]),
  );
  fill(root, { 'a.png': await sharp(interleaved, { raw }).png().toBuffer() });
  const run = async (text: string, out: string) => {
    const events: FolderEvent[] = [];
    const problem = await readProblem(text, 'gaussian:sigma=0.01');
    const { image } = await readPicture(join(root, 'a.png'));
    await restoreFolder(
      { inputs: [join(root, 'a.png')], out: join(root, out), spec: problem, solver: knowing(image) },
      (event) => events.push(event),
    );
    const failed = events.find(({ type }) => type === 'failed');
    expect(failed).toBeUndefined();
    return JSON.parse(readFileSync(join(root, out, 'manifest.jsonl'), 'utf8'));
  };
  const line = await run('haze', 'blind');
  expect(line.files).toContain('a.transmission.png');
  expect(line.found.airlight).toHaveLength(3);
  for (const light of line.found.airlight) expect(light).toBeCloseTo(0.85, 2);
  const map = join(root, 'blind/a.transmission.png');
  expect(await sharp(map).metadata()).toMatchObject({ channels: 1, depth: 'ushort', height: HEIGHT });

  const told = await run(`haze:transmission=${map},airlight=${line.found.airlight.join(':')}`, 'told');
  expect(told.files).not.toContain('a.transmission.png');
  const [one, two] = await Promise.all(
    ['blind', 'told'].map(async (out) => (await readPicture(join(root, out, 'a.png'))).image.data),
  );
  expect(Math.max(...one.map((value, i) => Math.abs(value - two[i])))).toBeLessThan(2.1 / 255);
});
