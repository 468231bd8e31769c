/** Checks an operator against what it claims to be: what `retrodict check` prints and every shipped operator passes. */
import { requireFunctions, requireMethods, requireOperator } from '../src/core/arguments.js';
import { type FloatArray, floatArray, mapArray, type Shape, sizeOf } from '../src/core/array.js';
import { conjugateGradients } from '../src/core/conjugate-gradients.js';
import { keyedRandom, type RandomSource } from '../src/core/random.js';
import { dot, norm } from '../src/core/vector.js';
import { normalSolve } from './normal-solve.js';
import { type ForwardOperator, isLinear, type LinearOperator } from './operator.js';

/** One line of the table: `ok` when the value is at most the tolerance. */
export interface CheckResult {
  readonly check: string;
  readonly value: number;
  readonly tolerance: number;
  readonly ok: boolean;
}

/** How thoroughly an operator is checked. */
export interface CheckOptions {
  readonly seed?: number;
  /** Number of random pairs (x, y) for the adjoint. */
  readonly pairs?: number;
  /** ρ of the normal equations. */
  readonly rho?: number;
}

/** What float32 arrays of any size keep, with room for sums in another order. */
const FLOAT32 = 1e-5;

/** What differences of float32 arrays tell of a derivative. */
const DERIVATIVE = 1e-3;

/**
 * Relative errors of everything the operator offers, from random images: N(0, 1) for a linear one, uniform in [0, 1]
 * for a nonlinear one. A staircase is checked as its surrogate, an affine operator as its linear part.
 * @example
 * ```ts
 * import { checkOperator, operators } from 'retrodict';
 *
 * const checks = await checkOperator(operators.demosaic.create([3, 16, 16], {}, {}));
 * for (const { check, value, ok } of checks) console.log(check, value, ok);
 * ```
 */
export async function checkOperator(
  operator: ForwardOperator,
  options: CheckOptions = {},
): Promise<CheckResult[]> {
  requireOperator(operator);
  const { seed = 0, pairs = 20, rho = 0.1 } = options;
  const random = keyedRandom(seed, 'check', 0);
  const results: CheckResult[] = [];
  const report = (check: string, value: number, tolerance: number) => {
    results.push({ check, value, tolerance, ok: value <= tolerance });
  };
  report('apply gives finite values of the declared shape', await shapeError(operator, random), 0);
  if (!isLinear(operator)) {
    const { surrogate, linearPart } = operator;
    if (surrogate) {
      report("pullback is the surrogate's", await pullbackDifference(operator, surrogate, random), 0);
    } else if (linearPart) {
      report('affine: A(x) = Lx + A(0)', await affineError(operator, linearPart, random), FLOAT32);
      report("pullback is the linear part's", await pullbackDifference(operator, linearPart, random), 0);
      return [...results, ...(await checkOperator(linearPart, options))];
    }
    const derivative = await derivativeError(surrogate ?? operator, random);
    report('vector-Jacobian product: central differences', derivative, DERIVATIVE);
    return results;
  }
  report('adjoint: ⟨Ax, y⟩ = ⟨x, Aᵀy⟩', await adjointError(operator, random, pairs), FLOAT32);
  report('linearity: A(ax + bz) = aAx + bAz', await linearityError(operator, random), FLOAT32);
  if (operator.norm !== undefined) {
    report('norm: ‖A‖ is at most what is declared', await normExcess(operator, operator.norm, random), 1e-3);
  }
  if (operator.normalSolve) {
    report('normal solve: (AᵀA + ρ) x = b', await normalError(operator, random, rho), FLOAT32);
    report('normal solve against conjugate gradients', await normalAgainstCg(operator, random, rho), 1e-4);
  }
  if (operator.svd) {
    const { orthogonal, factors } = await svdErrors(operator, operator.svd, random);
    report('SVD: V Vᵀ = I and ‖Vᵀx‖ = ‖x‖', orthogonal, FLOAT32);
    report('SVD: Uᵀ A = diag(s) Vᵀ and ‖Uᵀ A x‖ = ‖A x‖', factors, FLOAT32);
  }
  if (operator.rowScale !== undefined) {
    report('A Aᵀ = c I', await rowScaleError(operator, operator.rowScale, random), FLOAT32);
  }
  return results;
}

async function shapeError(operator: ForwardOperator, random: RandomSource): Promise<number> {
  const x = uniforms(operator.inputShape, random, 'shape');
  const before = x.data.slice();
  const y = await operator.apply(x);
  const wrong =
    y.shape.join() !== operator.outputShape.join() ||
    y.data.length !== sizeOf(operator.outputShape) ||
    !y.data.every(Number.isFinite) ||
    x.data.some((value, i) => value !== before[i]);
  return wrong ? 1 : 0;
}

/** Largest |⟨Ax, y⟩ − ⟨x, Aᵀy⟩| / (‖Ax‖‖y‖ + ‖x‖‖Aᵀy‖) over random pairs. */
async function adjointError(operator: LinearOperator, random: RandomSource, pairs: number): Promise<number> {
  let worst = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const x = random('adjoint', 'x', pair).normals(operator.inputShape);
    const y = random('adjoint', 'y', pair).normals(operator.outputShape);
    const forward = await operator.apply(x);
    const backward = await operator.adjoint(y);
    const difference = Math.abs(dot(forward.data, y.data) - dot(x.data, backward.data));
    const scale = norm(forward.data) * norm(y.data) + norm(x.data) * norm(backward.data);
    worst = Math.max(worst, ratio(difference, scale));
  }
  return worst;
}

async function linearityError(operator: LinearOperator, random: RandomSource): Promise<number> {
  const [x, z] = ['x', 'z'].map((name) => random('linearity', name).normals(operator.inputShape));
  const [a, b] = [0.7, -1.3];
  const together = await operator.apply(mapArray(x, (value, i) => a * value + b * z.data[i]));
  const [ax, az] = [await operator.apply(x), await operator.apply(z)];
  return relative(
    together,
    mapArray(ax, (value, i) => a * value + b * az.data[i]),
    norm(ax.data) + norm(az.data),
  );
}

/** How much the norm that power iteration finds exceeds the declared one, relative to it. */
async function normExcess(operator: LinearOperator, declared: number, random: RandomSource): Promise<number> {
  return ratio(Math.max(0, (await estimateNorm(operator, random)) - declared), declared);
}

/**
 * ‖A‖ by power iteration on AᵀA, from below.
 * @example
 * ```ts
 * import { diagonal, estimateNorm } from 'retrodict/problem';
 *
 * console.log(await estimateNorm(diagonal([1, 1, 3], Float32Array.of(1, 2, 3)))); // 3
 * ```
 */
export async function estimateNorm(
  operator: LinearOperator,
  random: RandomSource = keyedRandom(0, 'norm', 0),
  iterations = 50,
): Promise<number> {
  requireOperator(operator);
  requireMethods(operator, 'the operator', ['adjoint'], 'a linear one, with an adjoint');
  requireFunctions({ random });
  let x = random('norm').normals(operator.inputShape);
  let estimate = 0;
  for (let i = 0; i < iterations; i++) {
    const length = norm(x.data);
    if (length === 0) return 0;
    const unit = mapArray(x, (value) => value / length);
    const y = await operator.apply(unit);
    estimate = norm(y.data);
    x = await operator.adjoint(y);
  }
  return estimate;
}

function normalProduct(operator: LinearOperator, rho: number) {
  return async (x: FloatArray) => {
    const seen = await operator.adjoint(await operator.apply(x));
    return mapArray(x, (value, i) => seen.data[i] + rho * value);
  };
}

async function normalError(operator: LinearOperator, random: RandomSource, rho: number): Promise<number> {
  const b = random('normal').normals(operator.inputShape);
  const x = await normalSolve(operator, b, rho);
  return relative(await normalProduct(operator, rho)(x), b, norm(b.data));
}

async function normalAgainstCg(operator: LinearOperator, random: RandomSource, rho: number): Promise<number> {
  const b = random('normal', 'conjugate gradients').normals(operator.inputShape);
  const x = await normalSolve(operator, b, rho);
  const iterative = await conjugateGradients(normalProduct(operator, rho), b);
  return relative(x, iterative, norm(x.data));
}

async function svdErrors(
  operator: LinearOperator,
  svd: NonNullable<LinearOperator['svd']>,
  random: RandomSource,
) {
  const x = random('svd').normals(operator.inputShape);
  const spectrum = await svd.toSpectrum(x);
  const measured = await operator.apply(x);
  const coordinates = await svd.measurementToSpectrum(measured);
  const expected = mapArray(spectrum, (value, i) => svd.values[i] * value);
  const length = norm(x.data);
  const isometry = Math.abs(norm(spectrum.data) - length) / length;
  const range = ratio(Math.abs(norm(coordinates.data) - norm(measured.data)), norm(measured.data));
  return {
    orthogonal: Math.max(isometry, relative(await svd.fromSpectrum(spectrum), x, length)),
    factors: Math.max(range, relative(coordinates, expected, norm(measured.data))),
  };
}

async function rowScaleError(operator: LinearOperator, scale: number, random: RandomSource): Promise<number> {
  const y = random('row scale').normals(operator.outputShape);
  const back = await operator.apply(await operator.adjoint(y));
  return relative(
    back,
    mapArray(y, (value) => scale * value),
    scale * norm(y.data),
  );
}

/** A pair of a point and a direction at which a derivative is tried, and what it claims to be there. */
interface Trial {
  readonly x: FloatArray;
  readonly direction: FloatArray;
  readonly v: FloatArray;
  readonly claimed: number;
}

/**
 * ⟨A(x + hd) − A(x − hd), v⟩/2h against ⟨d, J(x)ᵀv⟩ for random x, d and v: the median difference of seven such,
 * relative to the root mean square of the claims. The step h goes from long ones, which pass over kinks and bend with
 * A, to short ones, which drown in float32's rounding, until one agrees. The median bears with an x at which a field
 * all but vanishes.
 */
async function derivativeError(operator: ForwardOperator, random: RandomSource): Promise<number> {
  const trials: Trial[] = [];
  for (let k = 0; k < 7; k++) {
    const x = uniforms(operator.inputShape, random, 'derivative', 'x', k);
    const direction = random('derivative', 'direction', k).normals(operator.inputShape);
    const v = random('derivative', 'v', k).normals(operator.outputShape);
    const { pullback, release } = await operator.linearize(x);
    trials.push({ x, direction, v, claimed: dot(direction.data, (await pullback(v)).data) });
    release();
  }
  const scale = Math.hypot(...trials.map(({ claimed }) => claimed)) / Math.sqrt(trials.length);
  let least = Number.POSITIVE_INFINITY;
  for (let step = 2 ** -6; step >= 2 ** -16 && least > DERIVATIVE; step /= 4) {
    const errors: number[] = [];
    for (const trial of trials) {
      errors.push(ratio(Math.abs((await slopeAt(operator, trial, step)) - trial.claimed), scale));
    }
    least = Math.min(least, errors.sort((a, b) => a - b)[3]);
  }
  return least;
}

async function slopeAt(operator: ForwardOperator, { x, direction, v }: Trial, step: number): Promise<number> {
  const moved = (by: number) => operator.apply(mapArray(x, (value, i) => value + by * direction.data[i]));
  const [ahead, behind] = [await moved(step), await moved(-step)];
  return dot(mapArray(ahead, (value, i) => value - behind.data[i]).data, v.data) / (2 * step);
}

async function pullbackDifference(
  operator: ForwardOperator,
  other: ForwardOperator,
  random: RandomSource,
): Promise<number> {
  const x = uniforms(operator.inputShape, random, 'pullback');
  const v = random('pullback', 'v').normals(operator.outputShape);
  const [forward, otherForward] = [await operator.linearize(x), await other.linearize(x)];
  const [found, expected] = [await forward.pullback(v), await otherForward.pullback(v)];
  forward.release();
  otherForward.release();
  return relative(found, expected, norm(expected.data));
}

async function affineError(
  operator: ForwardOperator,
  linearPart: LinearOperator,
  random: RandomSource,
): Promise<number> {
  const x = uniforms(operator.inputShape, random, 'affine');
  const [y, linear] = [await operator.apply(x), await linearPart.apply(x)];
  const offset = await operator.apply(mapArray(x, () => 0));
  const sum = mapArray(linear, (value, i) => value + offset.data[i]);
  return relative(y, sum, norm(linear.data) + norm(offset.data));
}

function uniforms(shape: Shape, random: RandomSource, ...path: (string | number)[]): FloatArray {
  const stream = random(...path);
  return floatArray(
    Float32Array.from({ length: sizeOf(shape) }, () => stream.uniform()),
    shape,
  );
}

function relative(a: FloatArray, b: FloatArray, scale: number): number {
  return ratio(norm(mapArray(a, (value, i) => value - b.data[i]).data), scale);
}

function ratio(value: number, scale: number): number {
  return value === 0 ? 0 : value / scale;
}
