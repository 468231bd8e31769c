/** Moves that chains share. The state is x = x0 + σ n, x0 in [0, 1]. */
import { type FloatArray, floatArray, mapArray, type Shape } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';

/** N(½, σ²): what an image in [0, 1] looks like under noise that hides it. */
export function startState(shape: Shape, sigma: number, random: Random, mean = 0.5): FloatArray {
  return mapArray(random.normals(shape), (z) => mean + sigma * z);
}

/**
 * DDPM's ancestral step in variance-exploding form: draws from q(x_{σ'} | x_σ, x0 = `denoised`),
 * N(x̂0 + (σ'²/σ²)(x − x̂0), σ'²(1 − σ'²/σ²)). At σ' = 0 it is x̂0 itself.
 * (The variance is DDPM's fixed small one, for every network, whatever it learned besides.)
 */
export function ancestralStep(
  x: FloatArray,
  denoised: FloatArray,
  sigma: number,
  next: number,
  random: Random,
): FloatArray {
  const keep = (next / sigma) ** 2;
  const spread = next * Math.sqrt(1 - keep);
  // A plain loop here and in the other solvers' steps: callbacks on every pixel cost as much as the operator.
  const [from, clean, moved] = [x.data, denoised.data, new Float32Array(x.size)];
  for (let i = 0; i < moved.length; i++) {
    moved[i] = clean[i] + keep * (from[i] - clean[i]) + spread * random.normal();
  }
  return floatArray(moved, x.shape);
}
