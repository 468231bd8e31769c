import { afterAll, describe, expect, it } from 'vitest';
import { loadPrior } from '../models/load.js';
import { problem } from '../problems/bind.js';
import { floatArray } from '../src/core/array.js';
import { UsageError } from '../src/core/errors.js';
import { keyedRandom } from '../src/core/random.js';
import { drawRange, type Posterior, type RestoreJob, restore } from '../src/restore.js';
import { inOrder } from '../src/sample-range.js';

const shape = [3, 16, 16];
const noise = keyedRandom(1, 'y', 0)('y').normals(shape);
const measurement = floatArray(
  noise.data.map((value, i) => 0.5 + 0.3 * Math.sin(i / 9) + 0.02 * value),
  shape,
);

const prior = await loadPrior('photo-small', { threads: 1 });
afterAll(() => prior.close());

const job = (spec: string, more: Partial<RestoreJob> = {}): RestoreJob => ({
  measurement,
  prior,
  problem: problem(spec, 'gaussian:sigma=0.02'),
  ...more,
});

/** Everything but the time that it took. */
const bits = ({ seconds, networkSeconds, ...rest }: Posterior) => rest;

async function inRanges(whole: RestoreJob, ends: readonly number[]): Promise<Posterior> {
  const ranges = [];
  for (const [k, to] of ends.entries()) ranges.push(await drawRange(whole, { from: ends[k - 1] ?? 0, to }));
  return restore({ ...whole, ranges: ranges.reverse() });
}

describe('drawRange', () => {
  it.each([
    [
      'a mean by itself (estimateSteps)',
      job('motion-blur:size=5', { options: { steps: 3, estimateSteps: 3 } }),
      [1, 2, 4],
    ],
    [
      'the mean of samples, order statistics',
      job('gaussian-blur:sigma=1', { options: { steps: 2 }, level: 0.5 }),
      [3, 5],
    ],
    ['moments', job('denoise', { solver: 'tweedie' }), [2, 3]],
    ['a gradient', job('downsample:factor=2', { solver: 'dps', options: { steps: 3 }, seed: 7 }), [1, 2]],
  ])('together gives what one run gives, bit by bit: %s', async (_, whole, ends) => {
    const once = await restore({ ...whole, samples: ends.at(-1) });
    expect(bits(await inRanges(whole, ends))).toEqual(bits(once));
  });

  it('finds the operator from the same first image, which each range draws', async () => {
    const whole = job('haze', { solver: 'diffpir', options: { steps: 2 } });
    const once = await restore({ ...whole, samples: 2 });
    const { networkEvaluations, ...rest } = bits(once);
    const merged = bits(await inRanges(whole, [1, 2]));
    expect(merged).toEqual({ ...rest, networkEvaluations: expect.any(Number) });
    expect(merged.networkEvaluations).toBeGreaterThan(networkEvaluations);
  });

  it.each([
    [{ solver: 'mcgdiff' }, /mcgdiff weighs its samples together, so none can be drawn by themselves/],
    [{ solver: 'wiener', prior: undefined }, /wiener gives one image and no samples/],
    [{ bootstrap: 2 }, /^bootstrap needs all samples at once/],
  ])('refuses what has to be drawn together: %o', async (more, message) => {
    const drawing = drawRange(job('downsample:factor=2', more as Partial<RestoreJob>), { from: 0, to: 2 });
    await expect(drawing).rejects.toThrow(UsageError);
    await expect(drawing).rejects.toThrow(message);
  });

  it('refuses what is no range', async () => {
    for (const [from, to] of [
      [8, 0],
      [2, 2],
      [-1, 2],
      [0, 1.5],
    ]) {
      const drawing = drawRange(job('gaussian-blur:sigma=1'), { from, to });
      await expect(drawing).rejects.toThrow(`samples ${from}:${to} are no range: expected FROM:TO`);
    }
  });
});

describe('inOrder', () => {
  const ranges = (...ends: [number, number][]) => ends.map(([from, to]) => ({ from, to }));

  it('wants each sample once', () => {
    expect(inOrder(ranges([4, 8], [0, 4]), 'a')).toEqual(ranges([0, 4], [4, 8]));
    expect(() => inOrder(ranges([4, 8]), 'a')).toThrow('samples 0:4 of a are missing');
    expect(() => inOrder(ranges([0, 2], [5, 8]), 'a')).toThrow('samples 2:5 of a are missing');
    expect(() => inOrder(ranges([0, 4], [2, 8]), 'a')).toThrow('samples 2:4 of a are in two ranges');
    for (const few of [[], ranges([0, 1])]) {
      expect(() => inOrder(few, 'a')).toThrow(
        'a has fewer than two samples in ranges: --samples 1 draws one',
      );
    }
  });
});
