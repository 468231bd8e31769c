/** Checks an operator against what it claims to be: what `retrodict check` prints and every shipped operator passes. */
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

export interface CheckOptions {
  readonly seed?: number;
  /** Number of random pairs (x, y) for the adjoint. */
  readonly pairs?: number;
  /** ρ of the normal equations. */
  readonly rho?: number;
}

/** What float32 arrays of any size keep, with room for sums in another order. */
const FLOAT32 = 1e-5;

/**
 * Relative errors of everything the operator offers, from random images: N(0, 1) for a linear one, uniform in [0, 1]
 * for a nonlinear one. A staircase is checked as its surrogate, an affine operator as its linear part.
 */
export async function checkOperator(
  operator: ForwardOperator,
  options: CheckOptions = {},
): Promise<CheckResult[]> {
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
    await checkDerivative(surrogate ?? operator, random, report);
    return results;
  }
  report('adjoint: ⟨Ax, y⟩ = ⟨x, Aᵀy⟩', await adjointError(operator, random, pairs), FLOAT32);
  report('linearity: A(ax + bz) = aAx + bAz', await linearityError(operator, random), FLOAT32);
  if (operator.norm !== undefined) {
    report('norm: ‖A‖ is at most what is declared', await normExcess(operator, operator.norm, random), 1e-3);
  }
  if (operator.pseudoInverse) {
    const { pseudoInverse, symmetry } = await pseudoInverseErrors(operator, random);
    report('pseudo-inverse: A A† A = A', pseudoInverse, 1e-4);
    // Rounding of Ax grows by up to the largest inverted singular value, 1e4 in the shipped operators.
    report('pseudo-inverse: A† A is symmetric', symmetry, 1e-3);
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
  if (operator.rowGram !== undefined) {
    report('A Aᵀ = c I', await rowGramError(operator, operator.rowGram, random), FLOAT32);
  }
  return results;
}

/** Where the Taylor slope is off, A may have kinks: then its derivatives along single values still agree, but at a few. */
async function checkDerivative(
  operator: ForwardOperator,
  random: RandomSource,
  report: (check: string, value: number, tolerance: number) => void,
): Promise<void> {
  const slope = await taylorError(operator, random);
  // Each value of a large transform hears little of one pixel, and the rounding of all pixels: hence the longer step.
  const steps = slope > 0.1 ? [2 ** -10, 2 ** -14 * Math.sqrt(sizeOf(operator.inputShape))] : [];
  for (const step of steps) {
    const along = await coordinateError(operator, random, step);
    if (along <= 2e-3)
      return report('vector-Jacobian product along single values, but at kinks', along, 2e-3);
  }
  report('vector-Jacobian product, |Taylor slope − 2|', slope, 0.1);
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

/** ‖A‖ by power iteration on AᵀA, from below. */
export async function estimateNorm(
  operator: LinearOperator,
  random: RandomSource = keyedRandom(0, 'norm', 0),
  iterations = 50,
): Promise<number> {
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

async function pseudoInverseErrors(operator: LinearOperator, random: RandomSource) {
  const [x, z] = ['x', 'z'].map((name) => random('pseudo-inverse', name).normals(operator.inputShape));
  const project = async (v: FloatArray) => operator.pseudoInverse!(await operator.apply(v));
  const [projected, other] = [await project(x), await project(z)];
  const seen = await operator.apply(x);
  const scale = operator.norm ?? (await estimateNorm(operator, random));
  const difference = Math.abs(dot(projected.data, z.data) - dot(x.data, other.data));
  return {
    pseudoInverse: relative(await operator.apply(projected), seen, scale * norm(x.data)),
    symmetry: ratio(difference, norm(x.data) * norm(z.data)),
  };
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

async function rowGramError(operator: LinearOperator, gram: number, random: RandomSource): Promise<number> {
  const y = random('row gram').normals(operator.outputShape);
  const back = await operator.apply(await operator.adjoint(y));
  return relative(
    back,
    mapArray(y, (value) => gram * value),
    gram * norm(y.data),
  );
}

/** Of a random direction; each step is a quarter of the one before. */
const FIRST_STEP = 2 ** -4;
const SHORTEST_STEP = 2 ** -16;

/**
 * |slope − 2| of log ‖e(h)‖ over log h, e(h) = ⟨A(x + hd) − A(x), v⟩ − h⟨d, J(x)ᵀv⟩: 2 for a right derivative, 1 for a
 * wrong one. Steps are as short as they can be with the second order still above float32's rounding; where that is
 * absent the slope is taken for right when the error is rounding.
 */
async function taylorError(operator: ForwardOperator, random: RandomSource): Promise<number> {
  const x = uniforms(operator.inputShape, random, 'taylor');
  const direction = random('taylor', 'direction').normals(operator.inputShape);
  const forward = await operator.linearize(x);
  const v = random('taylor', 'v').normals(operator.outputShape);
  const slope = dot(direction.data, (await forward.pullback(v)).data);
  forward.release();
  const errorAt = async (step: number) => {
    const moved = await operator.apply(mapArray(x, (value, i) => value + step * direction.data[i]));
    const change = mapArray(moved, (value, i) => value - forward.value.data[i]);
    return Math.abs(dot(change.data, v.data) - step * slope);
  };
  // Errors of one part in a million, which v, of mean square 1, sums with random signs.
  const rounding = 1e-6 * norm(forward.value.data);
  let [large, small] = [await errorAt(FIRST_STEP), await errorAt(FIRST_STEP / 4)];
  if (large <= rounding) return 0;
  // Long ones may pass over zeros of a field or the edge of a square root.
  for (let step = FIRST_STEP / 16; step >= SHORTEST_STEP; step /= 4) {
    const error = await errorAt(step);
    if (error < 30 * rounding) break;
    [large, small] = [small, error];
  }
  return Math.abs(Math.log(large / small) / Math.log(4) - 2);
}

/**
 * ⟨A(x + h·eᵢ) − A(x), v⟩, h the step, against h·(J(x)ᵀv)ᵢ at 40 random places i: the error that four of five of those
 * stay below at which A changes at all, relative to the change or to the root mean square of all changes, whichever is
 * larger.
 */
async function coordinateError(
  operator: ForwardOperator,
  random: RandomSource,
  step: number,
): Promise<number> {
  const x = uniforms(operator.inputShape, random, 'coordinates');
  const v = random('coordinates', 'v').normals(operator.outputShape);
  const forward = await operator.linearize(x);
  const gradient = await forward.pullback(v);
  forward.release();
  const places = random('coordinates', 'places');
  const pairs: { change: number; expected: number }[] = [];
  for (let k = 0; k < 40; k++) {
    const place = places.integer(x.data.length);
    const moved = mapArray(x, (value, i) => (i === place ? value + step : value));
    const y = await operator.apply(moved);
    const change = dot(mapArray(y, (value, i) => value - forward.value.data[i]).data, v.data);
    // The step as float32 has it.
    const expected = (moved.data[place] - x.data[place]) * gradient.data[place];
    if (change !== 0 || expected !== 0) pairs.push({ change, expected });
  }
  const typical = Math.sqrt(pairs.reduce((sum, { change }) => sum + change ** 2, 0) / pairs.length);
  const errors = pairs.map(
    ({ change, expected }) => Math.abs(change - expected) / Math.max(Math.abs(expected), typical),
  );
  errors.sort((a, b) => a - b);
  return errors[Math.floor(0.8 * errors.length)] ?? Number.POSITIVE_INFINITY;
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

function uniforms(shape: Shape, random: RandomSource, name: string): FloatArray {
  const stream = random(name);
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
