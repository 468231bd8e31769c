import { expect, it } from 'vitest';
import { Population } from '../../solvers/parts/population.js';
import { evidenceError } from '../../src/core/evidence-error.js';
import { keyedRandom } from '../../src/core/random.js';

it('without resampling is the standard error of a mean of weights', () => {
  const weights = [1, 2, 3, 6];
  const relative = weights.map((weight) => weight / 3);
  const squares = relative.reduce((sum, weight) => sum + (weight - 1) ** 2, 0);
  expect(evidenceError([0, 1, 2, 3], weights.map(Math.log))).toBeCloseTo(Math.sqrt(squares) / 4, 12);
});

it('is nearly 1 where one particle is the ancestor of all', () => {
  expect(evidenceError(Array(50).fill(7), Array(50).fill(0))).toBeCloseTo(Math.sqrt(0.98), 12);
});

it('with resampling is how much the evidence differs from run to run, and no less', () => {
  const [runs, count, rounds] = [300, 40, 4];
  const found: number[] = [];
  let variance = 0;
  for (let run = 0; run < runs; run++) {
    const random = keyedRandom(run, 'evidence', 0)('run');
    const population = new Population(Array.from({ length: count }, () => 0));
    for (let round = 0; round < rounds; round++) {
      for (let k = 0; k < count; k++) population.reweigh(k, 0.7 * random.normal());
      population.resample(2, random);
    }
    const { ancestors, logWeights, logEvidence } = population.result();
    found.push(logEvidence);
    variance += evidenceError(ancestors, logWeights) ** 2 / runs;
  }
  const mean = found.reduce((sum, value) => sum + value, 0) / runs;
  const spread = Math.sqrt(found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (runs - 1));
  // Systematic resampling does better than the multinomial one that the estimate allows for.
  expect(Math.sqrt(variance) / spread).toBeGreaterThan(0.95);
  expect(Math.sqrt(variance) / spread).toBeLessThan(1.6);
});

/** Rounds of weights whose logarithms have the mean −sd²/2: the evidence is 1. */
function lognormal(count: number, rounds: number, sd: number, run: number) {
  const random = keyedRandom(run, 'lineage', 0)('run');
  // What a particle is worth goes on to its descendants, as that of a state that hardly moves does.
  const population = new Population(Array.from({ length: count }, () => sd * random.normal()));
  for (let round = 0; round < rounds; round++) {
    for (let k = 0; k < count; k++) population.reweigh(k, (population.states[k] - sd ** 2 / 2) / rounds);
    population.resample(0.5, random);
  }
  const { ancestors, logWeights, logEvidence, diagnostics } = population.result();
  return {
    logEvidence,
    error: evidenceError(ancestors, logWeights),
    resamplings: diagnostics.resamplings[0],
  };
}

it('holds the truth where it is small; near 1 the evidence is low by more, and less with more particles', () => {
  const of = (count: number, sd: number) => Array.from({ length: 40 }, (_, k) => lognormal(count, 8, sd, k));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const within = (found: ReturnType<typeof of>) =>
    mean(found.map(({ logEvidence, error }) => (Math.abs(logEvidence) < 3 * error ? 1 : 0)));
  const easy = of(400, 1);
  expect(mean(easy.map(({ error }) => error))).toBeLessThan(0.2);
  expect(within(easy)).toBeGreaterThan(0.9);
  const [few, many] = [of(50, 5), of(3200, 5)];
  expect(mean(few.map(({ error }) => error))).toBeGreaterThan(0.5);
  expect(within(few)).toBeLessThan(0.5);
  const bias = (found: ReturnType<typeof of>) => mean(found.map(({ logEvidence }) => logEvidence));
  expect(bias(few)).toBeLessThan(-3);
  expect(bias(many)).toBeGreaterThan(bias(few) / 2);
  expect(few.every(({ resamplings }) => resamplings > 0)).toBe(true);
});
