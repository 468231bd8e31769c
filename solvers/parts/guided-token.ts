/**
 * Proposals of one token that know the measurement to second order (in the manner of Gibbs with gradients: Grathwohl et
 * al. 2021, arXiv 2102.04509): in place of its law p given the others
 *
 *   q(k) ∝ p(k) exp(⟨g, c_k − c⟩ − ½ h |c_k − c|²),   g the gradient of log p(y | x) at its embedding c, h a curvature
 */
import type { MaskedPrior } from '../../models/prior.js';
import { type FloatArray, mapArray } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';
import type { Task } from '../solver.js';
import { normalise } from './categorical.js';
import type { TokenImages } from './token-images.js';

/** Random directions from which the curvature is estimated, and how far they go, in units of embeddings. */
const PROBES = 4;
const DISTANCE = 0.05;

/** The law q of a token in place of its law `chances`. @param power of the likelihood. */
export function guidedLaw(
  chances: Float64Array,
  slopes: FloatArray,
  curvatures: Float64Array,
  { codebook }: Pick<MaskedPrior, 'codebook'>,
  { place, now, power }: { readonly place: number; readonly now: number; readonly power: number },
): Float64Array {
  const [count, dimensions] = codebook.shape;
  const positions = curvatures.length;
  const exponents = new Float64Array(count);
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < count; k++) {
    let [along, squares] = [0, 0];
    for (let j = 0; j < dimensions; j++) {
      const move = codebook.data[k * dimensions + j] - codebook.data[now * dimensions + j];
      along += slopes.data[j * positions + place] * move;
      squares += move * move;
    }
    exponents[k] = Math.log(chances[k]) + power * (along - 0.5 * curvatures[place] * squares);
    most = Math.max(most, exponents[k]);
  }
  return normalise(exponents.map((exponent) => Math.exp(exponent - most)));
}

/**
 * The mean curvature h of −log p(y | x) along the dimensions of each token's embedding (Hutchinson's estimate): any
 * value makes right proposals, a good one such that are taken.
 */
export async function embeddingCurvatures(
  task: Pick<Task, 'problem' | 'measurement'>,
  images: TokenImages,
  embeddings: FloatArray,
  random: Random,
): Promise<Float64Array> {
  const [dimensions, height, width] = embeddings.shape;
  const positions = height * width;
  const curvatures = new Float64Array(positions);
  const here = (await images.slopes(task, embeddings)).slopes.data;
  for (let probe = 0; probe < PROBES; probe++) {
    const signs = mapArray(embeddings, () => (random.uniform() < 0.5 ? -1 : 1)).data;
    const moved = mapArray(embeddings, (value, i) => value + DISTANCE * signs[i]);
    const there = (await images.slopes(task, moved)).slopes.data;
    for (let i = 0; i < there.length; i++) {
      curvatures[i % positions] += (signs[i] * (here[i] - there[i])) / (DISTANCE * dimensions * PROBES);
    }
  }
  return curvatures.map((value) => Math.max(0, value));
}
