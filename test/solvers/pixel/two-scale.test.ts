import { describe, expect, it } from 'vitest';
import type { DiffusionPrior } from '../../../models/prior.js';
import { correlatedNoise } from '../../../problems/noises/correlated.js';
import { gaussianNoise } from '../../../problems/noises/gaussian.js';
import { problemOf } from '../../../problems/problem.js';
import { denoise } from '../../../problems/restoration/denoise.js';
import { type FloatArray, mapArray, zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { restore } from '../../../src/restore.js';

const SHAPE = [3, 31, 40];
const OCTAVES = [
  [0.0004, 0.0002, 0.0004, 0.0002, 0.0002, 0.0004],
  [0.0016, 0.0012, 0.0016, 0.0012, 0.0012, 0.0016],
];

/** A prior that notes what it is asked, and gives back `answer` of it. */
function noting(answer: (x: FloatArray) => FloatArray) {
  const asked: { shape: readonly number[]; sigma: number }[] = [];
  const prior: DiffusionPrior = {
    kind: 'diffusion',
    name: 'noting',
    channels: 3,
    sigmaRange: [0.001, 80],
    sizeMultiple: 1,
    denoise: async (x, sigma) => {
      asked.push({ shape: [...x.shape], sigma });
      return answer(x);
    },
    close: async () => {},
  };
  return { prior, asked };
}

const problem = problemOf(denoise.create(SHAPE, {}, {}), correlatedNoise(OCTAVES), 'denoise');
const y = keyedRandom(0, 'two scales', 0)('y').normals(SHAPE);

describe('two-scale', () => {
  it('is recommended, and asks at full and half the size at the level of the strongest colour', async () => {
    const { prior, asked } = noting((x) => mapArray(x, (value) => value));
    const { mean, solver, samplesPosterior } = await restore({ measurement: y, problem, prior });
    expect([solver, samplesPosterior]).toEqual(['two-scale', false]);
    const strongest = Math.sqrt(0.0016 + 2 * 0.0012);
    expect(asked.map(({ shape }) => shape)).toEqual([SHAPE, [3, 15, 20]]);
    expect(asked[0].sigma).toBeCloseTo(strongest, 6);
    expect(asked[1].sigma).toBeCloseTo(0.6 * strongest, 6);
    // Where neither changes anything, nothing changes.
    for (let i = 0; i < y.data.length; i++) expect(mean.data[i]).toBeCloseTo(y.data[i], 5);
  });

  it('takes what is coarse from half the size, and what is fine from the whole', async () => {
    const [, height, width] = SHAPE;
    const [slow, fast] = [0.03, 0.25].map((frequency) =>
      mapArray(zeros(SHAPE), (_, i) => Math.cos(2 * Math.PI * frequency * ((i % width) + 0.5))),
    );
    // The full size loses all, half the size keeps all: what is left is what it gave.
    const { prior } = noting((x) => mapArray(x, (value) => (x.shape[1] === height ? 0 : value)));
    const of = async (measurement: FloatArray) => (await restore({ measurement, problem, prior })).mean.data;
    const inside = (i: number) =>
      Math.floor(i / width) % height < height - 3 && i % width > 5 && i % width < 34;
    const kept = (await of(slow)).filter((value, i) => inside(i) && Math.abs(value - slow.data[i]) > 0.1);
    expect(kept.length).toBe(0);
    expect((await of(fast)).every((value, i) => !inside(i) || Math.abs(value) < 0.25)).toBe(true);
  });

  it('refuses what is no denoising, and noise of which no octave is known', async () => {
    const white = { ...problem, noise: gaussianNoise(0.1) };
    const { prior } = noting((x) => x);
    const run = (measured: typeof problem) =>
      restore({ measurement: y, problem: measured, prior, solver: 'two-scale' });
    await expect(run(white)).rejects.toThrow('noise whose strength is known by octave');
    const scaled = { ...problem, operator: { ...problem.operator, identity: false } };
    await expect(run(scaled)).rejects.toThrow('a measurement that is the image and noise');
  });
});
