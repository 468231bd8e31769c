/** What a prior's autoencoder or tokenizer makes of a picture: the most that its solvers can show, about. */
import { cut } from '../../models/padding.js';
import type { Prior } from '../../models/prior.js';
import type { FloatArray } from '../core/array.js';

/** The image [C, H, W] of the picture's own codes, or tokens; nothing where the prior has none. */
export async function copyOf(prior: Prior, picture: FloatArray): Promise<FloatArray | undefined> {
  const padded = await decoded(prior, picture);
  const [, height, width] = picture.shape;
  return padded && cut(padded, 0, 0, height, width);
}

async function decoded(prior: Prior, picture: FloatArray): Promise<FloatArray | undefined> {
  switch (prior.kind) {
    case 'compressive':
      return prior.decode((await prior.encode(picture))[0]);
    case 'masked':
      return prior.decodeTokens(await prior.tokens(picture));
    case 'latent':
      return prior.encode && prior.decode(await prior.encode(picture));
    case 'diffusion':
      return undefined;
  }
}
