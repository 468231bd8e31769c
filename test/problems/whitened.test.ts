import { describe, expect, it } from 'vitest';
import { correlatedNoise } from '../../problems/noises/correlated.js';
import { gaussianNoise } from '../../problems/noises/gaussian.js';
import { poissonNoise } from '../../problems/noises/poisson.js';
import { type LinearOperator, withLinearization } from '../../problems/operator.js';
import { problemOf } from '../../problems/problem.js';
import { clip } from '../../problems/restoration/clip.js';
import { identity } from '../../problems/restoration/denoise.js';
import { whitened } from '../../problems/whitened.js';
import { filled, mapArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { expectSound, linearOperatorOf } from './sound.js';

const shape = [1, 16, 24];
const octaves = [[0.01], [0.04]];
const random = (purpose: string) => keyedRandom(1, 'whitened', 0)(purpose);

describe('whitened', () => {
  it('makes neighbours independent, and keeps the mean strength', async () => {
    const noise = correlatedNoise(octaves);
    const grey = filled(shape, 0.5);
    const correlation = (x: typeof grey) => {
      let [product, square] = [0, 0];
      for (let i = 1; i < x.size; i++) {
        product += x.data[i] * x.data[i - 1];
        square += x.data[i] ** 2;
      }
      return product / square;
    };
    const minus = (a: typeof grey, b: typeof grey) => mapArray(a, (value, i) => value - b.data[i]);
    const y = noise.sample(grey, random('y'));
    const { problem, measurement } = whitened(problemOf(identity(shape), noise), y);
    const white = minus(measurement, await problem.operator.apply(grey));
    // 383 pairs: a standard error of 0.05.
    expect(correlation(minus(y, grey))).toBeGreaterThan(0.15);
    expect(Math.abs(correlation(white))).toBeLessThan(0.15);
    const power = (x: typeof grey) => x.data.reduce((sum, value) => sum + value ** 2, 0) / x.size;
    expect(power(white) / power(minus(y, grey))).toBeCloseTo(1, 0);
    expect(power(white) / (problem.noise.variance!(y) as number)).toBeCloseTo(1, 0);
  });

  it('tells images apart as the noise itself does: the same ratio of likelihoods', async () => {
    const noise = correlatedNoise(octaves);
    const operator = linearOperatorOf('gaussian-blur:sigma=1,border=reflect', shape);
    const [x, z] = [random('x').normals(shape), random('z').normals(shape)];
    const y = noise.sample(await operator.apply(x), random('y'));
    const { problem, measurement } = whitened(problemOf(operator, noise), y);
    const ratio =
      noise.logLikelihood(await operator.apply(x), y) - noise.logLikelihood(await operator.apply(z), y);
    const after =
      problem.noise.logLikelihood(await problem.operator.apply(x), measurement) -
      problem.noise.logLikelihood(await problem.operator.apply(z), measurement);
    expect(after / ratio).toBeCloseTo(1, 4);
  });

  it.each([
    ['of even levels', correlatedNoise(octaves)],
    ['of levels by brightness', correlatedNoise(octaves, [0.5, 2])],
  ])('an operator %s has its adjoint, and in closed form its inverses', async (_, noise) => {
    const { problem } = whitened(problemOf(identity(shape), noise), random('y').normals(shape));
    await expectSound(problem.operator as LinearOperator);
  });

  it('takes counted photons for Gaussian noise of their strength at each value, where they may be', async () => {
    const noise = poissonNoise(0.01);
    const light = mapArray(filled(shape, 0), (_, i) => (i % 24 < 12 ? 0.09 : 0.81));
    const task = problemOf(identity(shape), noise);
    expect(whitened(task, light).problem).toBe(task);
    const { problem, measurement } = whitened(task, light, true);
    const operator = problem.operator as LinearOperator;
    await expectSound(operator);
    const [dark, bright] = operator.svd!.values.filter((_, i) => i === 2 || i === 20);
    // Standard deviations of 0.03 and 0.09.
    expect(dark / bright).toBeCloseTo(3, 5);
    const sigma = Math.sqrt(problem.noise.variance!(light) as number);
    expect(sigma / bright).toBeCloseTo(0.09, 5);
    expect(operator.undo!.invert(measurement).data[2]).toBeCloseTo(0.09, 6);
  });

  it('knows the holes of counted photons, and of a complex measurement that it is one', () => {
    const { inputShape, outputShape, apply, adjoint } = identity(shape);
    const observed = new Float32Array(16 * 24).fill(1).fill(0, 0, 24);
    const holed = withLinearization({ inputShape, outputShape, field: 'complex', observed, apply, adjoint });
    const { operator } = whitened(problemOf(holed, poissonNoise(0.01)), filled(shape, 0.5), true).problem;
    expect(operator.observed).toBe(observed);
    expect(operator.field).toBe('complex');
  });

  it('leaves white noise and nonlinear operators as they are', () => {
    const y = filled(shape, 0.5);
    const white = problemOf(identity(shape), gaussianNoise(0.1));
    expect(whitened(white, y)).toEqual({ problem: white, measurement: y });
    const bent = problemOf(clip.create(shape, { gain: 2 }, {}), correlatedNoise(octaves));
    expect(whitened(bent, y).problem).toBe(bent);
  });
});
