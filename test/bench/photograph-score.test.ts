import { expect, it } from 'vitest';
import { score, sheet } from '../../src/bench/photograph-score.js';
import { filled, floatArray } from '../../src/core/array.js';
import { summarise } from '../../src/core/posterior.js';
import { keyedRandom } from '../../src/core/random.js';
import type { Posterior } from '../../src/restore.js';

const shape = [1, 12, 12];
const truth = filled(shape, 0.5);

/** Two samples, 0.1 above and 0.2 below the truth: their mean is 0.05 below. */
const posterior = {
  samples: [filled(shape, 0.6), filled(shape, 0.3)],
  mean: filled(shape, 0.45),
  sd: filled(shape, 0.2),
  effectiveSamples: 2,
  lower: filled(shape, 0.3),
  upper: floatArray(
    Float32Array.from({ length: 144 }, (_, i) => (i < 36 ? 0.4 : 0.6)),
    shape,
  ),
  misfit: [2, 1],
  networkEvaluations: 40,
  vjps: 0,
  seconds: 3,
} as unknown as Posterior;

it('scores the mean, the samples one by one, and the one of least misfit', () => {
  const found = score(posterior, truth);
  const dB = (error: number) => -20 * Math.log10(error);
  expect(found.psnr).toBeCloseTo(dB(0.05), 4);
  expect(found.samplePsnr).toBeCloseTo((dB(0.1) + dB(0.2)) / 2, 4);
  expect(found.closestPsnr).toBeCloseTo(dB(0.2), 4);
  expect(found).toMatchObject({ misfit: 1.5, coverage: 0.75, samples: 2, networkEvaluations: 40 });
});

it('holds intervals of three levels, CRPS and spread against a truth that is a draw like the samples', () => {
  const draw = keyedRandom(0, 'scores', 0);
  const samples = Array.from({ length: 8 }, (_, k) => draw('sample', k).normals([3, 60, 60]));
  const found = score(
    { ...posterior, ...summarise(samples, 0.9), samples },
    draw('truth').normals([3, 60, 60]),
  );
  // Of a standard normal law the score is 1/√π.
  expect(found.crps! / 1000).toBeCloseTo(Math.PI ** -0.5, 1);
  expect(found.spreadSkill).toBeCloseTo(1, 1);
  expect(found.coverage50).toBeCloseTo(0.5, 1);
  expect(found.coverage).toBeCloseTo(0.9, 1);
  expect(found.coverage99).toBeGreaterThan(0.98);
});

it('sets the spread beside the error as it is, where the mean is not one of the samples', () => {
  // sd 0.2, error 0.05; of a mean of two samples it would be √1.5 times as much.
  expect(score(posterior, truth).spreadSkill).toBeCloseTo(4 * Math.sqrt(1.5), 4);
  expect(score({ ...posterior, meanBySolver: true }, truth).spreadSkill).toBeCloseTo(4, 4);
});

it('says where the interval holds: in holes, and what is seen', () => {
  const observed = Float32Array.from({ length: 144 }, (_, i) => (i < 36 ? 0 : 1));
  const { places } = score(posterior, truth, observed);
  expect([places?.hole.held, places?.seen.held, places?.border.held]).toEqual([0, 1, 0.75]);
  expect(score(posterior, truth).places?.hole).toBeUndefined();
});

it('of weighted samples it gives no CRPS, and of one that has all the weight nothing', () => {
  const weighted = { ...posterior, effectiveSamples: 1.6, logWeights: [0, 1] };
  expect(score(weighted, truth)).toMatchObject({ coverage: 0.75, crps: undefined });
  const alone = { ...weighted, effectiveSamples: 1, logWeights: [0, -1e9] };
  expect(score(alone, truth).coverage50).toBeUndefined();
});

it('clips to [0, 1] before it scores; of a single image it knows no coverage', () => {
  const bright = { ...posterior, mean: filled(shape, 1.4), lower: undefined, upper: undefined };
  const found = score(bright as Posterior, filled(shape, 0.9));
  expect(found.psnr).toBeCloseTo(20, 4);
  expect(found.coverage).toBeUndefined();
});

it('shows truth, sample of least misfit and mean side by side', () => {
  const { shape: wide, data } = sheet(posterior, truth);
  expect([wide, data.length]).toEqual([[1, 12, 36], 432]);
  expect([0, 12, 24].map((column) => data[5 * 36 + column])).toEqual([0.5, 0.3, 0.45].map(Math.fround));
});
