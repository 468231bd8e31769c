import { expect, it } from 'vitest';
import { judge, likelihoodPower, tokenImages } from '../../../solvers/parts/token-images.js';
import { floatArray } from '../../../src/core/array.js';
import { LOG_LIKELIHOOD, stateOf, tokenMeasurement, tokenPrior, tokenProblem } from '../three-tokens.js';

const task = { measurement: tokenMeasurement, problem: tokenProblem };
const tokens = { ids: Int32Array.of(1, 2, 1), height: 1, width: 3 };

it('judges the image of tokens, and its embeddings with the gradient', async () => {
  const images = tokenImages(tokenPrior(), [1, 1, 3]);
  const judged = await judge(task, await images.decode(tokens));
  const other = await judge(task, await images.decode({ ...tokens, ids: Int32Array.of(0, 0, 0) }));
  expect(judged.logLikelihood - other.logLikelihood).toBeCloseTo(
    LOG_LIKELIHOOD[stateOf(tokens)] - LOG_LIKELIHOOD[0],
    5,
  );
  const at = (x: number) => floatArray(Float32Array.of(0, x, 0.2), [1, 1, 3]);
  const { slopes } = await images.slopes(task, at(0.3));
  const [above, below] = [await images.slopes(task, at(0.31)), await images.slopes(task, at(0.29))];
  expect(slopes.data[1]).toBeCloseTo((above.logLikelihood - below.logLikelihood) / 0.02, 2);
});

it('cuts images to the size of a problem that is smaller than the grid', async () => {
  const images = tokenImages(tokenPrior(), [1, 1, 2]);
  const { image, padded } = await images.decode(tokens);
  expect([...image.data]).toEqual([0, 1]);
  expect(padded.shape).toEqual([1, 1, 3]);
});

it('takes a power of the likelihood that allows for what tokens cannot show', async () => {
  const grey = floatArray(new Float32Array(3), [1, 1, 3]);
  expect(await likelihoodPower(task, grey, 0)).toBe(1);
  // tr AᵀA = 1, of two measured values with σ = 0.4.
  expect(await likelihoodPower(task, grey, 0.4)).toBeCloseTo(2 / 3, 1);
});
