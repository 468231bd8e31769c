import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeNpy } from '../../src/io/npy.js';
import { decodePicture } from '../../src/io/picture.js';
import { type SimulationEvent, type SimulationJob, simulateFolder } from '../../src/jobs/simulate-folder.js';
import { readProblem } from '../../src/load/problem-files.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng, greyPng } from '../pictures.js';

async function simulated(job: Partial<SimulationJob> = {}) {
  const root = temporaryFolder();
  fill(root, { 'in/a.png': await colourPng(40, 30), 'in/sub/g.png': await greyPng(9, 8), 'in/bad.png': '' });
  const spec = await readProblem('denoise', 'gaussian:sigma=0.2');
  const events: SimulationEvent[] = [];
  const out = join(root, 'out');
  const whole = { inputs: [join(root, 'in')], out, spec, ...job };
  const counts = await simulateFolder(whole, (event) => events.push(event));
  return { root, out, counts, events };
}

describe('simulateFolder', () => {
  it('writes measurements whose noise is what was asked for, unclipped, and goes on after a bad picture', async () => {
    const { root, out, counts } = await simulated();
    expect(counts).toEqual({ done: 2, failed: 1 });
    const { array, complex } = decodeNpy(readFileSync(join(out, 'a.npy')), 'a.npy');
    const truth = (await decodePicture(readFileSync(join(root, 'in/a.png')), 'a.png')).image;
    expect(array.shape).toEqual([3, 30, 40]);
    expect(complex).toBe(false);
    const squares = array.data.reduce((sum, value, i) => sum + (value - truth.data[i]) ** 2, 0);
    expect(Math.sqrt(squares / 3600)).toBeGreaterThan(0.19); // four standard errors of 0.2 either way
    expect(Math.sqrt(squares / 3600)).toBeLessThan(0.21);
    expect(Math.max(...array.data)).toBeGreaterThan(1);
    expect(decodeNpy(readFileSync(join(out, 'sub/g.npy')), 'g.npy').array.shape).toEqual([1, 8, 9]);
    expect((await sharp(join(out, 'a.preview.png')).metadata()).width).toBe(40);
    expect(JSON.parse(readFileSync(join(out, 'sub/g.json'), 'utf8'))).toMatchObject({
      version: 1,
      imageShape: [1, 8, 9],
      measurementShape: [1, 8, 9],
      field: 'real',
      seed: 0,
    });
    expect(await readProblem(join(out, 'problem.json'))).toEqual(
      await readProblem('denoise', 'gaussian:sigma=0.2'),
    );
  });

  it('depends on the seed alone', async () => {
    const read = async (seed: number) => readFileSync(join((await simulated({ seed })).out, 'a.npy'));
    const first = await read(0);
    expect(await read(0)).toEqual(first);
    expect(await read(1)).not.toEqual(first);
  });

  it('clips pictures and states the fraction', async () => {
    const { out, events } = await simulated({ format: 'png' });
    expect(existsSync(join(out, 'a.npy'))).toBe(false);
    const { out: exact } = await simulated();
    const { data } = decodeNpy(readFileSync(join(exact, 'a.npy')), 'a.npy').array;
    const outside = data.filter((value) => value < 0 || value > 1).length / data.length;
    expect(outside).toBeGreaterThan(0.01);
    expect(events.find((event) => event.type === 'done' && event.name === 'a')).toMatchObject({
      files: ['a.png', 'a.json'],
      clipped: outside,
    });
    const { image } = await decodePicture(readFileSync(join(out, 'a.png')), 'a.png');
    data.forEach((value, i) => {
      expect(Math.abs(image.data[i] - Math.min(Math.max(value, 0), 1))).toBeLessThan(0.51 / 255);
    });
  });
});
