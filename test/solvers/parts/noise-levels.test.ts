import { describe, expect, it } from 'vitest';
import { noiseLevels, noiseRange } from '../../../solvers/parts/noise-levels.js';
import { geometricSigmas, karrasSigmas, vpSigma, vpSigmas } from '../../../src/core/schedule.js';

const prior = { sigmaRange: [0.02, 5] as const };

describe('noiseLevels', () => {
  it.each([
    { spacing: 'karras', grid: karrasSigmas(6, 0.02, 3) },
    { spacing: 'geometric', grid: geometricSigmas(6, 0.02, 3) },
    { spacing: 'uniform', grid: vpSigmas(6, 0.02, 3) },
    { spacing: 'quadratic', grid: vpSigmas(6, 0.02, 3, 'quadratic') },
  ] as const)('are spaced as said: $spacing', ({ spacing, grid }) => {
    expect(noiseLevels(prior, 6, { sigmaMax: 3, spacing })).toEqual(grid);
  });
});

describe('noiseRange', () => {
  it('is what the prior knows, at most what is asked, from the level of 8 bits up', () => {
    expect(noiseRange(prior, 3)).toEqual({ lowest: 0.02, highest: 3 });
    expect(noiseRange(prior, 80)).toEqual({ lowest: 0.02, highest: 5 });
    expect(noiseRange({ sigmaRange: [1e-5, 80] }, 80)).toEqual({ lowest: vpSigma(1e-3), highest: 80 });
  });
});
