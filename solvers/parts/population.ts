/**
 * What ensembles share: weighted particles, their resampling, where each came from, and the estimate of the evidence
 * (Doucet & Johansen, "A tutorial on particle filtering and smoothing", 2009).
 */
import { requireContext, requireFunctions } from '../../src/core/arguments.js';
import type { FloatArray } from '../../src/core/array.js';
import { bitsOf, valuesOf } from '../../src/core/double-bits.js';
import { UsageError } from '../../src/core/errors.js';
import type { Random } from '../../src/core/random.js';
import { drawSideBySide } from '../../src/core/side-by-side.js';
import type { Ensemble, EnsembleContext } from '../solver.js';

/** log of the mean of exp; −∞ where every entry is. */
export function logMeanExp(logs: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < logs.length; k++) largest = Math.max(largest, logs[k]);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  for (let k = 0; k < logs.length; k++) sum += Math.exp(logs[k] - largest);
  return largest + Math.log(sum / logs.length);
}

/**
 * Does some work on each particle, several at a time. The work on one touches nothing of the others', so that neither
 * their order nor their number at a time changes what is computed.
 * @throws what the work on the first of them to fail throws.
 * @example
 * ```ts
 * import { type EnsembleContext, eachParticle } from 'retrodict/solver';
 *
 * export async function numbered(context: EnsembleContext) {
 *   const found: number[] = [];
 *   await eachParticle(context, async (k) => {
 *     found[k] = context.random('particle', k).normal();
 *   });
 *   return found;
 * }
 * ```
 */
export async function eachParticle(
  context: EnsembleContext,
  work: (k: number) => Promise<void>,
): Promise<void> {
  requireContext(context, 'random');
  requireFunctions({ work });
  const { samples, atATime = 1, signal } = context;
  await drawSideBySide(samples, atATime, signal, work);
}

/** 1/Σw̄², from 1 (one particle has all the weight) to their number. */
export function effectiveSize(logWeights: ArrayLike<number>): number {
  const level = logMeanExp(logWeights);
  let squares = 0;
  for (let k = 0; k < logWeights.length; k++) squares += Math.exp(2 * (logWeights[k] - level));
  return logWeights.length ** 2 / squares;
}

/**
 * Systematic resampling (Kitagawa 1996): the particles that go on, in order; a particle of normalised weight w̄ goes on
 * ⌊N w̄⌋ or ⌈N w̄⌉ times, N w̄ on average.
 * @param uniform the one draw from (0, 1) that decides.
 */
export function systematicResampling(logWeights: ArrayLike<number>, uniform: number): Int32Array {
  const count = logWeights.length;
  const level = logMeanExp(logWeights);
  const parents = new Int32Array(count);
  let parent = 0;
  // In units of 1/N, in which a particle of average weight is 1 long.
  let end = Math.exp(logWeights[0] - level);
  for (let k = 0; k < count; k++) {
    while (end < k + uniform && parent < count - 1) end += Math.exp(logWeights[++parent] - level);
    parents[k] = parent;
  }
  return parents;
}

/**
 * Particles of any kind of state S with unnormalised weights.
 * @example
 * ```ts
 * import { keyedRandom } from 'retrodict';
 * import { Population } from 'retrodict/solver';
 *
 * const population = new Population(['near', 'far']);
 * population.reweigh(1, Math.log(0.01));
 * population.resample(0.9, keyedRandom(0, 'example', 0)('resample'));
 * console.log(population.states, population.result().logEvidence);
 * ```
 */
export class Population<S> {
  readonly #states: S[];
  readonly #logWeights: Float64Array;
  /** For each particle, which of the first ones it descends from. */
  #ancestors: Int32Array;
  #ess: number[] = [];
  #resamplings = 0;
  #logEvidence = 0;

  /** @throws UsageError where there is no list of particles. */
  constructor(states: readonly S[]) {
    if (!Array.isArray(states))
      throw new UsageError('the states are no list, expected one for each particle');
    this.#states = [...states];
    this.#logWeights = new Float64Array(states.length);
    this.#ancestors = Int32Array.from(states.keys());
  }

  /** The bits of all that is known of the particles beside their states, to be given to `resume`. */
  get kept(): FloatArray {
    const known = [...this.#logWeights, ...this.#ancestors, this.#logEvidence, this.#resamplings];
    return bitsOf([...known, ...this.#ess]);
  }

  /** Goes on from what was kept of another of as many particles, where there is some. */
  resume(kept: FloatArray | undefined): this {
    if (!kept) return this;
    const [count, known] = [this.#states.length, valuesOf(kept)];
    this.#logWeights.set(known.subarray(0, count));
    this.#ancestors = Int32Array.from(known.subarray(count, 2 * count));
    [this.#logEvidence, this.#resamplings, ...this.#ess] = known.subarray(2 * count);
    return this;
  }

  get states(): readonly S[] {
    return this.#states;
  }

  /** Puts particle k into another state; its weight stays. */
  move(k: number, state: S): void {
    this.#states[k] = state;
  }

  /** Multiplies the weight of particle k. @param increment log of the factor. */
  reweigh(k: number, increment: number): void {
    this.#logWeights[k] += increment;
  }

  /**
   * Notes the effective sample size and, where it is below `threshold` times their number, replaces the particles by
   * equally weighted ones drawn from them. A state may then belong to several particles.
   * @throws Error where no particle has a finite weight.
   */
  resample(threshold: number, random: Random): void {
    const count = this.#states.length;
    const level = this.#level();
    const ess = effectiveSize(this.#logWeights);
    this.#ess.push(ess);
    if (!(ess < threshold * count)) return;
    this.#resamplings++;
    this.#logEvidence += level;
    const parents = systematicResampling(this.#logWeights, random.uniform());
    const [states, ancestors] = [[...this.#states], this.#ancestors];
    parents.forEach((parent, k) => {
      this.#states[k] = states[parent];
    });
    this.#ancestors = parents.map((parent) => ancestors[parent]);
    this.#logWeights.fill(0);
  }

  /** log of the mean weight. @throws Error where no particle has a finite one. */
  #level(): number {
    const level = logMeanExp(this.#logWeights);
    if (Number.isFinite(level)) return level;
    throw new Error(
      `all ${this.#states.length} particles have lost their weight (log-weights ${level}): none explains the measurement; take more samples`,
    );
  }

  /**
   * What is known of it at the end. The evidence is the mean of the weights, over all resampling.
   * @throws Error where no particle has a finite weight.
   */
  result(): Required<Omit<Ensemble, 'samples'>> {
    return {
      logWeights: [...this.#logWeights],
      logEvidence: this.#logEvidence + this.#level(),
      ess: [...this.#ess, effectiveSize(this.#logWeights)],
      ancestors: [...this.#ancestors],
      diagnostics: { resamplings: [this.#resamplings] },
    };
  }
}
