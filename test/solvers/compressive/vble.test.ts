import { expect, it } from 'vitest';
import { vble } from '../../../solvers/compressive/vble.js';
import { restore } from '../../../src/restore.js';
import { EXACT, linearMeasurement, linearPrior, linearProblem } from '../linear-decoder.js';

const job = {
  measurement: linearMeasurement,
  problem: linearProblem,
  prior: linearPrior(),
  solver: vble,
  options: { family: 'gaussian', iterations: 2000, draws: 8, rate: 0.01, averaged: 0.5 },
} as const;

it('draws the images of the best independent codes: mean, spread and bound of a linear decoder', async () => {
  const count = 2000;
  const { mean, sd, logEvidence } = await restore({ ...job, samples: count });
  EXACT.image.forEach((value, i) => {
    // Four standard errors, and what the descent leaves.
    expect(Math.abs(mean.data[i] - value)).toBeLessThan(
      (4 * EXACT.meanFieldSd[i]) / Math.sqrt(count) + 0.005,
    );
    expect(sd!.data[i] / EXACT.meanFieldSd[i]).toBeCloseTo(1, 1);
  });
  expect(logEvidence).toBeLessThan(EXACT.bound + 0.1);
  expect(logEvidence).toBeGreaterThan(EXACT.bound - 0.1);
});

it('draws sample k whatever the number of samples', async () => {
  const few = { ...job, options: { ...job.options, iterations: 5 } };
  const [two, three] = [await restore({ ...few, samples: 2 }), await restore({ ...few, samples: 3 })];
  expect(three.samples.slice(0, 2)).toEqual(two.samples);
});
