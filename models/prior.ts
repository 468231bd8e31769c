/** What solvers see of a prior: a pretrained model of images, told apart by `kind` (DESIGN §2). */
import type { FloatArray } from '../src/core/array.js';
import type { Linearization } from '../src/core/linearization.js';
import type { Card } from './card.js';

/**
 * A model of images x0 known through their noisy versions. However it was trained, it is seen in one
 * parametrisation: images in [0, 1] units, and noise that is added to them ("variance exploding"):
 *
 *   D(x, σ) = E[x0 | x0 + σ n = x],  n ~ N(0, I)
 */
export interface DiffusionPrior {
  readonly kind: 'diffusion';
  readonly name: string;
  /** Absent for priors in closed form. */
  readonly card?: Card;
  readonly channels: number;
  /** The noise levels [least, most] that the model knows, in [0, 1] image units. */
  readonly sigmaRange: readonly [number, number];
  /** The network's grid, in pixels. Any size is accepted; what is cut out of an image must begin on this grid. */
  readonly sizeMultiple: number;
  /** The distance in pixels beyond which no input pixel has any influence on an output pixel, where there is one. */
  readonly receptiveRadius?: number;
  /**
   * D(x, σ), a new array of the shape [C, H, W] of x. Below the range the model is asked at its least level.
   * @throws RangeError where σ is not positive or above the range; the signal's reason when aborted.
   */
  denoise(x: FloatArray, sigma: number, signal?: AbortSignal): Promise<FloatArray>;
  /**
   * D(·, σ) at x with its vector-Jacobian products; built when first asked for.
   * @throws as `denoise`; Error naming op, node and model where the graph holds an op that has no derivative here.
   */
  linearize?(x: FloatArray, sigma: number, signal?: AbortSignal): Promise<Linearization>;
  /** Gives the model's memory back. */
  close(): Promise<void>;
}

export type Prior = DiffusionPrior;

export type PriorKind = Prior['kind'];
