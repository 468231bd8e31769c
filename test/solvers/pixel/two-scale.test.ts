import { describe, expect, it } from 'vitest';
import type { DiffusionPrior } from '../../../models/prior.js';
import { bind, problem as problemSpec } from '../../../problems/bind.js';
import { correlatedNoise } from '../../../problems/noises/correlated.js';
import { problemOf } from '../../../problems/problem.js';
import { denoise } from '../../../problems/restoration/denoise.js';
import { noises } from '../../../problems/tables.js';
import { twoScale } from '../../../solvers/pixel/two-scale.js';
import { type FloatArray, mapArray, zeros } from '../../../src/core/array.js';
import { halfSize } from '../../../src/core/noise-blocks.js';
import { keyedRandom } from '../../../src/core/random.js';
import { restore } from '../../../src/restore.js';
import { testContext } from '../../exact/dense.js';
import { expectRanges, needsOf, positive } from '../declared.js';
import { goingOn, keptSteps } from '../kept-steps.js';
import { runSolver } from '../run-solver.js';

const SHAPE = [3, 31, 40];
const OCTAVES = [
  [0.0004, 0.0002, 0.0004, 0.0002, 0.0002, 0.0004],
  [0.0016, 0.0012, 0.0016, 0.0012, 0.0012, 0.0016],
];

/** A prior that notes what it is asked, and gives back `answer` of it. */
function noting(
  answer: (x: FloatArray) => FloatArray,
  channels = 3,
  sigmaRange: DiffusionPrior['sigmaRange'] = [0.001, 80],
) {
  const asked: { shape: readonly number[]; sigma: number }[] = [];
  const prior: DiffusionPrior = {
    kind: 'diffusion',
    name: 'noting',
    channels,
    sigmaRange,
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
  it('tells how far it is by the pixels of its passes, in parts where the prior sees parts', async () => {
    const shape = [3, 300, 400];
    const large = problemOf(denoise.create(shape, {}, {}), correlatedNoise(OCTAVES), 'denoise');
    const { prior: whole } = noting((x) => mapArray(x, (value) => value));
    const prior: DiffusionPrior = {
      ...whole,
      async inParts([x], work) {
        const parts = [0, 1, 2, 3].map((part) => () => work([x], whole, part, 4));
        let last: readonly FloatArray[] = [];
        for (const part of parts) last = await part();
        return last;
      },
    };
    const fractions: number[] = [];
    await restore({
      measurement: zeros(shape),
      problem: large,
      prior,
      onProgress: ({ fraction }) => fractions.push(fraction),
    });
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    // Two passes over 300×400 are as long as the trials on two squares of 128², and no step is longer than a part.
    const steps = fractions.slice(1).map((fraction, i) => fraction - fractions[i]);
    expect(Math.max(...steps)).toBeLessThan(0.15);
    expect(fractions.length).toBeGreaterThan(40);
  });

  it('goes on where it was stopped, and does no pass again that is done', async () => {
    const { prior } = noting((x) => mapArray(x, (value, i) => Math.sin(i) + value / 2));
    const job = { measurement: y, problem, prior, solver: 'two-scale' };
    const { found, kept } = await keptSteps(job);
    const passes = kept.filter(({ name }) => name.startsWith('sample 0, pass '));
    expect(passes).toHaveLength(found.evaluations);
    for (const pass of passes) {
      const { numbers, evaluations } = await goingOn(job, pass);
      expect(numbers).toEqual(found.numbers);
      expect(evaluations).toBe(found.evaluations - 1);
    }
  });

  it('is recommended, and asks at full and half the size at the level of the strongest colour', async () => {
    const { prior, asked } = noting((x) => mapArray(x, (value) => value));
    const options = { gentle: 1 };
    const { mean, solver, samplesPosterior } = await restore({ measurement: y, problem, prior, options });
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
    const options = { gentle: 1 };
    const of = async (measurement: FloatArray) =>
      (await restore({ measurement, problem, prior, options })).mean.data;
    const inside = (i: number) =>
      Math.floor(i / width) % height < height - 3 && i % width > 5 && i % width < 34;
    const kept = (await of(slow)).filter((value, i) => inside(i) && Math.abs(value - slow.data[i]) > 0.1);
    expect(kept.length).toBe(0);
    expect((await of(fast)).every((value, i) => !inside(i) || Math.abs(value) < 0.25)).toBe(true);
  });

  // Of k half-waves along an axis of n pixels at half the size: k/(4n) cycles a pixel.
  it.each([
    [0, 0],
    [3, 0],
    [0, 5],
    [2, 6],
    [5, 1],
    [6, 9],
  ])('takes its share of a cosine of %d and %d half-waves, as strong as its means were', async (v, u) => {
    const [rows, columns, split] = [7, 10, 0.2];
    const cosine = (height: number, width: number) => (row: number, column: number) =>
      Math.cos((Math.PI * v * (row + 0.5)) / height) * Math.cos((Math.PI * u * (column + 0.5)) / width);
    // An odd last row and column, which half the size does not have.
    const shape = [2, 2 * rows + 1, 2 * columns + 1];
    const own = (i: number) => Math.sin(i);
    const strength = (channel: number) => [0.8, -0.3][channel];
    const { prior } = noting((x) => {
      const [, height, width] = x.shape;
      const place = (i: number) => [Math.floor(i / width) % height, i % width] as const;
      if (height > rows) return mapArray(x, (_, i) => own(i));
      const means = halfSize(mapArray(zeros(shape), (_, i) => own(i)));
      return mapArray(x, (_, i) => {
        const channel = Math.floor(i / (height * width));
        return means.data[i] + strength(channel) * cosine(rows, columns)(...place(i));
      });
    }, 2);
    const octaves = OCTAVES.map((products) => products.slice(0, 3));
    const measured = problemOf(denoise.create(shape, {}, {}), correlatedNoise(octaves), 'denoise');
    const task = { measurement: zeros(shape), problem: measured, prior };
    const { data } = await runSolver(twoScale, task, { split, gentle: 1 }, testContext());
    const frequency = Math.max(v / (4 * rows), u / (4 * columns));
    const taken = 1 / (1 + (frequency / split) ** 8);
    // The mean of two neighbours of a cosine is cos(half the angle between them) times its value between them.
    const weakened = Math.cos((Math.PI * v) / (4 * rows)) * Math.cos((Math.PI * u) / (4 * columns));
    const [, height, width] = shape;
    data.forEach((value, i) => {
      const [row, column] = [Math.floor(i / width) % height, i % width];
      const inside = row < 2 * rows && column < 2 * columns;
      const wave = cosine(2 * rows, 2 * columns)(row, column) / weakened;
      const added = inside ? taken * strength(Math.floor(i / (height * width))) * wave : 0;
      expect(value).toBeCloseTo(own(i) + added, 5);
    });
  });

  it("asks at its options' levels, within what the prior knows", async () => {
    const strongest = Math.sqrt(0.0016 + 2 * 0.0012);
    const levels = async (options: object, range: readonly [number, number]) => {
      const { prior, asked } = noting((x) => x, 3, range);
      await runSolver(twoScale, { measurement: y, problem, prior }, { gentle: 1, ...options }, testContext());
      return asked.map(({ sigma }) => sigma / strongest);
    };
    const close = (found: readonly number[], expected: readonly number[]) => {
      expect(found.map((value) => value.toFixed(5))).toEqual(expected.map((value) => value.toFixed(5)));
    };
    close(await levels({ strength: 2, coarse: 0.25 }, [1e-6, 80]), [2, 0.5]);
    close(await levels({ strength: 2, coarse: 0.25 }, [0.8 * strongest, 80]), [2, 0.8]);
    close(await levels({ strength: 2, coarse: 0.25 }, [1e-6, 1.5 * strongest]), [1.5, 0.5]);
  });

  it('goes by the only octave where there is one, and by one evaluation where there is no half size', async () => {
    const [only] = OCTAVES;
    const thin = [3, 1, 6];
    const { prior, asked } = noting((x) => mapArray(x, (value) => value / 2));
    const measured = problemOf(denoise.create(thin, {}, {}), {
      ...correlatedNoise(OCTAVES),
      octaves: [only],
    });
    const measurement = mapArray(zeros(thin), (_, i) => i / 18);
    const task = { measurement, problem: measured, prior };
    const { data } = await runSolver(twoScale, task, {}, testContext());
    expect(asked.map(({ shape }) => shape)).toEqual([thin]);
    expect(asked[0].sigma).toBeCloseTo(Math.sqrt(0.0004 + 2 * 0.0002), 6);
    data.forEach((value, i) => {
      expect(value).toBeCloseTo(i / 36, 6);
    });
  });

  it('takes what its options say', () => {
    expectRanges(twoScale, {
      ...{ strength: positive(10), coarse: positive(10), split: positive(0.5) },
      ...{ gentle: positive(1), caution: positive(10) },
    });
    const { prior } = noting((x) => x);
    expect(needsOf(twoScale, { measurement: y, problem, prior })).toContain('prior');
    expect(twoScale.samplesPosterior).toBe(false);
  });

  it('follows a denoiser as far as its risk says: not where there is detail, all the way where there is none', async () => {
    const shape = [3, 96, 96];
    const noise = correlatedNoise(OCTAVES);
    const measured = problemOf(denoise.create(shape, {}, {}), noise, 'denoise');
    // Loses all but the mean, whatever is asked.
    const { prior } = noting((x) => mapArray(x, () => 0.5));
    const errors = async (clean: FloatArray) => {
      const seen = noise.sample(clean, keyedRandom(0, 'risk', 0)('noise'));
      const { mean } = await restore({ measurement: seen, problem: measured, prior });
      const error = (x: FloatArray) =>
        x.data.reduce((sum, v, i) => sum + (v - clean.data[i]) ** 2, 0) / x.size;
      return { before: error(seen), after: error(mean) };
    };
    const flat = await errors(mapArray(zeros(shape), () => 0.5));
    expect(flat.after / flat.before).toBeLessThan(0.05);
    const source = keyedRandom(0, 'risk', 0)('detail');
    const busy = await errors(mapArray(zeros(shape), () => 0.5 + 0.2 * source.normal()));
    expect(busy.after / busy.before).toBeLessThan(1.02);
  });

  it('denoises grey pictures by three copies of them, at the level along the grey axis', async () => {
    const grey = bind(
      problemSpec('denoise', 'gaussian:sigma=0.1'),
      { measurementShape: [1, 31, 40] },
      { channels: 3 },
    );
    const { prior, asked } = noting((x) => mapArray(x, (value) => 0.5 * value));
    const seen = keyedRandom(0, 'grey', 0)('y').normals([1, 31, 40]);
    const { mean, solver } = await restore({ measurement: seen, problem: grey, prior });
    expect(solver).toBe('two-scale');
    expect(asked).toEqual([{ shape: SHAPE, sigma: Math.sqrt(3) * 0.1 }]);
    for (let i = 0; i < seen.data.length; i++) expect(mean.data[i]).toBeCloseTo(0.5 * seen.data[i], 5);
  });

  it('refuses what is no denoising, and noise of which no octave is known', async () => {
    const laplace = { ...problem, noise: noises.laplace.create({ scale: 0.1 }) };
    const { prior } = noting((x) => x);
    const run = (measured: typeof problem) =>
      restore({ measurement: y, problem: measured, prior, solver: 'two-scale' });
    await expect(run(laplace)).rejects.toThrow('noise whose strength is known by octave');
    const scaled = { ...problem, operator: { ...problem.operator, undo: undefined } };
    await expect(run(scaled)).rejects.toThrow('a measurement that is a picture and noise');
  });
});
