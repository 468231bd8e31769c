/**
 * A cap: a small network that tells how far the estimates of another are off (BayesCap, Upadhyay et al. 2022,
 * arXiv 2207.06873). It sees an estimate and the noise level, and gives for every value a generalised Gaussian of what
 * the truth differs by. It knows the estimates that it was trained on: `photo`'s of pictures with white noise.
 */
import { join } from 'node:path';
import { requireText } from '../src/core/arguments.js';
import { type FloatArray, floatArray } from '../src/core/array.js';
import { UsageError } from '../src/core/errors.js';
import { type LoadOptions, placed } from './load.js';
import { ChildRuntime } from './onnx/session.js';
import { cut, pad, roundUp } from './padding.js';

/** The law of the residual of each value, in [0, 1] units. */
export interface ResidualLaw {
  /** α [C, H, W] */
  readonly scale: FloatArray;
  /** β [C, H, W], 2 of a Gaussian. */
  readonly shape: FloatArray;
}

/** How far estimates are off. */
export interface Cap {
  /** The prior whose estimates it knows. */
  readonly name: string;
  readonly channels: number;
  /** SHA-256 of its network. */
  readonly sha256: string;
  /** The noise levels that it knows, in [0, 1] units. */
  readonly sigmaRange: readonly [number, number];
  /**
   * The law of the estimate's error, value by value.
   * @param estimate [C, H, W] of any size. @param sigma of the noise of what was restored, in [0, 1] units.
   */
  law(estimate: FloatArray, sigma: number, signal?: AbortSignal): Promise<ResidualLaw>;
  /** Ends its network. */
  close(): Promise<void>;
}

/** Its grid in pixels. */
const MULTIPLE = 8;

/**
 * Loads the cap that the card of a prior names.
 * @param nameOrPath of the prior. @throws UsageError where it has none; Error as `loadPrior`.
 * @example
 * ```ts
 * import { loadCap, readPicture } from 'retrodict';
 *
 * const cap = await loadCap('photo');
 * const { scale } = await cap.law((await readPicture('restored.png')).image, 25 / 255);
 * console.log(scale.shape);
 * await cap.close();
 * ```
 */
export async function loadCap(
  nameOrPath: string,
  options: Pick<LoadOptions, 'threads' | 'timeout' | 'signal' | 'allowOutside'> = {},
): Promise<Cap> {
  requireText(nameOrPath, 'the name of a prior with a cap: photo');
  const { place, card } = await placed(nameOrPath, options);
  const { cap } = card.kind === 'diffusion' ? card : {};
  if (cap === undefined) throw new UsageError(`the prior ${card.name} has no cap; photo has`);
  const runtime = await ChildRuntime.start(options);
  try {
    const session = await runtime.open(join(place.directory, cap.path), { threads: options.threads });
    return {
      ...{ name: card.name, channels: card.channels, sha256: cap.sha256, sigmaRange: cap.sigmaRange },
      async law(estimate, sigma, signal) {
        const [, height, width] = estimate.shape;
        const padded = pad(estimate, roundUp(height, MULTIPLE), roundUp(width, MULTIPLE));
        const { outputs } = await session.run(
          {
            image: { type: 'float32', dims: [1, ...padded.shape], data: padded.data },
            sigma: { type: 'float32', dims: [1], data: Float32Array.of(sigma) },
          },
          { signal },
        );
        const part = (name: string) =>
          cut(floatArray(outputs[name].data as Float32Array, padded.shape), 0, 0, height, width);
        return { scale: part('scale'), shape: part('shape') };
      },
      close: () => runtime.close(),
    };
  } catch (error) {
    await runtime.close();
    throw error;
  }
}
