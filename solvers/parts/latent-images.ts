/** A latent prior's images at the size of a problem, which its autoencoder's grid need not divide. */
import { crop, paste, roundUp } from '../../models/padding.js';
import type { LatentPrior, Prior } from '../../models/prior.js';
import { type FloatArray, type Shape, zeros } from '../../src/core/array.js';
import type { Linearization } from '../../src/core/linearization.js';

export interface LatentImages {
  readonly codeShape: Shape;
  decode(code: FloatArray): Promise<FloatArray>;
  /** `decode` with its vector-Jacobian products. */
  linearize(code: FloatArray): Promise<Linearization>;
  encode(image: FloatArray): Promise<FloatArray>;
}

/** @throws Error when the prior has no encoder or no gradient of its decoder. */
export function latentImages(prior: LatentPrior, imageShape: Shape, signal?: AbortSignal): LatentImages {
  const { linearizeDecode, encode, downsampling, codes } = prior;
  if (!linearizeDecode || !encode) {
    throw new Error(`expected an encoder and a decoder with a gradient, which prior ${prior.name} lacks`);
  }
  const [channels, height, width] = imageShape;
  const grid = [height, width].map((extent) => roundUp(extent, downsampling));
  return {
    codeShape: [codes.channels, ...grid.map((extent) => extent / downsampling)],
    decode: async (code) => crop(await prior.decode(code, signal), 0, 0, height, width),
    encode: (image) => encode(image, signal),
    async linearize(code) {
      const { value, pullback, release } = await linearizeDecode(code, signal);
      return {
        value: crop(value, 0, 0, height, width),
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

/** @throws Error when the prior is of another kind. */
export function latentPrior(prior: Prior | undefined): LatentPrior {
  if (prior?.kind !== 'latent') {
    throw new Error(`expected a prior of kind latent, found ${prior?.kind ?? 'none'}`);
  }
  return prior;
}
