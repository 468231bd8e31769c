import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bind, parseProblem, parseTerm } from '../problems/index.js';
import { normalSolve } from '../problems/normal-solve.js';
import type { LinearOperator } from '../problems/operator.js';
import { defineSolver } from '../solvers/define-solver.js';
import { inverse, oriented } from '../solvers/parts/equivariant.js';
import { type FloatArray, floatArray, mapArray, zeros } from '../src/core/array.js';
import { keyedRandom } from '../src/core/random.js';
import { restore } from '../src/restore.js';

const SIGMA = 0.05;
const RHO = 0.2;
const shape = [1, 8, 8];
const problem = bind(
  { ...parseProblem('inpaint:fraction=0.4,seed=1'), noise: parseTerm(`gaussian:sigma=${SIGMA}`) },
  { imageShape: shape },
);
const operator = problem.operator as LinearOperator;

/** f(y) = (AᵀA + ρI)⁻¹Aᵀy, biased towards 0 on what is seen and blind to the rest. */
const ridge = defineSolver({
  kind: 'point',
  name: 'ridge',
  summary: 'linear',
  needs: { prior: 'none', linear: true, noise: 'any' },
  samplesPosterior: false,
  options: z.strictObject({}),
  presets: {},
  run: ({ measurement }) => linear(measurement),
});

async function linear(y: FloatArray): Promise<FloatArray> {
  return normalSolve(operator, await operator.adjoint(y), RHO);
}

const truth = mapArray(zeros(shape), (_, i) => 0.5 + 0.4 * Math.sin(i / 3));
const measurement = floatArray(
  (await operator.apply(truth)).data.map(
    (value, i) => value + 0.03 * Math.cos(5 * i) * operator.observed![i],
  ),
  operator.outputShape,
);
const job = { measurement, problem, solver: ridge };

function shifted(x: FloatArray, down: number, right: number): FloatArray {
  const at = (k: number) => ((k % 8) + 8) % 8;
  return mapArray(x, (_, i) => x.data[8 * at((i >> 3) - down) + at(i - right)]);
}

/** E[(x⁽ⁱ⁾ − x̂)²] of each value: the mean over all motions of bias², and of the variance of W·noise. */
async function closedForm(estimate: FloatArray): Promise<Float64Array> {
  const variance = new Float64Array(64);
  for (let k = 0; k < 64; k++) {
    if (operator.observed![k] === 0) continue;
    const column = await linear(mapArray(zeros(shape), (_, i) => (i === k ? 1 : 0)));
    column.data.forEach((value, i) => {
      variance[i] += SIGMA ** 2 * value ** 2;
    });
  }
  const expected = new Float64Array(64);
  const spread = floatArray(Float32Array.from(variance), shape);
  for (let orientation = 0; orientation < 8; orientation++) {
    for (let down = -1; down <= 1; down++) {
      for (let right = -1; right <= 1; right++) {
        const back = (x: FloatArray) => oriented(shifted(x, -down, -right), inverse(orientation));
        const there = shifted(oriented(estimate, orientation), down, right);
        const again = back(await linear(await operator.apply(there)));
        const noise = back(spread);
        for (let i = 0; i < 64; i++) {
          expected[i] += ((again.data[i] - estimate.data[i]) ** 2 + noise.data[i]) / 72;
        }
      }
    }
  }
  return expected;
}

const meanOf = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

describe('the equivariant bootstrap', () => {
  it('of a linear estimator is what its bias and its noise come to, in all and pixel by pixel', async () => {
    const { mean, bootstrap } = await restore({ ...job, bootstrap: 2000 });
    const expected = await closedForm(mean);
    const found = mapArray(bootstrap!.sd, (sd) => sd ** 2).data;
    expect(meanOf(found) / meanOf(expected)).toBeCloseTo(1, 1);
    found.forEach((square, i) => {
      expect(square / expected[i]).toBeGreaterThan(0.85);
      expect(square / expected[i]).toBeLessThan(1.15);
    });
    expect(meanOf(bootstrap!.rmse.map((rmse) => rmse ** 2))).toBeCloseTo(meanOf(found), 6);
    const below = bootstrap!.rmse.filter((rmse) => rmse <= bootstrap!.radius).length;
    expect(below / 2000).toBeCloseTo(0.9, 2);
  });

  it('moves what the operator does not see, where measuring anew alone would not', async () => {
    const { mean, bootstrap } = await restore({ ...job, bootstrap: 200 });
    const hole = operator.observed!.indexOf(0);
    // 0 by itself: nothing but the noise of a place that is seen comes there.
    expect(mean.data[hole]).toBe(0);
    expect(bootstrap!.sd.data[hole]).toBeGreaterThan(0.02);
    // What is seen falls into holes now and then.
    const bright = mean.data.indexOf(Math.max(...mean.data));
    expect(bootstrap!.sd.data[bright]).toBeGreaterThan(0.3);
  });

  it('has the same seed, same numbers, and does not change the estimate', async () => {
    const [once, twice, without] = [
      await restore({ ...job, bootstrap: 3, seed: 4 }),
      await restore({ ...job, bootstrap: 3, seed: 4 }),
      await restore({ ...job, seed: 4 }),
    ];
    expect(once.bootstrap).toEqual(twice.bootstrap);
    expect(once.mean.data).toEqual(without.mean.data);
    expect(without.bootstrap).toBeUndefined();
    const more = await restore({ ...job, bootstrap: 4, seed: 4 });
    expect(more.bootstrap!.rmse.slice(0, 3)).toEqual(once.bootstrap!.rmse);
    const chain = { ...ridge, kind: 'chain' as const, samplesPosterior: true };
    const drawn = await restore({ ...job, solver: chain, samples: 2, bootstrap: 2, seed: 4 });
    expect(drawn.bootstrap!.rmse[0]).toBeCloseTo(once.bootstrap!.rmse[0], 6);
  });

  it('tells of its rounds as parts of the work', async () => {
    const fractions: number[] = [];
    const walking = {
      ...ridge,
      run: async (...[task, options, context]: Parameters<typeof ridge.run>) => {
        await context.step(1, 2);
        return ridge.run(task, options, context);
      },
    };
    const onProgress = ({ fraction }: { fraction: number }) => fractions.push(fraction);
    await restore({ ...job, solver: walking, bootstrap: 3, onProgress });
    expect(fractions).toEqual([0.125, 0.375, 0.625, 0.875]);
  });

  it('refuses rounds that are no number, and noise that has a prior of its own', async () => {
    await expect(restore({ ...job, bootstrap: 1.5 })).rejects.toThrow(
      'whole number of rounds from 0, found 1.5',
    );
    const random = keyedRandom(0, 'noise', 0)('prior');
    const noisePrior = { kind: 'diffusion', denoise: async () => random.normals([1]) } as never;
    await expect(restore({ ...job, noisePrior, bootstrap: 1 })).rejects.toThrow(
      'the bootstrap measures anew',
    );
  });
});
