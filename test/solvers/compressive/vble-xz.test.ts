import { expect, it } from 'vitest';
import { vbleXz } from '../../../solvers/compressive/vble-xz.js';
import { UsageError } from '../../../src/core/errors.js';
import { restore } from '../../../src/restore.js';
import { EXACT, linearMeasurement, linearPrior, linearProblem } from '../linear-decoder.js';

const SPREAD = [0.1, 0.2, 0.3, 0.4];
const job = { measurement: linearMeasurement, problem: linearProblem, solver: vbleXz } as const;
const options = { family: 'gaussian', iterations: 2000, draws: 8, rate: 0.01, averaged: 0.5 } as const;

/**
 * Of x given z and y, averaged over the best independent codes: pixels 0 and 3 are seen alone, with weight
 * k = s²/(s² + σ²); pixels 1 and 2 by their mean.
 */
function expected(): { mean: number[]; variance: number[] } {
  const [y0, y1, y2] = [0.7, -0.3, 1.1];
  const v = SPREAD.map((s) => s ** 2);
  const m = EXACT.image;
  const W = [
    [1, 0.5, 0],
    [0, 1, -0.5],
    [0.5, 0, 1],
    [1, -1, 0.5],
  ];
  const a = EXACT.meanFieldWidths.map((width) => width ** 2);
  const alone = (i: number, y: number) => {
    const k = v[i] / (v[i] + 0.04);
    const ofCodes = W[i].reduce((sum, w, j) => sum + w * w * a[j], 0);
    return { mean: m[i] + k * (y - m[i]), variance: v[i] * (1 - k) + (1 - k) ** 2 * ofCodes };
  };
  const innovation = 0.25 * (v[1] + v[2]) + 0.04;
  const together = (i: number, other: number) => {
    const k = (0.5 * v[i]) / innovation;
    const rows = W[i].map((w, j) => w - k * 0.5 * (w + W[other][j]));
    const ofCodes = rows.reduce((sum, w, j) => sum + w * w * a[j], 0);
    return { mean: m[i] + k * (y1 - 0.5 * (m[1] + m[2])), variance: v[i] - k * k * innovation + ofCodes };
  };
  const all = [alone(0, y0), together(1, 2), together(2, 1), alone(3, y2)];
  return { mean: all.map(({ mean }) => mean), variance: all.map(({ variance }) => variance) };
}

it('draws pixels given codes and measurement exactly', async () => {
  const count = 2000;
  const { mean, sd } = await restore({ ...job, prior: linearPrior(SPREAD), options, samples: count });
  const truth = expected();
  for (let i = 0; i < 4; i++) {
    const error = Math.sqrt(truth.variance[i] / count);
    expect(Math.abs(mean.data[i] - truth.mean[i])).toBeLessThan(4 * error + 0.005);
    expect(sd!.data[i] ** 2 / truth.variance[i]).toBeCloseTo(1, 0.8);
  }
});

it('asks for a prior that knows what its decoder leaves over', async () => {
  const run = restore({ ...job, prior: linearPrior() });
  await expect(run).rejects.toThrow(UsageError);
  await expect(run).rejects.toThrow('needs a prior that knows what its decoder leaves over');
});
