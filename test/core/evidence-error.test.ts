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
