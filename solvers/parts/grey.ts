/** Grey pictures and a denoiser of colour images: it is given three copies. */
import type { DiffusionPrior } from '../../models/prior.js';
import { type FloatArray, zeros } from '../../src/core/array.js';

/** Three copies of a grey image [1, H, W]. */
export function greyCopies({ data, shape: [, height, width] }: FloatArray): FloatArray {
  const copies = zeros([3, height, width]);
  for (let c = 0; c < 3; c++) copies.data.set(data, c * data.length);
  return copies;
}

/**
 * D(x, σ) of a grey image [1, H, W]. The copies have the same noise, which along the grey axis is √3 times as strong as
 * in each.
 */
export async function greyDenoise(
  prior: DiffusionPrior,
  x: FloatArray,
  sigma: number,
  signal?: AbortSignal,
): Promise<FloatArray> {
  const { data } = await prior.denoise(greyCopies(x), Math.sqrt(3) * sigma, signal);
  const grey = zeros(x.shape);
  for (let i = 0; i < data.length; i++) grey.data[i % grey.data.length] += data[i] / 3;
  return grey;
}
