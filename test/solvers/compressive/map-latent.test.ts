import { expect, it } from 'vitest';
import { mapLatent } from '../../../solvers/compressive/map-latent.js';
import { restore } from '../../../src/restore.js';
import { EXACT, linearMeasurement, linearPrior, linearProblem } from '../linear-decoder.js';

it('finds the image of the most probable code of a linear decoder', async () => {
  const { mean, sd } = await restore({
    measurement: linearMeasurement,
    problem: linearProblem,
    prior: linearPrior(),
    solver: mapLatent,
    options: { iterations: 3000, rate: 0.003 },
  });
  EXACT.image.forEach((value, i) => {
    expect(mean.data[i]).toBeCloseTo(value, 4);
  });
  expect(sd).toBeUndefined();
});
