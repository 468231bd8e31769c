import { describe, expect, it } from 'vitest';
import { g2d2 } from '../../../solvers/discrete/g2d2.js';
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

const task = { measurement: tokenMeasurement, problem: tokenProblem, prior: tokenPrior(), solver: g2d2 };

describe('g2d2', () => {
  // At random 4 of 20 would be.
  it.each([
    ['star', 9],
    ['ordinary', 6],
  ])('finds likely states by the %s way', async (process, least) => {
    const { samples, samplesPosterior } = await restore({ ...task, samples: 20, options: { process } });
    const states = samples.map(stateOfImage);
    const likely = states.filter((state) => POSTERIOR.filter((p) => p > POSTERIOR[state]).length < 5);
    expect(likely.length).toBeGreaterThan(least);
    expect(samplesPosterior).toBe(false);
  });

  it('follows the measurement more where the prior weighs nothing', async () => {
    const average = async (weight: number) => {
      const { samples } = await restore({ ...task, samples: 20, options: { weight } });
      return samples.reduce((sum, image) => sum + LOG_LIKELIHOOD[stateOfImage(image)] / 20, 0);
    };
    expect(await average(0)).toBeGreaterThan(await average(3));
  });

  it('declares its options', () => {
    expectRanges(g2d2, {
      steps: counts(10_000),
      iterations: counts(10_000),
      rate: positive(),
      weight: atLeastZero,
      forget: share,
      process: { takes: ['star', 'ordinary'], refuses: ['both'] },
    });
  });
});
