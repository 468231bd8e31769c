import { describe, expect, it } from 'vitest';
import {
  effectiveSize,
  logMeanExp,
  Population,
  systematicResampling,
} from '../../../solvers/parts/population.js';
import { keyedRandom } from '../../../src/core/random.js';

const LOGS = [Math.log(1), Math.log(5), Math.log(2)].map((value) => value - 2000);
const random = keyedRandom(0, 'population', 0);

describe('systematic resampling', () => {
  it('takes none but the particles, where rounding leaves the last a little short', () => {
    const weights = random('weights');
    for (let trial = 0; trial < 200; trial++) {
      const logs = Array.from({ length: 7 }, () => weights.normal());
      expect(Math.max(...systematicResampling(logs, 1 - 2 ** -53))).toBeLessThan(7);
    }
  });
});

describe('log-weights', () => {
  it('have their mean and effective size where their exponentials underflow', () => {
    expect(logMeanExp(LOGS)).toBeCloseTo(Math.log(8 / 3) - 2000, 9);
    expect(effectiveSize(LOGS)).toBeCloseTo(64 / 30, 9);
    expect(logMeanExp([-Infinity, -Infinity])).toBe(-Infinity);
  });
});

describe('systematic resampling', () => {
  it('keeps each particle N·w̄ times, to within one', () => {
    // N·w̄ = 3/8, 15/8, 6/8: the ends of the particles are at 0.375, 2.25 and 3.
    expect([...systematicResampling(LOGS, 0.3)]).toEqual([0, 1, 2]);
    expect([...systematicResampling(LOGS, 0.2)]).toEqual([0, 1, 1]);
    expect([...systematicResampling(LOGS, 0.9)]).toEqual([1, 1, 2]);
  });

  it('is right on average', () => {
    const counts = [0, 0, 0];
    const runs = 800;
    for (let i = 0; i < runs; i++) {
      for (const parent of systematicResampling(LOGS, (i + 0.5) / runs)) counts[parent] += 1 / runs;
    }
    [3 / 8, 15 / 8, 6 / 8].forEach((expected, k) => {
      expect(counts[k]).toBeCloseTo(expected, 2);
    });
  });

  it('never takes a particle without weight', () => {
    const logs = [-Infinity, 0, -Infinity];
    for (const u of [1e-9, 0.5, 1 - 1e-9]) expect([...systematicResampling(logs, u)]).toEqual([1, 1, 1]);
  });
});

describe('Population', () => {
  const weighted = () => {
    const population = new Population(['a', 'b', 'c']);
    LOGS.forEach((log, k) => {
      population.reweigh(k, log);
    });
    return population;
  };

  it('leaves particles above the threshold alone', () => {
    const population = weighted();
    population.resample(0.7, random('unused'));
    expect(population.states).toEqual(['a', 'b', 'c']);
    const { logWeights, logEvidence, ess, ancestors } = population.result();
    expect(logWeights).toEqual(LOGS);
    expect(logEvidence).toBeCloseTo(Math.log(8 / 3) - 2000, 9);
    expect(ess).toEqual([effectiveSize(LOGS), effectiveSize(LOGS)]);
    expect(ancestors).toEqual([0, 1, 2]);
  });

  it('keeps evidence and descent through resampling', () => {
    const population = weighted();
    const fixed = { ...random('x'), uniform: () => 0.9 };
    population.resample(0.8, fixed);
    expect(population.states).toEqual(['b', 'b', 'c']);
    [0, 1, 2].forEach((k) => {
      population.reweigh(k, Math.log(k + 1));
    });
    const { logWeights, logEvidence, ess, ancestors } = population.result();
    expect(logWeights).toEqual([0, Math.log(2), Math.log(3)]);
    expect(logEvidence).toBeCloseTo(Math.log(8 / 3) - 2000 + Math.log(2), 9);
    expect(ess[1]).toBeCloseTo(36 / 14, 9);
    expect(ancestors).toEqual([1, 1, 2]);
  });

  it('traces descent through several resamplings to the first particles', () => {
    const population = weighted();
    const first = { ...random('x'), uniform: () => 0.9 };
    population.resample(0.8, first);
    // Now b, b and c in the places of a, b and c; then nearly all weight is on the last of them, and on the first.
    [Math.log(10), -Infinity, Math.log(20)].forEach((log, k) => {
      population.reweigh(k, log);
    });
    population.resample(1, { ...random('x'), uniform: () => 0.5 });
    expect(population.states).toEqual(['b', 'c', 'c']);
    expect(population.result().ancestors).toEqual([1, 2, 2]);
    population.move(0, 'd');
    population.reweigh(0, Math.log(1e6));
    population.resample(1, { ...random('x'), uniform: () => 0.5 });
    expect(population.states).toEqual(['d', 'd', 'd']);
    expect(population.result().ancestors).toEqual([1, 1, 1]);
    expect(population.result().ess.length).toBe(4);
  });

  it('says so when no particle is left', () => {
    const population = new Population([0, 1]);
    population.reweigh(0, -Infinity);
    population.reweigh(1, -Infinity);
    const sentence = 'all 2 particles have lost their weight (log-weights -Infinity): none explains the';
    expect(() => population.resample(0.5, random('x'))).toThrow(sentence);
    expect(() => population.result()).toThrow(sentence);
  });
});
