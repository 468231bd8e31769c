/** The solver of one's own that the samples show: a file made only of the package's kit. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import { loadSolver } from '../../src/load/solver-file.js';
import { restore } from '../../src/restore.js';
import { denseProblem, vector } from '../exact/dense.js';

const prior = mixturePrior(new GaussianMixture([{ weight: 1, mean: [0.5, 0.5], covariance: 0.04 }]));
const path = fileURLToPath(new URL('../../samples/solvers/ilvr.js', import.meta.url));

it('ILVR ends where the measurement says and the prior fills in the rest, the same for the same seed', async () => {
  const { solver } = await loadSolver(path);
  const measurement = vector(0.8);
  const job = { measurement, problem: denseProblem([[1, 0]], 0.01, [1, 1, 2]), prior, solver, samples: 40 };
  const { samples, mean, samplesPosterior } = await restore(job);
  expect(samplesPosterior).toBe(false);
  for (const { data } of samples) expect(data[0]).toBeCloseTo(0.8, 3);
  // What is not measured is a draw from the prior, N(½, 0.2²): four standard errors.
  expect(Math.abs(mean.data[1] - 0.5)).toBeLessThan((4 * 0.2) / Math.sqrt(40));
  expect((await restore(job)).mean.data).toEqual(mean.data);
  expect(() => solver.options.parse({ stepps: 3 })).toThrow();
});
