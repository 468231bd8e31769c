/**
 * Correlated noise, and noise of uneven strength, made white: y' = Wy and A' = WA say what y and A do, and any solver
 * for white noise serves.
 */
import { type FloatArray, mapArray, sizeOf } from '../src/core/array.js';
import { dot } from '../src/core/vector.js';
import { compose } from './algebra/compose.js';
import { gaussianNoise } from './noises/gaussian.js';
import { isLinear, type LinearOperator, withLinearization } from './operator.js';
import { diagonal } from './parts/diagonal.js';
import type { OctaveCovariance } from './parts/octave-covariance.js';
import type { Problem } from './problem.js';

/**
 * The same task with white noise, where the noise has a whitening and the operator is linear; as it is else. The noise
 * keeps its mean strength. Levels that go with brightness are taken from the measurement, averaged over 5×5 pixels.
 * @param photons whether counted photons are taken for Gaussian noise of their standard deviation.
 */
export function whitened(
  problem: Problem,
  measurement: FloatArray,
  photons = false,
): { problem: Problem; measurement: FloatArray } {
  const { noise, operator } = problem;
  if (!isLinear(operator)) return { problem, measurement };
  if (photons && noise.photonLevels && !noise.whitening) {
    return ofEvenPhotons(problem, operator, measurement, noise.photonLevels(smoothed(measurement)));
  }
  if (!noise.whitening) return { problem, measurement };
  const { covariance, levels } = noise.whitening(smoothed(measurement));
  const { eigenvalues } = covariance;
  const levelAt = (i: number) => (typeof levels === 'number' ? levels : levels[i]);
  let [variance, levelSquares] = [0, 0];
  for (let i = 0; i < eigenvalues.length; i++) {
    variance += eigenvalues[i] / eigenvalues.length;
    levelSquares += levelAt(i) ** 2 / eigenvalues.length;
  }
  const sigma = Math.sqrt(variance * levelSquares);
  const gains = eigenvalues.map((value) => sigma / Math.sqrt(value));
  const filter = (x: FloatArray) => {
    const u = covariance.toSpectrum(x);
    return covariance.fromSpectrum(mapArray(u, (value, i) => value * gains[i]));
  };
  // W = K^(−1/2) D^(−1), times the mean strength; K^(−1/2) is its own transpose.
  const whiten = (x: FloatArray) => filter(mapArray(x, (value, i) => value / levelAt(i)));
  const transpose = (x: FloatArray) => mapArray(filter(x), (value, i) => value / levelAt(i));
  const { inputShape, outputShape } = operator;
  const closed =
    operator.identity && typeof levels === 'number'
      ? inSpectrum(
          covariance,
          gains.map((gain) => gain / levels),
        )
      : {};
  return {
    problem: {
      ...problem,
      noise: gaussianNoise(sigma),
      operator: withLinearization({
        inputShape,
        outputShape,
        frame: operator.frame,
        apply: async (x) => whiten(await operator.apply(x)),
        adjoint: async (y) => await operator.adjoint(transpose(y)),
        ...closed,
      }),
    },
    measurement: whiten(measurement),
  };
}

/** Each value by itself, of the standard deviation that its photons have. */
function ofEvenPhotons(
  problem: Problem,
  operator: LinearOperator,
  measurement: FloatArray,
  levels: Float32Array,
): { problem: Problem; measurement: FloatArray } {
  const sigma = Math.sqrt(dot(levels, levels) / Math.max(levels.length, 1));
  const weights = diagonal(
    operator.outputShape,
    levels.map((level) => sigma / level),
  );
  const { field, frame, observed } = operator;
  const composed = compose([{ ...operator, field: 'real' }, weights]) as LinearOperator;
  const even = { ...composed, field, frame, observed };
  const whitened = weights.apply(measurement) as FloatArray;
  return { problem: { ...problem, noise: gaussianNoise(sigma), operator: even }, measurement: whitened };
}

/** What W alone has in closed form. @param values its singular values. */
function inSpectrum(
  { toSpectrum, fromSpectrum }: OctaveCovariance,
  values: Float32Array,
): Pick<LinearOperator, 'svd' | 'normalSolve' | 'norm'> {
  return {
    svd: { values, toSpectrum, fromSpectrum, measurementToSpectrum: toSpectrum },
    normalSolve: (b, rho) =>
      fromSpectrum(mapArray(toSpectrum(b), (value, i) => value * (1 / (values[i] * values[i] + rho)))),
    norm: values.reduce((most, value) => Math.max(most, value), 0),
  };
}

/** Means over 5×5 pixels of each plane of the last two axes, or what of them is inside. */
function smoothed(x: FloatArray): FloatArray {
  const [height, width] = x.shape.slice(-2);
  if (sizeOf(x.shape) === 0 || x.shape.length < 2) return x;
  const along = (data: Float32Array, step: number, extent: number) =>
    data.map((_, i) => {
      const place = Math.floor(i / step) % extent;
      let [sum, count] = [0, 0];
      for (let k = Math.max(-2, -place); k <= Math.min(2, extent - 1 - place); k++) {
        sum += data[i + k * step];
        count++;
      }
      return sum / count;
    });
  const data = along(along(x.data, 1, width), width, height);
  return mapArray(x, (_, i) => data[i]);
}
