/** A compressive prior's images at the size of a problem, which its autoencoder's grid need not divide. */
import { cut, paste } from '../../models/padding.js';
import type { Codes, CompressivePrior } from '../../models/prior.js';
import { type FloatArray, mapArray, type Shape, zeros } from '../../src/core/array.js';
import type { Linearization } from '../../src/core/linearization.js';

/** The images of a compressive prior, for one size of image. */
export interface CompressiveImages {
  encode(image: FloatArray): Promise<Codes>;
  /** The image of z, [0, 1] units. */
  decode(z: FloatArray): Promise<FloatArray>;
  linearize(z: FloatArray): Promise<Linearization>;
  /** The standard deviation of what the decoder leaves over; only where the prior knows it. */
  spread(z: FloatArray): Promise<FloatArray>;
}

/**
 * Codes to images of one size and back, without the padding that the autoencoder asks for.
 * @param modulation s (default: the prior's): s·x is encoded and D(z)/s decoded, so that a smaller s means fewer bits
 * and a stronger prior; as if the autoencoder had been trained with α·s² (Biquard et al., arXiv 2412.04130).
 */
export function compressiveImages(
  prior: CompressivePrior,
  imageShape: Shape,
  modulation = prior.modulation ?? 1,
  signal?: AbortSignal,
): CompressiveImages {
  const [, height, width] = imageShape;
  const shown = (image: FloatArray) =>
    mapArray(cut(image, 0, 0, height, width), (value) => value / modulation);
  return {
    encode: (image) =>
      prior.encode(
        mapArray(image, (value) => modulation * value),
        signal,
      ),
    decode: async (z) => shown(await prior.decode(z, signal)),
    async linearize(z) {
      const { value, pullback, release } = await prior.linearizeDecode!(z, signal);
      return {
        value: shown(value),
        pullback(v) {
          const whole = zeros(value.shape);
          paste(
            mapArray(v, (slope) => slope / modulation),
            whole,
            0,
            0,
          );
          return pullback(whole);
        },
        release,
      };
    },
    spread: async (z) => shown(await prior.spread!(z, signal)),
  };
}
