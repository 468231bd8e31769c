import { expect, it } from 'vitest';
import { embeddingCurvatures, guidedLaw } from '../../../solvers/parts/guided-token.js';
import { tokenImages } from '../../../solvers/parts/token-images.js';
import { floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { LOG_LIKELIHOOD, tokenMeasurement, tokenPrior, tokenProblem } from '../three-tokens.js';

const task = { measurement: tokenMeasurement, problem: tokenProblem };
const prior = tokenPrior();
const images = tokenImages(prior, [1, 1, 3]);
const at = floatArray(Float32Array.of(-1, 0, 1), [1, 1, 3]);

it('is the law given prior and measurement where the likelihood is quadratic', async () => {
  const { slopes } = await images.slopes(task, at);
  const chances = Float64Array.of(0.2, 0.3, 0.5);
  // Of the first token (AᵀA)₀₀/σ² = 0.25/0.16. States (0, 1, 2), (1, 1, 2) and (2, 1, 2).
  const curvatures = Float64Array.of(0.25 / 0.16, 0, 0);
  const law = guidedLaw(chances, slopes, curvatures, prior, { place: 0, now: 0, power: 0.5 });
  const weights = [5, 14, 23].map((state, k) => chances[k] * Math.exp(0.5 * LOG_LIKELIHOOD[state]));
  const sum = weights.reduce((a, b) => a + b);
  weights.forEach((weight, k) => {
    expect(law[k]).toBeCloseTo(weight / sum, 5);
  });
});

it('knows about the curvature of each token', async () => {
  const found = await embeddingCurvatures(task, images, at, keyedRandom(0, 'curvatures', 0)('signs'));
  // The diagonal of AᵀA/σ², and what four random signs add.
  const expected = [0.25, 0.5, 0.25].map((value) => value / 0.16);
  expected.forEach((value, i) => {
    expect(Math.abs(found[i] - value)).toBeLessThan(2);
  });
  expect(found[1]).toBeGreaterThan(1);
});
