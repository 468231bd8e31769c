/** Sums, stacks, multiples and windows of operators, against matrices. */
import { describe, expect, it } from 'vitest';
import { affine } from '../../../problems/algebra/affine.js';
import { compose } from '../../../problems/algebra/compose.js';
import { crop } from '../../../problems/algebra/crop.js';
import { scaled } from '../../../problems/algebra/scaled.js';
import { stack, stackNoise } from '../../../problems/algebra/stack.js';
import { sum } from '../../../problems/algebra/sum.js';
import { measure } from '../../../problems/measure.js';
import { gaussianNoise } from '../../../problems/noises/gaussian.js';
import { laplaceNoise } from '../../../problems/noises/laplace.js';
import { poissonNoise } from '../../../problems/noises/poisson.js';
import {
  type ForwardOperator,
  isLinear,
  type LinearOperator,
  withLinearization,
} from '../../../problems/operator.js';
import { problemOf } from '../../../problems/problem.js';
import { type FloatArray, floatArray, zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { restore } from '../../../src/restore.js';
import { vector } from '../noises/noise-checks.js';
import { expectSound, linearOperatorOf, matrixOf, operatorOf } from '../sound.js';

const shape = [1, 6, 5];
const blurred = linearOperatorOf('gaussian-blur:sigma=1,border=reflect', shape);
const moved = linearOperatorOf('motion-blur:size=3,intensity=0,border=reflect', shape);
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

describe('sum', () => {
  it('is the sum of the matrices', async () => {
    const both = sum([blurred, holes, moved]);
    await expectSound(both);
    const [a, b, c] = [await matrixOf(blurred), await matrixOf(holes), await matrixOf(moved)];
    await expectMatrix(
      both,
      a.map((row, i) => row.map((value, j) => value + b[i][j] + c[i][j])),
    );
    expect(both.observed).toBeUndefined();
    expect((both as LinearOperator).norm).toBeUndefined(); // a motion blur that reflects declares none
    expect((sum([blurred, plain]) as LinearOperator).norm).toBeCloseTo(blurred.norm! + plain.norm!, 6);
  });

  it('has holes only where all parts have', () => {
    const [top, left] = ['inpaint:box=0:0:2:5', 'inpaint:box=0:0:6:1'].map((text) => operatorOf(text, shape));
    const { observed } = sum([top, left]);
    expect([...observed!].flatMap((seen, i) => (seen === 0 ? [i] : []))).toEqual([0, 5]);
  });

  it('keeps linear parts and surrogates, and differentiates the rest', async () => {
    const lit = affine(blurred, random('light').normals(shape));
    const steps = operatorOf('quantize:bits=2', shape);
    await expectSound(sum([lit, plain]));
    expect(isLinear(sum([lit, plain]).linearPart!)).toBe(true);
    await expectSound(sum([steps, blurred]));
    expect(sum([steps, blurred]).surrogate).toBeDefined();
    await expectSound(sum([operatorOf('low-light:gamma=2', shape), blurred]));
  });

  it('refuses shapes that differ', () => {
    expect(() => sum([])).toThrow('a sum needs at least one operator');
    expect(() => sum([plain, crop(shape, { top: 0, left: 0, height: 2, width: 5 })])).toThrow(
      'a sum needs measurements of one shape, but they are 1×6×5 (real) and 1×2×5 (real)',
    );
    expect(() => sum([plain, operatorOf('denoise', [1, 5, 6])])).toThrow(
      'a sum needs operators of the same image, but they take arrays of shape 1×6×5 and 1×5×6',
    );
  });
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
        { noise, shape },
      ]),
    };
    await expect(restore({ measurement, problem: counted, solver: 'wiener' })).rejects.toThrow(
      'but the noise is poisson and gaussian and gaussian',
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

describe('scaled', () => {
  it.each([2, -0.25])('by %d keeps all that the operator has', async (factor) => {
    for (const operator of [blurred, holes, plain, linearOperatorOf('demosaic', [3, 6, 5])]) {
      const multiple = scaled(operator, factor) as LinearOperator;
      await expectSound(multiple);
      const keys = ['norm', 'rowScale', 'pseudoInverse', 'normalSolve', 'svd', 'observed'] as const;
      for (const key of keys) expect(multiple[key] === undefined).toBe(operator[key] === undefined);
      await expectMatrix(
        multiple,
        (await matrixOf(operator)).map((row) => row.map((value) => factor * value)),
      );
    }
  });

  it('takes nonlinear, affine and staircase operators', async () => {
    for (const text of ['low-light:gamma=2', 'quantize:bits=2'])
      await expectSound(scaled(operatorOf(text, shape), -1.5));
    await expectSound(scaled(affine(blurred, random('light').normals(shape)), 3));
  });

  it.each([0, Number.NaN])('refuses %d', (factor) => {
    expect(() => scaled(plain, factor)).toThrow('a finite number other than 0');
  });
});

describe('crop', () => {
  const window = { top: 1, left: 2, height: 4, width: 2 };

  it('is some rows of the identity, of every channel', async () => {
    const operator = crop([2, 6, 5], window);
    await expectSound(operator);
    const kept = [1, 2, 3, 4].flatMap((row) => [5 * row + 2, 5 * row + 3]);
    await expectMatrix(
      operator,
      [...kept, ...kept.map((i) => i + 30)].map((place) =>
        Float64Array.from({ length: 60 }, (_, j) => +(j === place)),
      ),
    );
  });

  it('follows and precedes other operators', async () => {
    const before = compose([
      crop(shape, window),
      linearOperatorOf('gaussian-blur:sigma=1,border=reflect', [1, 4, 2]),
    ]);
    expect((before as LinearOperator).svd).toBeDefined();
    await expectSound(before);
    await expectSound(compose([blurred, crop(shape, window)]));
  });

  it('refuses windows that are none or lie outside', () => {
    expect(() => crop(shape, { ...window, height: 6 })).toThrow('does not lie in 1×6×5');
    expect(() => crop(shape, { ...window, top: -1 })).toThrow('is none');
    expect(() => crop(shape, { ...window, width: 1.5 })).toThrow('is none');
  });
});
