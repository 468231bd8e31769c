/** Solvers in files of their own, such as the one that the samples show, made only of the package's kit. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import { loadSolver } from '../../src/load/solver-file.js';
import { restore } from '../../src/restore.js';
import { denseProblem, vector } from '../exact/dense.js';
import { fill, temporaryFolder } from '../io/folders.js';

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

describe('a solver from a file', () => {
  const load = (text: string, name = 'mine.mjs') => {
    const folder = temporaryFolder();
    fill(folder, { [name]: text });
    return loadSolver(join(folder, name));
  };
  const parts =
    "name: 'mine', kind: 'point', needs: {}, samplesPosterior: false, options: { shape: {} }, presets: {}";

  it('is what it exports as solver or by default, with the hash of its file', async () => {
    const { version } = await loadSolver(path);
    expect(version).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
    for (const how of ['export const solver =', 'export default']) {
      expect((await load(`${how} { ${parts}, run() {} };`)).solver.name).toBe('mine');
    }
  });

  it.each([
    [
      'exports nothing',
      'export const other = 1;',
      'exports no solver: expected `export const solver` with name, kind',
    ],
    ['lacks run', `export const solver = { ${parts} };`, 'exports no solver'],
    [
      'is of another kind',
      `export const solver = { ${parts.replace('point', 'dot')}, run() {} };`,
      'exports no solver',
    ],
    ['throws', "throw new Error('no luck');", 'does not load: no luck'],
  ])('that %s is refused', async (_, text, message) => {
    await expect(load(text)).rejects.toThrow(message);
  });

  it('that is not there is refused by its path', async () => {
    await expect(loadSolver('no/such.js')).rejects.toThrow(
      'the solver no/such.js cannot be read: there is no such file',
    );
  });
});
