/** Laws over tokens, from logits [K, h, w]; in double precision. */
import type { FloatArray } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';

/** The chances of the K tokens at a position. */
export function chancesAt({ data, shape }: FloatArray, position: number): Float64Array {
  const [count, height, width] = shape;
  const positions = height * width;
  const chances = new Float64Array(count);
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < count; k++) most = Math.max(most, data[k * positions + position]);
  for (let k = 0; k < count; k++) chances[k] = Math.exp(data[k * positions + position] - most);
  return normalise(chances);
}

/** Divides by the sum, in place. */
export function normalise(weights: Float64Array): Float64Array {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) sum += weights[k];
  for (let k = 0; k < weights.length; k++) weights[k] /= sum;
  return weights;
}

/** Draws a token by its chance: inverts the cumulative distribution. */
export function drawToken(chances: Float64Array, random: Random): number {
  const uniform = random.uniform();
  let cumulative = 0;
  for (let k = 0; k < chances.length; k++) {
    cumulative += chances[k];
    if (uniform < cumulative) return k;
  }
  return chances.findLastIndex((chance) => chance > 0);
}
