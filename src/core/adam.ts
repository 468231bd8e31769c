/**
 * Adam (Kingma and Ba 2015), with bias correction and without weight decay. With one scale for all values (`shared`)
 * those on which little depends move little; each in its own, they move as far as the others, whichever way.
 */
import { requireNumbers, requireSizes } from './arguments.js';
import type { FloatArray } from './array.js';
import { bitsOf, valuesOf } from './double-bits.js';
import type { Vector } from './vector.js';

/** The published value: a gradient of exactly zero moves nothing. */
const EPSILON = 1e-8;

/**
 * Adam (Kingma & Ba 2015), without weight decay: moves a vector along gradients in steps of its own scale.
 * @example
 * ```ts
 * import { Adam } from 'retrodict/solver';
 *
 * // The minimum of (x − 3)², whose gradient is 2(x − 3).
 * const x = Float64Array.of(0);
 * const adam = new Adam(1, 0.1);
 * for (let i = 0; i < 300; i++) adam.step(Float64Array.of(2 * (x[0] - 3)), x);
 * console.log(x[0]); // about 3
 * ```
 */
export class Adam {
  /** The number of steps, then the means of gradients, then those of their squares. */
  readonly #kept: Float64Array;
  readonly #mean: Float64Array;
  readonly #square: Float64Array;

  /** @param rate about how far a value moves in a step. */
  constructor(
    size: number,
    readonly rate: number,
    readonly beta1 = 0.9,
    readonly beta2 = 0.999,
    readonly shared = false,
  ) {
    requireSizes({ size });
    requireNumbers({ rate });
    this.#kept = new Float64Array(1 + 2 * size);
    this.#mean = this.#kept.subarray(1, 1 + size);
    this.#square = this.#kept.subarray(1 + size);
  }

  /** The bits of all that its next steps depend on, to be given to `resume`; it changes with them. */
  get kept(): FloatArray {
    return bitsOf(this.#kept);
  }

  /** Goes on from what was kept of another of the same size, where there is some. */
  resume(kept: FloatArray | undefined): this {
    if (kept) this.#kept.set(valuesOf(kept));
    return this;
  }

  /** x ← x − a step along `gradient`, whose scale does not matter. */
  step(gradient: Vector, x: Vector): void {
    const count = ++this.#kept[0];
    const first = 1 - this.beta1 ** count;
    const second = 1 - this.beta2 ** count;
    let mean = 0;
    if (this.shared) for (let i = 0; i < x.length; i++) mean += gradient[i] ** 2 / x.length;
    for (let i = 0; i < x.length; i++) {
      const g = gradient[i];
      this.#mean[i] += (1 - this.beta1) * (g - this.#mean[i]);
      this.#square[i] += (1 - this.beta2) * ((this.shared ? mean : g * g) - this.#square[i]);
      x[i] -= (this.rate * (this.#mean[i] / first)) / (Math.sqrt(this.#square[i] / second) + EPSILON);
    }
  }
}
