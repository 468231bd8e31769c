/** Draws of an image given the data: their law in closed form, and that of each chain's steps. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { poissonNoise } from '../../../problems/noises/poisson.js';
import type { Problem } from '../../../problems/problem.js';
import { type DataDrawOptions, dataDrawOptions, drawGivenData } from '../../../solvers/parts/data-draw.js';
import { floatArray } from '../../../src/core/array.js';
import type { Random } from '../../../src/core/random.js';
import { testContext } from '../../exact/dense.js';
import {
  type Coordinates,
  coordinatesTask,
  expectBounded,
  expectLaws,
  givenData,
  type Law,
  normalsOf,
  seenAndUnseen,
  steepTask,
} from '../coordinates.js';
import { endless, expectRanges, positive } from '../declared.js';

// Far apart, so that power iterations find the largest curvature to all digits.
const seen: Coordinates = { ...seenAndUnseen, s: [2, 0.1, 0], y: [0.9, 0.3, 9] };
const { problem, measurement } = coordinatesTask(seen);
const SHAPE = problem.imageShape;
const centre = floatArray(Float32Array.of(0.4, 0.7, 0.2), SHAPE);
const SPREAD = 0.3;
const chain: DataDrawOptions = { sampler: 'langevin', chainSteps: 5, stepSize: 0.2, momentum: 0.5 };

const draw = (options: Partial<DataDrawOptions>, random: Random, of: Problem = problem) =>
  drawGivenData(of, measurement, centre, SPREAD, { ...chain, ...options }, random);

/** As `lawsOf` a solver. */
async function lawsOfDraws(options: Partial<DataDrawOptions>): Promise<Law[]> {
  const zeros = normalsOf(0, -1);
  const { data: mean } = await draw(options, zeros.random);
  const variance = new Float64Array(mean.length);
  for (let place = 0; place < zeros.drawn(); place++) {
    const { data } = await draw(options, normalsOf(1, place).random);
    for (let i = 0; i < data.length; i++) variance[i] += (data[i] - mean[i]) ** 2;
  }
  return Array.from(mean, (value, i) => ({ mean: value, variance: variance[i] }));
}

const posterior = seen.s.map((_, i) => givenData(seen, { mean: centre.data[i], variance: 0 }, SPREAD, i));

/** The chain's equation in units of each pixel's own spread m: v ← βv + √h(μ − u) + √(2(1−β))n, u ← u + √h v. */
function chainLaw(i: number, { chainSteps, stepSize }: DataDrawOptions, beta: number): Law {
  const { mean, variance } = posterior[i];
  const m = Math.sqrt(variance);
  const curvature = Math.max(...seen.s.map((s, k) => (s ** 2 * posterior[k].variance) / seen.sigma ** 2));
  const root = Math.sqrt(stepSize / (curvature + 1));
  // Mean and covariance of (u − μ, v).
  let [u, v] = [(centre.data[i] - mean) / m, 0];
  let [uu, uv, vv] = [0, 0, 0];
  for (let k = 0; k < chainSteps; k++) {
    v = beta * v - root * u;
    u += root * v;
    const [bent, mixed] = [beta * beta * vv - 2 * beta * root * uv + root * root * uu, beta * uv - root * uu];
    vv = bent + 2 * (1 - beta);
    uu = uu + 2 * root * mixed + root * root * vv;
    uv = mixed + root * vv;
  }
  return { mean: mean + m * u, variance: variance * uu };
}

describe('drawGivenData', () => {
  it.each(['auto', 'exact'] as const)('%s: has the law of the product of Gaussians', async (sampler) => {
    expectLaws(await lawsOfDraws({ sampler }), posterior);
  });

  it.each([
    { sampler: 'langevin', beta: 0 },
    { sampler: 'hmc', beta: 0.5 },
  ] as const)('$sampler: takes the steps of its equation', async ({ sampler, beta }) => {
    const laws = seen.s.map((_, i) => chainLaw(i, chain, beta));
    expectLaws(await lawsOfDraws({ sampler }), laws);
  });

  it('langevin: comes near the law of the product in many short steps', async () => {
    const laws = seen.s.map((_, i) => chainLaw(i, { ...chain, stepSize: 0.05, chainSteps: 600 }, 0));
    laws.forEach(({ mean, variance }, i) => {
      expect(mean).toBeCloseTo(posterior[i].mean, 3);
      expect(Math.abs(variance / posterior[i].variance - 1)).toBeLessThan(0.03);
    });
  });

  it.each([1, -1])('langevin: a far measurement leads no farther than 3 spreads a step: %d', async (side) => {
    const far = floatArray(Float32Array.of(1e4 * side, 0.1 * 0.7, 0), SHAPE);
    const options = { ...chain, chainSteps: 1 };
    const { data } = await drawGivenData(problem, far, centre, SPREAD, options, normalsOf(0).random);
    expect(data[0]).toBeCloseTo(centre.data[0] + 3 * side * Math.sqrt(posterior[0].variance), 4);
    // The others agree with the measurement and with the centre.
    expect(data[1]).toBeCloseTo(centre.data[1], 4);
    expect(data[2]).toBeCloseTo(centre.data[2], 6);
    expect(centre.data[0]).toBeCloseTo(0.4, 6);
  });

  it('is exact where pixels are measured one by one, and else refuses to be', async () => {
    const counted = { ...problem, noise: poissonNoise(0.05) };
    const random = () => testContext().random('draw');
    const [exact, auto, other] = [
      await draw({ sampler: 'exact' }, random(), counted),
      await draw({ sampler: 'auto' }, random(), counted),
      await draw({ sampler: 'langevin' }, random(), counted),
    ];
    expect(auto.data).toEqual(exact.data);
    expect(other.data).not.toEqual(exact.data);
    const mixed = { ...counted, operator: { ...counted.operator, pixelwise: undefined } };
    await expect(draw({ sampler: 'exact' }, random(), mixed)).rejects.toThrow(
      'sampler=exact needs a linear operator with Gaussian noise of equal variance, or pixels that are measured one by one',
    );
    const chained = await draw({ sampler: 'auto' }, random(), mixed);
    expect(chained.data).toEqual((await draw({ sampler: 'langevin' }, random(), mixed)).data);
    const { adjoint: _, ...opaque } = mixed.operator as typeof mixed.operator & { adjoint?: unknown };
    const nonlinear = { ...problem, operator: opaque };
    await expect(draw({ sampler: 'exact' }, random(), nonlinear)).rejects.toThrow('use langevin');
  });

  it('bounds the cost of an exact draw that has no closed form', async () => {
    const { task, products } = steepTask();
    const near = { ...chain, sampler: 'exact' as const };
    await drawGivenData(task.problem, task.measurement, task.measurement, 1, near, normalsOf(1).random);
    expectBounded(products());
  });

  it('has options that say so', () => {
    const options = z.strictObject(dataDrawOptions);
    expectRanges(
      { options },
      {
        sampler: { takes: ['auto', 'exact', 'langevin', 'hmc'], refuses: ['gibbs'] },
        chainSteps: endless,
        stepSize: positive(1),
        momentum: { takes: [0, 0.5, 0.99], refuses: [-0.01, 1] },
      },
    );
  });
});
