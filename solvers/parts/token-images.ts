/** A masked prior's images at the size of a problem, which its grid need not divide, and what a measurement says of them. */
import type { TokenRegion, Tokens } from '../../models/masked/tokens.js';
import { cut, paste } from '../../models/padding.js';
import type { MaskedPrior } from '../../models/prior.js';
import { type FloatArray, type Shape, zeros } from '../../src/core/array.js';
import type { Linearization } from '../../src/core/linearization.js';
import type { Task } from '../solver.js';
import { curvatureByPixel } from './likelihood.js';

/** Tokens, and the image that the decoder makes of them. */
export interface TokenImage {
  readonly tokens: Tokens;
  /** [0, 1] units, of the problem's size. */
  readonly image: FloatArray;
  /** Of the size of the grid. */
  readonly padded: FloatArray;
}

/** The images of a masked prior, for one size of image. */
export interface TokenImages {
  readonly grid: readonly [number, number];
  encode(image: FloatArray): Promise<Tokens>;
  decode(tokens: Tokens): Promise<TokenImage>;
  /** The image of tokens that differ from those of `before` only within `region`. */
  redecode(tokens: Tokens, region: TokenRegion, before: TokenImage): Promise<TokenImage>;
  /** The image of embeddings with its vector-Jacobian products; only where the prior has them. */
  linearize(embeddings: FloatArray): Promise<Linearization>;
}

export function tokenImages(prior: MaskedPrior, imageShape: Shape, signal?: AbortSignal): TokenImages {
  const [, height, width] = imageShape;
  const shown = (padded: FloatArray) => cut(padded, 0, 0, height, width);
  const of = (tokens: Tokens, padded: FloatArray) => ({ tokens, padded, image: shown(padded) });
  return {
    grid: prior.gridOf(imageShape),
    encode: (image) => prior.tokens(image, signal),
    decode: async (tokens) => of(tokens, await prior.decodeTokens(tokens, signal)),
    redecode: async (tokens, region, before) =>
      of(tokens, await prior.redecode(tokens, region, before.padded, signal)),
    async linearize(embeddings) {
      const { value, pullback, release } = await prior.linearizeDecode!(embeddings, signal);
      return {
        value: shown(value),
        pullback(v) {
          const whole = zeros(value.shape);
          paste(v, whole, 0, 0);
          return pullback(whole);
        },
        release,
      };
    },
  };
}

/** log p(y | A(x)), nats. */
export async function logLikelihood(
  { problem, measurement }: Pick<Task, 'problem' | 'measurement'>,
  image: FloatArray,
): Promise<number> {
  return problem.noise.logLikelihood(await problem.operator.apply(image), measurement);
}

/**
 * The power of the likelihood where an image is the decoder's and white noise of standard deviation γ besides, which
 * tokens cannot show: 1/(1 + γ² tr H/m), H the curvature of −log p(y | A(x)) and m the number of measured values. Of
 * Gaussian noise σ under a mask it makes N(y; Ax, σ²) into N(y; Ax, σ² + γ²), up to a constant.
 * @param x an image near the measurement.
 */
export async function likelihoodPower(
  { problem, measurement }: Pick<Task, 'problem' | 'measurement'>,
  x: FloatArray,
  gamma: number,
): Promise<number> {
  if (gamma === 0) return 1;
  const curvature = await curvatureByPixel(problem, measurement, x);
  const trace = curvature.reduce((sum, value) => sum + value, 0);
  return 1 / (1 + (gamma ** 2 * trace) / measurement.size);
}
