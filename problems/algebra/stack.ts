/** Several measurements of one image as one measurement: y = (A₁(x), A₂(x), …). */
import { requireExtents, requireNoise, requireOperators } from '../../src/core/arguments.js';
import {
  type FloatArray,
  floatArray,
  mapArray,
  type Shape,
  sameShape,
  sizeOf,
} from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { Random } from '../../src/core/random.js';
import { devianceOf, type NoiseModel, residualOf } from '../noise.js';
import { observedNoise } from '../observed.js';
import { type ForwardOperator, isLinear, type LinearOperator } from '../operator.js';
import { added, parallel, requireSameInput } from './parallel.js';

/**
 * The measurements lie end to end: along the first axis where the others agree, else as one flat vector.
 *
 * The norm is at most √Σ‖Aᵢ‖², declared where all parts declare one. Where all parts but one are multiples of
 * orthogonal matrices (square, AAᵀ = c·I), AᵀA is that one's and a multiple of I: then the stack has its normal solve
 * and singular values, as a sharp noisy picture beside a blurred clean one. Else normal equations are left to
 * conjugate gradients.
 * @param operators at least one, all of the same image, all real or all complex.
 * @throws UsageError when they take images of different shapes, or some are real and some complex.
 * @example
 * ```ts
 * import { operators, stack } from 'retrodict';
 *
 * const shape = [3, 16, 16];
 * const blur = operators['gaussian-blur'].create(shape, { sigma: 2 }, {});
 * const small = operators.downsample.create(shape, { factor: 2 }, {});
 * console.log(stack([blur, small]).outputShape);
 * ```
 */
export function stack(operators: readonly ForwardOperator[]): ForwardOperator {
  requireOperators(operators);
  requireSameInput(operators, 'a stack');
  const [{ field }] = operators;
  if (operators.some((other) => other.field !== field)) {
    throw new UsageError('a stack needs measurements that are all real or all complex, but they are both');
  }
  const shapes = operators.map(({ outputShape }) => outputShape);
  const outputShape = stackedShape(shapes, field);
  const masked = operators.some(({ observed }) => observed);
  const observed = masked
    ? concatenated(
        operators.map((part) => part.observed ?? new Float32Array(sizeOf(part.outputShape)).fill(1)),
      )
    : undefined;
  const stacked = parallel(operators, {
    outputShape,
    field,
    observed,
    join: (parts) => floatArray(concatenated(parts.map(({ data }) => data)), outputShape),
    split: (y) => pieces(y, shapes),
  });
  return operators.every(isLinear) && isLinear(stacked)
    ? { ...stacked, ...normOfStack(operators), ...besideIsometries(operators, shapes) }
    : stacked;
}

/**
 * The noise of stacked measurements, each with its own. It has a `variance` where all have one.
 * @param parts the noises, and the shapes of the measurements that they are in.
 * @example
 * ```ts
 * import { noises, operators, problemOf, stack, stackNoise } from 'retrodict';
 *
 * const plain = operators.denoise.create([3, 8, 8], {}, {});
 * const noise = stackNoise([
 *   { noise: noises.gaussian.create({ sigma: 0.1 }), shape: plain.outputShape },
 *   { noise: noises.gaussian.create({ sigma: 0.02 }), shape: plain.outputShape },
 * ]);
 * console.log(problemOf(stack([plain, plain]), noise).measurementShape);
 * ```
 */
export function stackNoise(parts: readonly { noise: NoiseModel; shape: Shape }[]): NoiseModel {
  requireParts(parts);
  const shapes = parts.map(({ shape }) => shape);
  const each = (f: (noise: NoiseModel, i: number) => Float32Array, shape: Shape) =>
    floatArray(concatenated(parts.map(({ noise }, i) => f(noise, i))), shape);
  const variances = (clean: FloatArray) => {
    const cut = pieces(clean, shapes);
    const values = parts.map(({ noise }, i) => noise.variance!(cut[i]));
    const [first] = values;
    if (typeof first === 'number' && values.every((value) => value === first)) return first;
    return concatenated(
      values.map((value, i) =>
        typeof value === 'number' ? new Float32Array(sizeOf(shapes[i])).fill(value) : value,
      ),
    );
  };
  return {
    name: parts.map(({ noise }) => noise.name).join(' and '),
    sample(clean: FloatArray, random: Random) {
      const cut = pieces(clean, shapes);
      return each((noise, i) => noise.sample(cut[i], random).data, clean.shape);
    },
    logLikelihood(clean, y) {
      const [cut, cutY] = [pieces(clean, shapes), pieces(y, shapes)];
      return parts.reduce((sum, { noise }, i) => sum + noise.logLikelihood(cut[i], cutY[i]), 0);
    },
    gradient(clean, y) {
      const [cut, cutY] = [pieces(clean, shapes), pieces(y, shapes)];
      return each((noise, i) => noise.gradient(cut[i], cutY[i]).data, clean.shape);
    },
    residual(clean, y) {
      const [cut, cutY] = [pieces(clean, shapes), pieces(y, shapes)];
      return each((noise, i) => residualOf(noise, cut[i], cutY[i]).data, clean.shape);
    },
    variance: parts.every(({ noise }) => noise.variance) ? variances : undefined,
    deviance(clean, y) {
      const [cut, cutY] = [pieces(clean, shapes), pieces(y, shapes)];
      return parts.reduce((sum, { noise }, i) => sum + devianceOf(noise, cut[i], cutY[i]), 0);
    },
    observing(observed) {
      const flat = floatArray(observed, [observed.length]);
      const seen = pieces(flat, shapes).map(({ data }) => data);
      return stackNoise(
        parts.map(({ noise, shape }, i) => ({ noise: observedNoise(noise, seen[i]), shape })),
      );
    },
  };
}

function requireParts(parts: readonly { noise: NoiseModel; shape: Shape }[]): void {
  if (!Array.isArray(parts) || parts.length === 0) {
    throw new UsageError('the parts are no list of one or more, expected [{ noise, shape }]');
  }
  for (const part of parts) {
    const { noise, shape } = Object(part);
    requireNoise(noise);
    requireExtents(shape);
  }
}

function stackedShape(shapes: readonly Shape[], field: 'real' | 'complex'): Shape {
  const rest = shapes[0].slice(1);
  // A complex vector has the axes [N, 2], of which the last is no extent.
  const axes = field === 'complex' ? 2 : 1;
  if (shapes.every((shape) => shape.length >= axes && sameShape(shape.slice(1), rest))) {
    return [shapes.reduce((total, [extent]) => total + extent, 0), ...rest];
  }
  const size = shapes.reduce((total, shape) => total + sizeOf(shape), 0);
  return field === 'complex' ? [size / 2, 2] : [size];
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  const data = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return data;
}

/** The measurement's parts, views of it. */
function pieces(y: FloatArray, shapes: readonly Shape[]): FloatArray[] {
  let at = 0;
  return shapes.map((shape) => {
    const start = at;
    at += sizeOf(shape);
    return floatArray(y.data.subarray(start, at), shape);
  });
}

function normOfStack(operators: readonly LinearOperator[]): Pick<LinearOperator, 'norm'> {
  const squares = operators.map(({ norm }) => (norm === undefined ? Number.NaN : norm * norm));
  const norm = Math.sqrt(squares.reduce((total, square) => total + square, 0));
  return Number.isNaN(norm) ? {} : { norm };
}

/**
 * What follows where AᵀA = B ᵀB + c·I, B the part that is no multiple of an orthogonal matrix (or the first of all).
 */
function besideIsometries(
  operators: readonly LinearOperator[],
  shapes: readonly Shape[],
): Pick<LinearOperator, 'normalSolve' | 'svd'> {
  const others = operators.filter((operator) => !isIsometry(operator));
  if (others.length > 1) return {};
  const chosen = others.length === 1 ? operators.indexOf(others[0]) : 0;
  const { normalSolve, svd } = operators[chosen];
  const gram = operators.reduce((sum, { rowScale = 0 }, i) => (i === chosen ? sum : sum + rowScale), 0);
  const values = svd?.values.map((value) => Math.sqrt(value * value + gram));
  return {
    normalSolve: normalSolve && ((b, rho) => normalSolve(b, rho + gram)),
    svd: svd && {
      values: values!,
      toSpectrum: (x) => svd.toSpectrum(x),
      fromSpectrum: (u) => svd.fromSpectrum(u),
      async measurementToSpectrum(y) {
        // Uᵀy = diag(1/s) Vᵀ Aᵀy, which for the chosen part is its own Uᵀy times its own singular values.
        const cut = pieces(y, shapes);
        const own = await svd.measurementToSpectrum(cut[chosen]);
        const images: FloatArray[] = [];
        for (const [i, operator] of operators.entries()) {
          if (i !== chosen) images.push(await operator.adjoint(cut[i]));
        }
        const rest = await svd.toSpectrum(added(images, operators[chosen].inputShape));
        return mapArray(own, (value, i) =>
          values![i] === 0 ? 0 : (svd.values[i] * value + rest.data[i]) / values![i],
        );
      },
    },
  };
}

/** AAᵀ = c·I with as many measured values as pixels, so that AᵀA = c·I too. */
function isIsometry({ rowScale, inputShape, outputShape }: LinearOperator): boolean {
  return rowScale !== undefined && sizeOf(inputShape) === sizeOf(outputShape);
}
