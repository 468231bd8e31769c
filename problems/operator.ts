/**
 * What a solver may ask of a forward model A (ARCHITECTURE.md §2). An operator declares what it has; what it does not
 * have, `src/core` and `problems/` supply in general form (conjugate gradients) or the solver refuses.
 */
import { requireFunctions, requireMethods, requireOperator } from '../src/core/arguments.js';
import type { FloatArray, Shape } from '../src/core/array.js';
import type { Awaitable, Linearization } from '../src/core/linearization.js';

/** In pixels; `top` and `left` count from 0. */
export interface Window {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** A forward model A: images of one shape in, measurements of one shape out. */
export interface ForwardOperator {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** `complex`: the last axis of the measurement is [real, imaginary]. */
  readonly field: 'real' | 'complex';
  /** 1 where a measured value depends on the image, 0 where it holds nothing (a hole); absent when all do. */
  readonly observed?: Float32Array;
  /** Whether A = I. */
  readonly identity?: boolean;
  /** Whether A takes the luminance of colour images, and nothing else. */
  readonly luminance?: boolean;
  /** Whether a measured value depends on the pixel in its place and on no other. */
  readonly pixelwise?: boolean;
  /** Where each measured value is a function of the one in its place that has an inverse: that inverse. */
  readonly undo?: Undo;
  /**
   * Whether images that are far apart have the same measurement, so that the mean of what explains it is no such
   * image.
   */
  readonly ambiguous?: boolean;
  /** The part of the image that is the picture's own, where A takes more of the scene than the picture shows. */
  readonly frame?: Window;
  /** L, where A is affine: A(x) = Lx + A(0). */
  readonly linearPart?: LinearOperator;
  /**
   * Where A is a staircase, whose derivative is zero nearly everywhere: A without its steps. The pullbacks of A's
   * linearization are the surrogate's at the same x ("straight-through"), its value is A(x).
   */
  readonly surrogate?: ForwardOperator;
  /** Where A rounds something linear: what y says of that. */
  readonly rounding?: Rounding;
  /** A(x). The result is a new array; x is not changed. */
  apply(x: FloatArray): Awaitable<FloatArray>;
  /** A(x) and its vector-Jacobian products. */
  linearize(x: FloatArray): Awaitable<Linearization>;
}

/** A measurement is a picture of its own, noise aside: denoised first, it tells the image. */
export interface Undo {
  /** Whether what is undone gives the luminance of a colour image, not the image. */
  readonly grey?: boolean;
  /** y ↦ the image of A's input shape, or its luminance [1, H, W], that has this measurement. */
  invert(y: FloatArray): FloatArray;
}

/** y = A(x) says of numbers that are linear in the image between which multiples of a step each lies. */
export interface Rounding {
  /** What the image passes through before: L; the image itself when absent. */
  readonly before?: LinearOperator;
  /** Lx ↦ the numbers that A rounds, flat. */
  readonly linear: LinearOperator;
  /** y ↦ what they were rounded to; linear. */
  read(y: FloatArray): Awaitable<FloatArray>;
  /**
   * Variance of the error of each number: that of an even error within its step Δ, Δ²/12, and that of white noise in y.
   * @param noise variance of that.
   */
  variances(noise: number): Float32Array;
}

/** A linear forward model, with its adjoint and what else it knows of itself. */
export interface LinearOperator extends ForwardOperator {
  /** Aᵀy, exact to rounding. */
  adjoint(y: FloatArray): Awaitable<FloatArray>;
  /** Solves (AᵀA + ρI) x = b exactly, ρ > 0. */
  normalSolve?(b: FloatArray, rho: number): Awaitable<FloatArray>;
  /** Of coefficients of blocks: given a weight w for each, alike in all blocks, solves (Aᵀdiag(w²)A + ρI) x = b. */
  weightedSolve?(weights: Float32Array): NonNullable<LinearOperator['normalSolve']>;
  /** Singular value decomposition A = U diag(s) Vᵀ in factored form. */
  readonly svd?: SingularValues;
  /** The largest singular value, or an upper bound of it. */
  readonly norm?: number;
  /** Where strips of the image's rows are measured apart from one another: so they are solved for, too. */
  readonly strips?: readonly Strip[];
  /** c, where AAᵀ = c·I: then what the operator after this one can solve, the composition can. */
  readonly rowScale?: number;
}

/** Rows of an image, and what is measured of them. */
export interface Strip {
  /** Of the strip [C, rows, W]; its measurement is flat. */
  readonly operator: LinearOperator;
  /** The first row. */
  readonly top: number;
  /** The place of its first value in the measurement. */
  readonly start: number;
}

/**
 * A = U diag(s) Vᵀ with V orthogonal on the image space; `values` has one entry for each spectral coordinate
 * of the image (zero where A sees nothing) and U maps the spectral coordinates with s > 0 to measurements.
 */
export interface SingularValues {
  readonly values: Float32Array;
  /** Vᵀx: image to spectral coordinates, flat. */
  toSpectrum(x: FloatArray): Awaitable<FloatArray>;
  /** V u */
  fromSpectrum(u: FloatArray): Awaitable<FloatArray>;
  /** Uᵀy in the same spectral coordinates; zero where s = 0. */
  measurementToSpectrum(y: FloatArray): Awaitable<FloatArray>;
}

/**
 * Whether an operator is linear, which it shows by having an adjoint.
 * @example
 * ```ts
 * import { isLinear, operators } from 'retrodict';
 *
 * console.log(isLinear(operators.denoise.create([3, 8, 8], {}, {})));
 * ```
 */
export function isLinear(operator: ForwardOperator): operator is LinearOperator {
  requireMethods(operator, 'the operator', ['apply'], 'what bind or plainOperator gives');
  return 'adjoint' in operator;
}

/**
 * L of an affine operator; a linear one is its own.
 * @example
 * ```ts
 * import { affine, diagonal, filled, linearPartOf } from 'retrodict/problem';
 *
 * const half = diagonal([1, 2, 2], new Float32Array(4).fill(0.5));
 * console.log(linearPartOf(affine(half, filled([1, 2, 2], 1))) === half); // true
 * ```
 */
export function linearPartOf(operator: ForwardOperator): LinearOperator | undefined {
  return isLinear(operator) ? operator : operator.linearPart;
}

/**
 * The `linearize` of every linear operator.
 * @example
 * ```ts
 * import { diagonal, filled, linearizeLinear } from 'retrodict/problem';
 *
 * const half = diagonal([1, 2, 2], new Float32Array(4).fill(0.5));
 * const { value, pullback } = await linearizeLinear(half, filled([1, 2, 2], 1));
 * console.log(value.data, await pullback(value)); // 0.5 and 0.25 everywhere
 * ```
 */
export async function linearizeLinear(
  operator: Pick<LinearOperator, 'apply' | 'adjoint'>,
  x: FloatArray,
): Promise<Linearization> {
  requireMethods(operator, 'the operator', ['apply', 'adjoint'], 'one with apply and adjoint');
  return { value: await operator.apply(x), pullback: (v) => operator.adjoint(v), release() {} };
}

/**
 * Completes a linear operator: it is its own linearization, and its field is real unless it says otherwise.
 * @example
 * ```ts
 * import { mapArray, withLinearization } from 'retrodict/problem';
 *
 * export const doubled = withLinearization({
 *   inputShape: [1, 8, 8],
 *   outputShape: [1, 8, 8],
 *   norm: 2,
 *   apply: (x) => mapArray(x, (value) => 2 * value),
 *   adjoint: (y) => mapArray(y, (value) => 2 * value),
 * });
 * ```
 */
export function withLinearization(
  parts: Omit<LinearOperator, 'linearize' | 'field'> & Partial<Pick<LinearOperator, 'field'>>,
): LinearOperator {
  requireOperator(parts);
  requireMethods(parts, 'the operator', ['adjoint'], 'one with an adjoint');
  return { field: 'real', ...parts, linearize: (x) => linearizeLinear(parts, x) };
}

/**
 * A staircase (`apply`) that is differentiated as if it were its surrogate.
 * @example
 * ```ts
 * import { diagonal, mapArray, straightThrough } from 'retrodict/problem';
 *
 * const plain = diagonal([1, 8, 8], new Float32Array(64).fill(1));
 * export const rounded = straightThrough((x) => mapArray(x, Math.round), plain);
 * ```
 */
export function straightThrough(
  apply: ForwardOperator['apply'],
  surrogate: ForwardOperator,
): ForwardOperator {
  requireFunctions({ apply });
  requireOperator(surrogate);
  const { inputShape, outputShape, field, observed } = surrogate;
  return {
    inputShape,
    outputShape,
    field,
    observed,
    surrogate,
    apply,
    async linearize(x) {
      const smooth = await surrogate.linearize(x);
      return {
        value: await apply(x),
        pullback: (v) => smooth.pullback(v),
        release: () => smooth.release(),
      };
    },
  };
}
