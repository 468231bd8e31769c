import { describe, expect, it } from 'vitest';
import { aps } from '../../../solvers/discrete/aps.js';
import { restore } from '../../../src/restore.js';
import { atLeastZero, counts, expectRanges, positive, share } from '../declared.js';
import {
  LOG_LIKELIHOOD,
  POSTERIOR,
  stateOfImage,
  tokenMeasurement,
  tokenPrior,
  tokenProblem,
} from '../three-tokens.js';

const task = { measurement: tokenMeasurement, problem: tokenProblem, prior: tokenPrior(), solver: aps };

describe('aps', () => {
  it.each([1, 0.1])('finds one of the five likeliest states of 27, λ = %s', async (weight) => {
    const { mean, sd, samplesPosterior } = await restore({ ...task, options: { weight } });
    const state = stateOfImage(mean);
    const rank = POSTERIOR.filter((p) => p > POSTERIOR[state]).length;
    expect(rank).toBeLessThan(5);
    expect(LOG_LIKELIHOOD[state]).toBeGreaterThan(-1);
    expect(sd).toBeUndefined();
    expect(samplesPosterior).toBe(false);
  });

  it('explains the measurement best where the prior weighs nothing', async () => {
    const { mean } = await restore({ ...task, options: { weight: 0, iterations: 60 } });
    const better = LOG_LIKELIHOOD.filter((log) => log > LOG_LIKELIHOOD[stateOfImage(mean)]).length;
    expect(better).toBeLessThan(4);
  });

  it('says which solvers remain where the decoder cannot be differentiated', async () => {
    const { linearizeDecode: _, ...plain } = tokenPrior();
    await expect(restore({ ...task, prior: plain })).rejects.toThrow(
      'solver aps needs a prior with a gradient, but prior three tokens has none; these would work: ' +
        'mask-metropolis, sgdd, wiener, tv',
    );
  });

  it('declares its options', () => {
    expectRanges(aps, {
      steps: counts(10_000),
      iterations: counts(10_000),
      rate: positive(),
      weight: atLeastZero,
      forget: share,
    });
  });
});
