/** Classifier-free guidance (Ho & Salimans 2022, arXiv 2207.12598) of one prior's two views. */
import { type FloatArray, mapArray } from '../src/core/array.js';
import type { Linearization } from '../src/core/linearization.js';
import { type DiffusionPrior, descriptionOf } from './prior.js';

/**
 * D = D₀ + scale·(D_text − D₀). Every parametrisation is linear in what the network estimates, so that guiding
 * denoisers is the same as guiding the noise that they estimate.
 * @param text the prior of images that go with the text; the description is taken from it.
 * @param base D₀: the same networks without the text.
 * @param scale 1 for no guidance.
 */
export function guided(text: DiffusionPrior, base: DiffusionPrior, scale: number): DiffusionPrior {
  const blend = (towards: FloatArray, from: FloatArray) =>
    mapArray(towards, (value, i) => from.data[i] + scale * (value - from.data[i]));
  const denoise: DiffusionPrior['denoise'] = async (x, sigma, signal) =>
    blend(await text.denoise(x, sigma, signal), await base.denoise(x, sigma, signal));
  const linearize = async (x: FloatArray, sigma: number, signal?: AbortSignal): Promise<Linearization> => {
    const towards = await text.linearize!(x, sigma, signal);
    const from = await base.linearize!(x, sigma, signal).catch((error) => {
      towards.release();
      throw error;
    });
    return {
      value: blend(towards.value, from.value),
      pullback: async (v) => blend(await towards.pullback(v), await from.pullback(v)),
      release() {
        towards.release();
        from.release();
      },
    };
  };
  return {
    ...descriptionOf(text),
    denoise,
    ...(text.linearize && base.linearize && { linearize }),
    // Both linearizations are held at a time.
    footprint:
      text.footprint &&
      ((height, width) => {
        const { denoise, linearize } = text.footprint!(height, width);
        return { denoise, linearize: 2 * linearize };
      }),
  };
}
