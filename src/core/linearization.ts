/** A function's value and its vector-Jacobian products: what operators, priors and decoders give to solvers. */
import { requireFunctions, requireMethods } from './arguments.js';
import type { FloatArray } from './array.js';

/** In-process code answers at once, ONNX graphs and decoders later; callers always await. */
export type Awaitable<T> = T | Promise<T>;

/** f(x) and v ↦ J(x)ᵀv, for as many v as wanted, until `release()`. */
export interface Linearization {
  /** f(x) */
  readonly value: FloatArray;
  /** J(x)ᵀv, of the shape of x. @param v of the shape of `value`. */
  pullback(v: FloatArray): Awaitable<FloatArray>;
  /** Frees what was kept for `pullback` (residuals in a worker); `value` stays valid. */
  release(): void;
}

/**
 * g(f(x)) from f at x and g's linearization at what that gives; releasing it releases both.
 * @example
 * ```ts
 * import { operators } from 'retrodict';
 * import { andThen, filled } from 'retrodict/problem';
 *
 * const blur = operators['gaussian-blur'].create([3, 16, 16], { sigma: 1, border: 'reflect' }, {});
 * const clip = operators.clip.create([3, 16, 16], {}, {});
 * const x = filled([3, 16, 16], 0.5);
 * const both = await andThen(await blur.linearize(x), (value) => clip.linearize(value));
 * console.log(both.value, await both.pullback(x));
 * both.release();
 * ```
 */
export async function andThen(
  inner: Linearization,
  outerAt: (value: FloatArray) => Awaitable<Linearization>,
): Promise<Linearization> {
  requireMethods(inner, 'the inner linearization', ['pullback', 'release'], 'what linearize gives');
  requireFunctions({ outerAt });
  let outer: Linearization;
  try {
    outer = await outerAt(inner.value);
  } catch (error) {
    inner.release();
    throw error;
  }
  return {
    value: outer.value,
    pullback: async (v) => inner.pullback(await outer.pullback(v)),
    release() {
      outer.release();
      inner.release();
    },
  };
}
