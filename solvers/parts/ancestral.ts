/** Moves that chains share. The state is x = x0 + σ n, x0 in [0, 1]. */
import { requireArrays, requireMethods, requireNumbers, requireRandom } from '../../src/core/arguments.js';
import { type FloatArray, floatArray, mapArray, type Shape } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';

/**
 * N(½, σ²), or about another mean: what an image in [0, 1] looks like under noise that hides it.
 * @example
 * ```ts
 * import { keyedRandom } from 'retrodict';
 * import { startState } from 'retrodict/solver';
 *
 * console.log(startState([3, 16, 16], 80, keyedRandom(0, 'example', 0)('init')));
 * ```
 */
export function startState(
  shape: Shape,
  sigma: number,
  random: Random,
  mean: number | Float32Array = 0.5,
): FloatArray {
  requireMethods(random, 'the stream of random numbers', ['normals'], "what context.random('start') gives");
  requireNumbers({ sigma });
  const meanAt = (i: number) => (typeof mean === 'number' ? mean : mean[i]);
  return mapArray(random.normals(shape), (z, i) => meanAt(i) + sigma * z);
}

type Normals = Pick<Random, 'normal'>;

/**
 * x̂ + keep·(x − x̂) + spread·n: the move that all chains make.
 * @param clean x̂. @param random of n; not asked where `spread` is 0.
 * @example
 * ```ts
 * import { filled, nextState } from 'retrodict/solver';
 *
 * console.log(nextState(filled([1, 2, 2], 0.5), filled([1, 2, 2], 0.9), 0.25).data); // 0.6
 * ```
 */
export function nextState(
  clean: FloatArray,
  x: FloatArray,
  keep: number,
  spread = 0,
  random?: Normals,
): FloatArray {
  requireArrays({ clean, x });
  requireNumbers({ keep, spread });
  if (spread !== 0) requireRandom(random);
  // A plain loop: callbacks on every pixel cost as much as the operator.
  const [from, to, moved] = [x.data, clean.data, new Float32Array(clean.size)];
  const normals = spread === 0 ? undefined : random;
  for (let i = 0; i < moved.length; i++) {
    moved[i] = to[i] + keep * (from[i] - to[i]) + (normals ? spread * normals.normal() : 0);
  }
  return floatArray(moved, clean.shape);
}

/**
 * x + σ n
 * @example
 * ```ts
 * import { keyedRandom } from 'retrodict';
 * import { filled, noised } from 'retrodict/solver';
 *
 * console.log(noised(filled([1, 8, 8], 0.5), 0.1, keyedRandom(0, 'example', 0)('noise')));
 * ```
 */
export function noised(x: FloatArray, sigma: number, random: Normals): FloatArray {
  return nextState(x, x, 0, sigma, random);
}

/**
 * DDPM's ancestral step in variance-exploding form: draws from q(x_{σ'} | x_σ, x0 = `denoised`),
 * N(x̂0 + (σ'²/σ²)(x − x̂0), σ'²(1 − σ'²/σ²)). At σ' = 0 it is x̂0 itself.
 * (The variance is DDPM's fixed small one, for every network, whatever it learned besides.)
 * @example
 * ```ts
 * import { ancestralStep, type Context, type DiffusionPrior, type FloatArray } from 'retrodict/solver';
 *
 * export async function stepDown(prior: DiffusionPrior, x: FloatArray, { random }: Context) {
 *   return ancestralStep(x, await prior.denoise(x, 0.5), 0.5, 0.4, random('step', 0));
 * }
 * ```
 */
export function ancestralStep(
  x: FloatArray,
  denoised: FloatArray,
  sigma: number,
  next: number,
  random: Normals,
): FloatArray {
  requireArrays({ x, denoised });
  requireNumbers({ sigma, next });
  const keep = (next / sigma) ** 2;
  return nextState(denoised, x, keep, next * Math.sqrt(1 - keep), random);
}

/**
 * DDIM's step (Song et al. 2021, η = 0), Euler's of the probability flow. At σ' = 0 it is x̂0 itself.
 * @example
 * ```ts
 * import { ddimStep, filled } from 'retrodict/solver';
 *
 * // Half of the noise goes: half-way from x to what the denoiser expects.
 * console.log(ddimStep(filled([1, 2, 2], 1), filled([1, 2, 2], 0.5), 0.2, 0.1).data); // 0.75
 * ```
 */
export function ddimStep(x: FloatArray, denoised: FloatArray, sigma: number, next: number): FloatArray {
  requireNumbers({ sigma, next });
  return nextState(denoised, x, next / sigma);
}
