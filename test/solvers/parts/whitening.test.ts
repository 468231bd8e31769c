import { expect, it } from 'vitest';
import { bind, problem as problemSpec } from '../../../problems/bind.js';
import { isLinear } from '../../../problems/operator.js';
import { drawGivenData, exactDraw } from '../../../solvers/parts/data-draw.js';
import { addComplement } from '../../../solvers/parts/whitening.js';
import { zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';

const [VARIANCE, NOISE, DRAWS] = [0.04, 0.1, 400];

/** Variance of every pixel over many draws about 0, and the covariance of neighbours. */
async function moments(spec: string, share: number) {
  const shape = [1, 6, 6];
  const problem = bind(problemSpec(spec, `gaussian:sigma=${NOISE}`), { imageShape: shape });
  const { operator } = problem;
  if (!isLinear(operator)) throw new Error('expected a linear operator');
  const nothing = zeros(operator.outputShape);
  const sums = new Float64Array(36);
  let together = 0;
  for (let k = 0; k < DRAWS; k++) {
    const random = keyedRandom(0, 'whitening', k)('draw');
    const x = await drawGivenData(problem, nothing, zeros(shape), Math.sqrt(VARIANCE), exactDraw, random);
    const measured = { problem: { operator }, noiseVariance: NOISE ** 2 };
    if (share > 0) await addComplement(measured, x, VARIANCE, share, random);
    for (let i = 0; i < 36; i++) {
      sums[i] += x.data[i] ** 2 / DRAWS;
      if (i % 6 < 5) together += (x.data[i] * x.data[i + 1]) / (30 * DRAWS);
    }
  }
  return { variances: sums, together };
}

const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value / values.length, 0);

const STANDARD_ERROR = VARIANCE * Math.sqrt(2 / DRAWS);

it.each(['denoise', 'inpaint:fraction=0.5', 'gaussian-blur:sigma=1,border=reflect', 'downsample:factor=2'])(
  '%s: a draw and its complement are white, of variance r²',
  async (spec) => {
    const { variances, together } = await moments(spec, 1);
    expect(Math.abs(meanOf(variances) - VARIANCE)).toBeLessThan((4.5 * STANDARD_ERROR) / 6);
    for (const variance of variances)
      expect(Math.abs(variance - VARIANCE)).toBeLessThan(4.5 * STANDARD_ERROR);
    expect(Math.abs(together)).toBeLessThan((4.5 * VARIANCE) / Math.sqrt(30 * DRAWS));
  },
);

it('of a share of it, so much is added', async () => {
  const closed = 1 / (1 / VARIANCE + 1 / NOISE ** 2);
  const { variances } = await moments('denoise', 0.25);
  const expected = closed + 0.25 * (VARIANCE - closed);
  expect(Math.abs(meanOf(variances) - expected)).toBeLessThan((4.5 * expected * Math.sqrt(2 / DRAWS)) / 6);
});
