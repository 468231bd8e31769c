import { describe, expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../../models/mixture.js';
import { bind } from '../../../problems/bind.js';
import { correlatedNoise } from '../../../problems/noises/correlated.js';
import { gaussianNoise } from '../../../problems/noises/gaussian.js';
import { normalSolve } from '../../../problems/normal-solve.js';
import { isLinear, type LinearOperator } from '../../../problems/operator.js';
import { type Problem, problemOf } from '../../../problems/problem.js';
import { denoise } from '../../../problems/restoration/denoise.js';
import { parseProblem, parseTerm } from '../../../problems/spec.js';
import { whitened } from '../../../problems/whitened.js';
import { type FloatArray, floatArray, mapArray, zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { cholesky, choleskySolve } from '../../../src/core/symmetric-eigen.js';
import { restore } from '../../../src/restore.js';

const SHAPE = [3, 4, 6];
const SIZE = 72;
/** Coarse detail is four times as strong as fine, and the channels share much of it. */
const OCTAVES = [
  [0.01, 0.004, 0.012, 0.002, 0.005, 0.009],
  [0.04, 0.03, 0.05, 0.02, 0.03, 0.045],
];
const LEVELS = [1.5, 1, 0.7];
const random = (purpose: string) => keyedRandom(0, 'correlated', 0)(purpose);
const clean = mapArray(zeros(SHAPE), (_, i) => 0.5 + 0.4 * Math.sin(i / 5));
const noise = correlatedNoise(OCTAVES, LEVELS);

/** The covariance of y given `clean`, from many unit vectors through the library. */
function covarianceOf(model = noise, at = clean): Float64Array {
  const { covariance, levels } = model.whitening!(at);
  const level = (i: number) => (typeof levels === 'number' ? levels : levels[i]);
  const matrix = new Float64Array(SIZE * SIZE);
  for (let i = 0; i < SIZE; i++) {
    const unit = mapArray(zeros(SHAPE), (_, j) => (i === j ? level(i) : 0));
    const u = covariance.toSpectrum(unit);
    const column = covariance.fromSpectrum(mapArray(u, (value, k) => value * covariance.eigenvalues[k]));
    for (let j = 0; j < SIZE; j++) matrix[j * SIZE + i] = column.data[j] * level(j);
  }
  return matrix;
}

const close = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number) => {
  for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThan(tolerance);
};

describe('correlated noise', () => {
  it('is white noise where all octaves are alike', () => {
    const same = correlatedNoise([[0.01], [0.01], [0.01]]);
    const white = gaussianNoise(0.1);
    const y = white.sample(clean, random('y'));
    expect(same.logLikelihood(clean, y)).toBeCloseTo(white.logLikelihood(clean, y), 3);
    close(same.gradient(clean, y).data, white.gradient(clean, y).data, 1e-3);
  });

  it('has the likelihood of a Gaussian of its covariance', () => {
    const y = noise.sample(clean, random('y'));
    const lower = cholesky(covarianceOf(), SIZE);
    const residual = Float64Array.from(y.data, (value, i) => value - clean.data[i]);
    const solved = choleskySolve(lower, residual);
    let expected = -0.5 * SIZE * Math.log(2 * Math.PI);
    for (let i = 0; i < SIZE; i++) {
      expected -= 0.5 * residual[i] * solved[i] + Math.log(lower[i * SIZE + i]);
    }
    expect(noise.logLikelihood(clean, y)).toBeCloseTo(expected, 2);
  });

  it('draws samples of that covariance', () => {
    const draws = 4000;
    const source = random('draws');
    const expected = covarianceOf();
    const found = new Float64Array(SIZE * SIZE);
    for (let k = 0; k < draws; k++) {
      const { data } = noise.sample(clean, source);
      for (let i = 0; i < SIZE; i++) {
        for (let j = 0; j < SIZE; j++) {
          found[i * SIZE + j] += ((data[i] - clean.data[i]) * (data[j] - clean.data[j])) / draws;
        }
      }
    }
    for (let i = 0; i < SIZE; i++) {
      for (let j = 0; j < SIZE; j++) {
        const spread = Math.sqrt((expected[i * SIZE + i] * expected[j * SIZE + j] * 2) / draws);
        expect(Math.abs(found[i * SIZE + j] - expected[i * SIZE + j])).toBeLessThan(5 * spread);
      }
    }
  });

  it('has the gradient of its likelihood, levels included', () => {
    const y = noise.sample(clean, random('y'));
    const gradient = noise.gradient(clean, y).data;
    const step = 1e-3;
    for (const i of [0, 17, 40, 71]) {
      const at = (by: number) =>
        noise.logLikelihood(
          mapArray(clean, (value, j) => value + (i === j ? by : 0)),
          y,
        );
      const slope = (at(step) - at(-step)) / (2 * step);
      expect(Math.abs(gradient[i] - slope)).toBeLessThan(0.02 * Math.abs(slope) + 0.3);
    }
  });

  it('is known by name, and refuses holes and shapes that are not its own', () => {
    const term = parseTerm('correlated:octaves=0.01:0.04,levels=1.2:0.8');
    const spec = { ...parseProblem('denoise'), noise: term };
    expect(bind(spec, { imageShape: SHAPE }).noise.octaves).toEqual([[0.01], [0.04]]);
    const holes = { ...parseProblem('inpaint:fraction=0.5'), noise: term };
    expect(() => bind(holes, { imageShape: SHAPE })).toThrow('the measurement has holes');
    const three = { ...spec, noise: parseTerm('correlated:octaves=0.01:0:0.01:0:0:0.01:0.02,channels=3') };
    expect(() => bind(three, { imageShape: SHAPE })).toThrow('7 numbers, expected 6 for each octave');
    expect(() => correlatedNoise(OCTAVES).sample(zeros([1, 4, 6]), random('shape'))).toThrow('1×4×6');
  });
});

describe('whitened', () => {
  const linear = ({ operator }: Problem): LinearOperator => {
    if (!isLinear(operator)) throw new Error('not linear');
    return operator;
  };

  it.each([
    ['even levels, in closed form', correlatedNoise(OCTAVES)],
    ['levels by brightness, by conjugate gradients', noise],
  ])('gives the exact posterior of a Gaussian prior: %s', async (_, model) => {
    // x ~ N(m, r²I): the mean is m + K_x (K_x + K)⁻¹ (y − m).
    const prior = 0.04;
    const problem = problemOf(denoise.create(SHAPE, {}, {}), model, 'denoise');
    const y = model.sample(clean, random('posterior'));
    const task = whitened(problem, y);
    const operator = linear(task.problem);
    const variance = task.problem.noise.variance!(y) as number;
    const mean = mapArray(y, () => 0.5);
    const residual = mapArray(task.measurement, () => 0);
    const seen = await operator.apply(mean);
    for (let i = 0; i < SIZE; i++) residual.data[i] = task.measurement.data[i] - seen.data[i];
    const move = await normalSolve(operator, await operator.adjoint(residual), variance / prior);

    // Levels are those of the smoothed measurement, as `whitened` takes them.
    const at = smoothedAsThere(y);
    const total = covarianceOf(model, at);
    for (let i = 0; i < SIZE; i++) total[i * SIZE + i] += prior;
    const expected = choleskySolve(
      cholesky(total, SIZE),
      Float64Array.from(y.data, (value) => value - 0.5),
    );
    close(
      move.data,
      expected.map((value) => prior * value),
      2e-4,
    );
  });

  it('says what the adjoint is, and has the singular values of what it does', async () => {
    const problem = problemOf(denoise.create(SHAPE, {}, {}), correlatedNoise(OCTAVES), 'denoise');
    const operator = linear(whitened(problem, clean).problem);
    const [a, b] = [random('a').normals(SHAPE), random('b').normals(SHAPE)];
    const dot = (u: FloatArray, v: FloatArray) =>
      u.data.reduce((sum, value, i) => sum + value * v.data[i], 0);
    expect(dot(await operator.apply(a), b)).toBeCloseTo(dot(a, await operator.adjoint(b)), 3);
    const { values, toSpectrum, fromSpectrum } = operator.svd!;
    const through = await fromSpectrum(mapArray(await toSpectrum(a), (value, i) => value * values[i]));
    close(through.data, (await operator.apply(a)).data, 1e-4);
  });

  it('is what solvers of linear problems are given; what has no use for it refuses the noise', async () => {
    const problem = problemOf(denoise.create(SHAPE, {}, {}), noise, 'denoise');
    const y = noise.sample(clean, random('solvers'));
    const { mean, misfit } = await restore({ measurement: y, problem, solver: 'wiener' });
    expect(mean.data.every(Number.isFinite)).toBe(true);
    expect(misfit[0]).toBeLessThan(10);
    const prior = mixturePrior(
      new GaussianMixture([{ weight: 1, mean: new Array(SIZE).fill(0.5), covariance: 1 }]),
      SHAPE,
    );
    await expect(restore({ measurement: y, problem, prior, solver: 'tweedie' })).rejects.toThrow(
      'solver tweedie needs Gaussian noise of equal variance, but the noise is correlated',
    );
  });

  it('leaves other noise as it is', () => {
    const problem = problemOf(denoise.create(SHAPE, {}, {}), gaussianNoise(0.1), 'denoise');
    expect(whitened(problem, clean)).toEqual({ problem, measurement: clean });
  });
});

/** Means over 5×5 pixels, or what of them is inside. */
function smoothedAsThere(x: FloatArray): FloatArray {
  const [channels, height, width] = x.shape;
  const data = new Float32Array(x.data.length);
  for (let c = 0; c < channels; c++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        let [sum, count] = [0, 0];
        for (let y = Math.max(0, row - 2); y <= Math.min(height - 1, row + 2); y++) {
          for (let z = Math.max(0, column - 2); z <= Math.min(width - 1, column + 2); z++) {
            sum += x.data[(c * height + y) * width + z];
            count++;
          }
        }
        data[(c * height + row) * width + column] = sum / count;
      }
    }
  }
  return floatArray(data, x.shape);
}
