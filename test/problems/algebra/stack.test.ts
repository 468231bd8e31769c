/** Sums, stacks, multiples and windows of operators, against matrices. */
import { describe, expect, it } from 'vitest';
import { crop } from '../../../problems/algebra/crop.js';
import { scaled } from '../../../problems/algebra/scaled.js';
import { stack, stackNoise } from '../../../problems/algebra/stack.js';
import { measure } from '../../../problems/measure.js';
import { gaussianNoise } from '../../../problems/noises/gaussian.js';
import { laplaceNoise } from '../../../problems/noises/laplace.js';
import { poissonNoise } from '../../../problems/noises/poisson.js';
import { type ForwardOperator, type LinearOperator, withLinearization } from '../../../problems/operator.js';
import { problemOf } from '../../../problems/problem.js';
import { type FloatArray, floatArray, zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { restore } from '../../../src/restore.js';
import { vector } from '../noises/noise-checks.js';
import { expectSound, linearOperatorOf, matrixOf, operatorOf } from '../sound.js';

const shape = [1, 6, 5];

const blurred = linearOperatorOf('gaussian-blur:sigma=1,border=reflect', shape);

const holes = linearOperatorOf('inpaint:fraction=0.4', shape);

const plain = linearOperatorOf('denoise', shape);

const random = keyedRandom(0, 'algebra', 0);

async function expectMatrix(operator: ForwardOperator, expected: readonly Float64Array[]): Promise<void> {
  const matrix = await matrixOf(operator);
  expect(matrix.length).toBe(expected.length);
  for (const [i, row] of expected.entries()) {
    for (const [j, value] of row.entries()) expect(matrix[i][j]).toBeCloseTo(value, 5);
  }
}

/** Complex values a + ib from one real: a row of cosines and sines. */
const waves = (frequency: number): LinearOperator =>
  withLinearization({
    inputShape: shape,
    outputShape: [2],
    field: 'complex',
    apply: (x) => {
      const out = zeros([2]);
      for (let i = 0; i < 30; i++) {
        out.data[0] += Math.cos(frequency * i) * x.data[i];
        out.data[1] += Math.sin(frequency * i) * x.data[i];
      }
      return out;
    },
    adjoint: (y) =>
      floatArray(
        Float32Array.from(
          { length: 30 },
          (_, i) => Math.cos(frequency * i) * y.data[0] + Math.sin(frequency * i) * y.data[1],
        ),
        shape,
      ),
  });

describe('stack', () => {
  it('has the rows of all, along the first axis', async () => {
    const both = stack([blurred, holes]);
    expect(both.outputShape).toEqual([2, 6, 5]);
    await expectSound(both);
    await expectMatrix(both, [...(await matrixOf(blurred)), ...(await matrixOf(holes))]);
    expect((both as LinearOperator).norm).toBeCloseTo(Math.hypot(blurred.norm!, holes.norm!), 6);
    expect([...both.observed!.subarray(0, 30)].every((seen) => seen === 1)).toBe(true);
    expect([...both.observed!.subarray(30)]).toEqual([...holes.observed!]);
  });

  it('is flat where the shapes do not agree, and complex where all are', async () => {
    const window = crop(shape, { top: 1, left: 2, height: 3, width: 2 });
    expect(stack([plain, window]).outputShape).toEqual([36]);
    const visibilities = stack([waves(0.3), waves(1.1)]);
    expect(visibilities).toMatchObject({ outputShape: [2, 2], field: 'complex' });
  });

  it.each([
    ['blur beside identity', [blurred, plain]],
    ['blur between multiples of the identity', [scaled(plain, -0.5), blurred, scaled(plain, 2)]],
    ['a stack of identities', [plain, scaled(plain, 3)]],
  ])('%s has singular values and a normal solve', async (_name, parts) => {
    const both = stack(parts) as LinearOperator;
    expect(both.svd).toBeDefined();
    expect(both.normalSolve).toBeDefined();
    await expectSound(both);
  });

  it('leaves normal equations to conjugate gradients where two parts are no isometries', () => {
    expect((stack([blurred, holes]) as LinearOperator).normalSolve).toBeUndefined();
  });

  it('differentiates nonlinear parts', async () => {
    await expectSound(stack([operatorOf('low-light:gamma=2', shape), blurred]));
  });

  it('refuses real beside complex', () => {
    expect(() => stack([plain, waves(1)])).toThrow('all real or all complex');
  });
});

describe('stackNoise', () => {
  const parts = [
    { noise: gaussianNoise(0.1), shape: [1, 1, 2] },
    { noise: gaussianNoise(0.3), shape: [2, 1, 2] },
  ];
  const [clean, y] = [vector(0.1, 0.2, 0.3, 0.4, 0.5, 0.6), vector(0.2, 0.1, 0.9, 0.2, 0.5, 0.1)];
  const part = (x: FloatArray, from: number, to: number) => vector(...x.data.subarray(from, to));

  it('has the likelihoods of its parts', () => {
    const noise = stackNoise(parts);
    const [first, second] = parts.map(({ noise }) => noise);
    const [a, b] = [clean, y].map((x) => part(x, 0, 2));
    const [c, d] = [clean, y].map((x) => part(x, 2, 6));
    expect(noise.logLikelihood(clean, y)).toBeCloseTo(
      first.logLikelihood(a, b) + second.logLikelihood(c, d),
      10,
    );
    expect([...noise.gradient(clean, y).data]).toEqual([
      ...first.gradient(a, b).data,
      ...second.gradient(c, d).data,
    ]);
    expect([...(noise.variance!(clean) as Float32Array)]).toEqual(
      [0.01, 0.01, 0.09, 0.09, 0.09, 0.09].map(Math.fround),
    );
    const drawn = noise.sample(clean, random('draw'));
    const again = random('draw');
    expect([...drawn.data]).toEqual([...first.sample(a, again).data, ...second.sample(c, again).data]);
  });

  it('has one variance where all are equal, and none where one part has none', () => {
    const [equal] = parts;
    expect(stackNoise([equal, equal]).variance!(vector(0, 0, 0, 0))).toBeCloseTo(0.01, 12);
    const mixed = stackNoise([equal, { noise: laplaceNoise(0.1), shape: [2] }]);
    expect(mixed.variance).toBeUndefined();
    expect(mixed.name).toBe('gaussian and laplace');
  });

  it('takes the measurement of a stack through restore', async () => {
    const operator = stack([blurred, plain]);
    const noise = stackNoise([
      { noise: gaussianNoise(0.01), shape },
      { noise: gaussianNoise(0.01), shape },
    ]);
    const image = floatArray(
      Float32Array.from({ length: 30 }, (_, i) => 0.5 + 0.3 * Math.sin(i)),
      shape,
    );
    const problem = problemOf(operator, noise);
    const measurement = await measure(problem, image);
    const { mean } = await restore({ measurement, problem, solver: 'wiener', options: { weight: 0.01 } });
    for (const [i, value] of mean.data.entries()) expect(Math.abs(value - image.data[i])).toBeLessThan(0.05);
    const counted = {
      ...problem,
      noise: stackNoise([
        { noise: poissonNoise(0.01), shape },
        { noise: gaussianNoise(0.01), shape },
      ]),
    };
    await expect(restore({ measurement, problem: counted, solver: 'wiener' })).rejects.toThrow(
      'but the noise is poisson and gaussian',
    );
  });
});

describe('stacks with holes', () => {
  it('have the noise of each part where that part sees', () => {
    const seen = Float32Array.of(1, 0, 1, 0);
    const holed = { ...operatorOf('denoise', [1, 2, 2]), observed: seen };
    const parts = [
      { noise: gaussianNoise(0.1), shape: [1, 2, 2] },
      { noise: laplaceNoise(0.2), shape: [1, 2, 2] },
    ];
    const { noise } = problemOf(stack([holed, operatorOf('denoise', [1, 2, 2])]), stackNoise(parts));
    const clean = vector(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8);
    const random = keyedRandom(0, 'holes', 0)('noise');
    expect([1, 3].map((i) => noise.sample(clean, random).data[i])).toEqual([0, 0]);
    const y = vector(0.15, 9, 0.2, 9, 0.4, 0.5, 0.9, 0.7);
    const expected =
      gaussianNoise(0.1).logLikelihood(vector(0.1, 0.3), vector(0.15, 0.2)) +
      laplaceNoise(0.2).logLikelihood(vector(0.5, 0.6, 0.7, 0.8), vector(0.4, 0.5, 0.9, 0.7));
    expect(noise.logLikelihood(clean, y)).toBeCloseTo(expected, 9);
    const gradient = noise.gradient(clean, y).data;
    expect([gradient[1], gradient[3]]).toEqual([0, 0]);
    expect(gradient[0]).toBeCloseTo(5, 4);
    expect(gradient[4]).toBeCloseTo(-5, 4);
  });
});
