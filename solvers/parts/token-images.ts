/**
 * A masked prior's images at the size of a problem, which its grid need not divide, and what a measurement says of
 * them.
 */
import { z } from 'zod';
import { type TokenRegion, type Tokens, tokenNumbers, tokensOf } from '../../models/masked/tokens.js';
import { cut, paste } from '../../models/padding.js';
import type { MaskedPrior } from '../../models/prior.js';
import { type FloatArray, type Shape, zeros } from '../../src/core/array.js';
import type { State } from '../../src/core/checkpoints.js';
import { bitsOf, valuesOf } from '../../src/core/double-bits.js';
import type { Task } from '../solver.js';
import { curvatureByPixel } from './likelihood.js';

type Measured = Pick<Task, 'problem' | 'measurement'>;

/** Tokens, and the image that the decoder makes of them. */
export interface TokenImage {
  readonly tokens: Tokens;
  /** [0, 1] units, of the problem's size. */
  readonly image: FloatArray;
  /** Of the size of the grid. */
  readonly padded: FloatArray;
}

/** What a measurement says of embeddings. */
interface Slopes extends Omit<JudgedImage, 'tokens'> {
  readonly slopes: FloatArray;
}

/** The images of a masked prior, for one size of image. */
export interface TokenImages {
  readonly grid: readonly [number, number];
  encode(image: FloatArray): Promise<Tokens>;
  decode(tokens: Tokens): Promise<TokenImage>;
  /** The image of tokens that differ from those of `before` only within `region`. */
  redecode(tokens: Tokens, region: TokenRegion, before: TokenImage): Promise<TokenImage>;
  /** log p(y | A(image)) of embeddings [d, h, w], and its gradient; only where the prior can be differentiated. */
  slopes(task: Measured, embeddings: FloatArray): Promise<Slopes>;
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
    async slopes({ problem, measurement }, embeddings) {
      const decoded = await prior.linearizeDecode!(embeddings, signal);
      const seen = await problem.operator.linearize(shown(decoded.value));
      try {
        const whole = zeros(decoded.value.shape);
        paste(await seen.pullback(problem.noise.gradient(seen.value, measurement)), whole, 0, 0);
        const logLikelihood = problem.noise.logLikelihood(seen.value, measurement);
        const slopes = await decoded.pullback(whole);
        return { slopes, logLikelihood, padded: decoded.value, image: shown(decoded.value) };
      } finally {
        seen.release();
        decoded.release();
      }
    },
  };
}

/** Tokens and their image, and what the measurement says of it. */
export interface JudgedImage extends TokenImage {
  /** log p(y | A(image)), nats. */
  readonly logLikelihood: number;
}

export async function judge({ problem, measurement }: Measured, image: TokenImage): Promise<JudgedImage> {
  const clean = await problem.operator.apply(image.image);
  return { ...image, logLikelihood: problem.noise.logLikelihood(clean, measurement) };
}

/** All of it as arrays, to go on from: an image decoded anew may differ in its last digits. */
export function judgedState({ tokens, image, padded, logLikelihood }: JudgedImage): State {
  return { tokens: tokenNumbers(tokens), image, padded, logLikelihood: bitsOf([logLikelihood]) };
}

export function judgedOf({ tokens, image, padded, logLikelihood }: State): JudgedImage {
  return { tokens: tokensOf(tokens), image, padded, logLikelihood: valuesOf(logLikelihood)[0] };
}

/** An option of solvers that weigh tokens by a measurement. */
export const residualOption = z
  .number()
  .min(0)
  .optional()
  .describe('what tokens cannot show, standard deviation in [0, 1] units (default: as the prior knows it)');

/**
 * The power of the likelihood where an image is the decoder's and white noise of standard deviation γ besides, which
 * tokens cannot show: 1/(1 + γ² tr H/m), H the curvature of −log p(y | A(x)) and m the number of measured values. Of
 * Gaussian noise σ under a mask it makes N(y; Ax, σ²) into N(y; Ax, σ² + γ²), up to a constant.
 * @param x an image near the measurement.
 */
export async function likelihoodPower(
  { problem, measurement }: Measured,
  x: FloatArray,
  gamma: number,
): Promise<number> {
  if (gamma === 0) return 1;
  const curvature = await curvatureByPixel(problem, measurement, x);
  const trace = curvature.reduce((sum, value) => sum + value, 0);
  return 1 / (1 + (gamma ** 2 * trace) / measurement.size);
}
