/** A latent prior's images at the size of a problem, which its autoencoder's grid need not divide. */

import { cut, paste, roundUp } from '../../models/padding.js';
import type { LatentPrior } from '../../models/prior.js';
import { requireAbility, requireExtents } from '../../src/core/arguments.js';
import { type FloatArray, type Shape, zeros } from '../../src/core/array.js';
import type { Linearization } from '../../src/core/linearization.js';

/** The images of a latent prior, for one size of image. */
export interface LatentImages {
  readonly codeShape: Shape;
  /** The image of a code, [0, 1] units. */
  decode(code: FloatArray): Promise<FloatArray>;
  /** `decode` with its vector-Jacobian products. */
  linearize(code: FloatArray): Promise<Linearization>;
  /** The code of an image. */
  encode(image: FloatArray): Promise<FloatArray>;
  /** `encode` with its vector-Jacobian products. */
  linearizeEncode(image: FloatArray): Promise<Linearization>;
}

/**
 * Codes to images of one size and back, without the padding that the autoencoder asks for.
 * @throws UsageError where something is asked that the prior has not: an encoder, a gradient.
 * @example
 * ```ts
 * import { type FloatArray, type LatentPrior, latentImages } from 'retrodict/solver';
 *
 * // What an autoencoder makes of an image of any size.
 * export async function copied(prior: LatentPrior, image: FloatArray) {
 *   const images = latentImages(prior, image.shape);
 *   return images.decode(await images.encode(image));
 * }
 * ```
 */
export function latentImages(prior: LatentPrior, imageShape: Shape, signal?: AbortSignal): LatentImages {
  requireAbility(prior, 'decode');
  requireExtents(imageShape);
  const { downsampling, codes } = prior;
  const [channels, height, width] = imageShape;
  const grid = [height, width].map((extent) => roundUp(extent, downsampling));
  return {
    codeShape: [codes.channels, ...grid.map((extent) => extent / downsampling)],
    decode: async (code) => cut(await prior.decode(code, signal), 0, 0, height, width),
    async encode(image) {
      requireAbility(prior, 'encode');
      return prior.encode!(image, signal);
    },
    async linearizeEncode(image) {
      requireAbility(prior, 'linearizeEncode');
      return prior.linearizeEncode!(image, signal);
    },
    async linearize(code) {
      requireAbility(prior, 'linearizeDecode');
      const { value, pullback, release } = await prior.linearizeDecode!(code, signal);
      return {
        value: cut(value, 0, 0, height, width),
        pullback(v) {
          const whole = zeros([channels, ...grid]);
          paste(v, whole, 0, 0);
          return pullback(whole);
        },
        release,
      };
    },
  };
}
