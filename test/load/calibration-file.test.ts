import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPrior } from '../../models/load.js';
import { bind } from '../../problems/bind.js';
import type { ProblemSpec } from '../../problems/problem.js';
import { effectiveOptions } from '../../solvers/choose.js';
import { solvers } from '../../solvers/index.js';
import { levelOf, unfitFor } from '../../src/calibration-card.js';
import { drawnSamples } from '../../src/defaults.js';
import { readCalibration, shippedCalibrations } from '../../src/load/calibration-file.js';
import { calibration } from '../calibrations.js';
import { fill, temporaryFolder } from '../io/folders.js';

describe('readCalibration', () => {
  it('reads a card with the hash of its file, or says what is wrong', async () => {
    const folder = temporaryFolder();
    fill(folder, { 'a.json': JSON.stringify(calibration), 'b.json': '{', 'c.json': '{"format":1}' });
    const { card, sha256 } = await readCalibration(join(folder, 'a.json'));
    expect(card).toEqual(calibration);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    await expect(readCalibration(join(folder, 'b.json'))).rejects.toThrow(/b\.json is not JSON/);
    await expect(readCalibration(join(folder, 'c.json'))).rejects.toThrow(/c\.json is no calibration card/);
    await expect(readCalibration(join(folder, 'd.json'))).rejects.toThrow(/d\.json cannot be read/);
  });
});

describe('shippedCalibrations', () => {
  it('are those of the prior, of its very weights', async () => {
    const prior = await loadPrior('photo');
    try {
      for (const { card, path } of await shippedCalibrations(prior)) {
        expect(card.weights, path).toEqual([prior.card?.kind === 'diffusion' && prior.card.model.sha256]);
      }
    } finally {
      await prior.close();
    }
    expect(await shippedCalibrations(undefined)).toEqual([]);
  });
});

it('shipped cards are of the presets as they are: samples/benchmarks/calibrations.ts makes them anew', async () => {
  const prior = await loadPrior('photo');
  try {
    for (const { card, path } of await shippedCalibrations(prior)) {
      for (const spec of card.problems as unknown as ProblemSpec[]) {
        const problem = bind(spec, { imageShape: [3, 64, 64] });
        const solver = solvers[card.solver];
        const options = effectiveOptions(solver, problem);
        const restoration = {
          ...card,
          problem: problem.spec,
          options,
          samples: drawnSamples(solver, undefined),
        };
        expect(unfitFor(card, restoration), path).toBeUndefined();
        for (const level of [0.5, 0.8, 0.9]) expect(levelOf(card, level, 'images', path).level).toBe(level);
      }
    }
  } finally {
    await prior.close();
  }
});
