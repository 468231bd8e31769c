/** The diagonal of a Jacobian from few of its products. */
import { type FloatArray, floatArray, zeros } from './array.js';
import type { Linearization } from './linearization.js';
import type { Random } from './random.js';

/**
 * How many products `combDiagonal` takes: one for every place in a square of `pitch` pixels a side, and channel.
 * @param pitch whole number of pixels from 1.
 */
export function combCount(channels: number, pitch: number): number {
  return channels * pitch * pitch;
}

/** Fair signs, +1 or −1, for every value of an array of this shape. */
export function combSigns(shape: readonly number[], random: Random): FloatArray {
  const signs = zeros([...shape]);
  let bits = 0;
  for (let i = 0; i < signs.data.length; i++) {
    if (i % 32 === 0) bits = random.uint32();
    signs.data[i] = (bits >>> (i % 32)) & 1 ? 1 : -1;
  }
  return signs;
}

/**
 * diag J ≈ Σₖ vₖ ∘ Jᵀvₖ, each vₖ a comb: signs on every `pitch`-th pixel of every `pitch`-th row of one channel, zero
 * elsewhere (probing; Bekas, Kokiopoulou & Saad 2007, "An estimator for the diagonal of a matrix"). The combs
 * together cover the image. An entry's error is what leaks from the other teeth of its comb; with random signs its
 * mean is zero, and with a pitch as large as the image it is.
 *
 * @param signs [C, H, W], +1 or −1: `combSigns`.
 * @param onProduct awaited before each product.
 * @returns [C, H, W], not smoothed; where J has a small diagonal an entry may come out negative.
 */
export async function combDiagonal(
  { pullback }: Pick<Linearization, 'pullback'>,
  signs: FloatArray,
  pitch: number,
  onProduct: () => void | Promise<void> = () => {},
): Promise<FloatArray> {
  const diagonal = zeros(signs.shape);
  for (let channel = 0; channel < signs.shape[0]; channel++) {
    for (let row = 0; row < pitch; row++) {
      for (let column = 0; column < pitch; column++) {
        await onProduct();
        const teeth = teethOf(signs.shape, channel, row, column, pitch);
        const comb = new Float32Array(signs.data.length);
        for (const i of teeth) comb[i] = signs.data[i];
        const product = await pullback(floatArray(comb, signs.shape));
        for (const i of teeth) diagonal.data[i] = signs.data[i] * product.data[i];
      }
    }
  }
  return diagonal;
}

/** Where a comb's teeth are in the data. */
function teethOf(
  [, height, width]: readonly number[],
  channel: number,
  row: number,
  column: number,
  pitch: number,
): number[] {
  const teeth: number[] = [];
  for (let y = row; y < height; y += pitch) {
    for (let x = column; x < width; x += pitch) teeth.push((channel * height + y) * width + x);
  }
  return teeth;
}
