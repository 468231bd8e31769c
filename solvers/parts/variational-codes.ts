/**
 * Variational inference of codes (VBLE: Biquard, Chabert, Genin, Latry, Oberlin, arXiv 2311.17744, Algorithm 1): the
 * law q(z) = Π q_i of independent codes around a centre each that maximises the evidence lower bound
 *
 *   E_q[log p(y | A(x)) + log p(z)] − E_q[log q(z)] ≤ log p(y),   x the image of z,
 *
 * by Adam on draws of q, through operator, decoder and the density of codes.
 */
import { z } from 'zod';
import type { Codes, CompressivePrior } from '../../models/prior.js';
import { Adam } from '../../src/core/adam.js';
import { type FloatArray, floatArray, mapArray, zeros } from '../../src/core/array.js';
import { bitsOf, valuesOf } from '../../src/core/double-bits.js';
import type { Random } from '../../src/core/random.js';
import { axpy, norm, scale } from '../../src/core/vector.js';
import type { Context, Task } from '../solver.js';
import type { CompressiveImages } from './compressive-images.js';
import { likelihoodGradient } from './likelihood.js';

/** What the codes of one array are known to be: about `centre`, in units of exp(logWidth). */
export interface Factor {
  readonly centre: FloatArray;
  readonly logWidth: FloatArray;
}

/** How a code lies around its centre: a draw in units of its width, and the entropy at width 1. */
interface Family {
  readonly draw: (random: Random) => number;
  readonly entropy: number;
}

export const FAMILIES: Readonly<Record<'uniform' | 'gaussian', Family>> = {
  // At width 1 it is what rounding leaves, which the autoencoder was trained with.
  uniform: { draw: (random) => random.uniform() - 0.5, entropy: 0 },
  gaussian: { draw: (random) => random.normal(), entropy: 0.5 * Math.log(2 * Math.PI * Math.E) },
};

/** The least and the largest width, as published. */
const WIDTHS = [Math.log(1.5e-5), Math.log(20)] as const;

/** q: codes around centres, and where pixels are drawn beside them, x_i ~ N(D(z)_i, (b_i σ(z)_i)²). */
interface Variational {
  readonly factors: readonly Factor[];
  /** Of −log p(y | x), by pixel, over λ: with it b_i² = 1/(1 + σ(z)_i²·curvature_i), where the bound is largest. */
  readonly curvature?: Float32Array;
}

/** One draw of q: codes in units of their widths, none for a point; pixels in units of b·σ(z). */
interface Draw {
  readonly units?: readonly FloatArray[];
  readonly pixels?: FloatArray;
}

/** What is asked of q, and of what model. */
interface CodeTask extends Pick<Task, 'problem' | 'measurement'> {
  readonly prior: CompressivePrior;
  readonly images: CompressiveImages;
  /** λ: weight of prior and entropy, 1 for the bound itself. */
  readonly weight: number;
}

/** Options of solvers that fit codes. */
export const codeOptions = {
  iterations: z.int().min(1).max(100_000).default(100).describe('steps of Adam (published: 300)'),
  rate: z.number().positive().default(0.1).describe('about how far a code moves in a step, units of codes'),
  longest: z.number().positive().default(20).describe('longest gradient that is followed, per pixel'),
  averaged: z
    .number()
    .min(0)
    .max(1)
    .default(0.25)
    .describe('share of the steps, the last, whose mean is the result (published: the last step alone)'),
  weight: z
    .number()
    .positive()
    .default(1)
    .describe('λ: weight of the prior; 1 is the posterior, more a tempered one whose spread is too small'),
  modulation: z
    .number()
    .positive()
    .max(4)
    .optional()
    .describe(
      's: s·x is coded in place of x; less: fewer bits, a stronger prior (default: of the card, else 1)',
    ),
};

type FitCodesOptions = Pick<
  z.infer<z.ZodObject<typeof codeOptions>>,
  'iterations' | 'rate' | 'longest' | 'averaged'
>;

/** The first q: around codes, as wide as rounding. */
export function factorsAround(codes: Codes): readonly Factor[] {
  return codes.map(({ data, shape }) => ({
    centre: floatArray(data.slice(), shape),
    logWidth: zeros(shape),
  }));
}

/** Draws q's codes, in units of their widths. */
export function drawUnits(factors: readonly Factor[], family: Family, random: Random) {
  return factors.map(({ centre }) => mapArray(centre, () => family.draw(random)));
}

/** The codes of a draw. */
function codesOf(factors: readonly Factor[], units: Draw['units']): Codes {
  return factors.map(({ centre, logWidth }, k) =>
    mapArray(centre, (value, i) => value + (units ? Math.exp(logWidth.data[i]) * units[k].data[i] : 0)),
  );
}

/**
 * Maximises the bound from `q` on, in place. @param drawsOf the draws of iteration k: their mean stands for the
 * expectation. @param steps of the solver, of which these iterations are the first.
 */
export async function fitCodes(
  task: CodeTask,
  q: Variational,
  drawsOf: (k: number) => readonly Draw[],
  { iterations, rate, longest, averaged }: FitCodesOptions,
  { step, resumed, signal }: Pick<Context, 'step' | 'resumed' | 'signal'>,
  steps: number,
): Promise<void> {
  const { factors } = q;
  const variables = [...factors.map(({ centre }) => centre), ...factors.map(({ logWidth }) => logWidth)];
  const kept = resumed?.state;
  const adams = variables.map(({ size }, v) => new Adam(size, rate).resume(kept?.[`adam ${v}`]));
  const means = variables.map(({ size }, v) => (kept ? valuesOf(kept[`mean ${v}`]) : new Float64Array(size)));
  if (kept) variables.forEach(({ data }, v) => void data.set(kept[`variable ${v}`].data));
  const state = () =>
    Object.fromEntries(
      variables.flatMap((variable, v) => [
        [`variable ${v}`, variable],
        [`adam ${v}`, adams[v].kept],
        [`mean ${v}`, bitsOf(means[v])],
      ]),
    );
  const first = iterations - Math.max(1, Math.round(averaged * iterations));
  const most = longest * task.problem.imageShape.slice(1).reduce((product, extent) => product * extent, 1);
  for (let k = resumed?.step ?? 0; k < iterations; k++) {
    await step(k, steps, state);
    const draws = drawsOf(k);
    const slopes = variables.map(({ size }) => new Float64Array(size));
    for (const draw of draws) await addSlopes(task, q, draw, slopes, 1 / draws.length, signal);
    const length = Math.hypot(...slopes.map(norm));
    variables.forEach(({ data }, v) => {
      if (length > most) scale(most / length, slopes[v]);
      adams[v].step(slopes[v], data);
      if (v >= factors.length) clamp(data, WIDTHS);
      if (k >= first) axpy(1 / (iterations - first), data, means[v]);
    });
  }
  for (const [v, { data }] of variables.entries()) data.set(means[v]);
}

function clamp(values: Float32Array, [least, most]: readonly [number, number]): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.max(least, Math.min(most, values[i]));
}

/** b, the share of the decoder's spread σ that the measurement leaves a pixel. */
export function shareOf(sigma: number, curvature: number): number {
  return 1 / Math.sqrt(1 + sigma * sigma * curvature);
}

/** Adds to `slopes` the gradient of −(bound), by one draw. (σ(z) is held fixed, as in the published code.) */
async function addSlopes(
  task: CodeTask,
  q: Variational,
  draw: Draw,
  slopes: readonly Float64Array[],
  share: number,
  signal?: AbortSignal,
): Promise<void> {
  const { problem, measurement, prior, images, weight } = task;
  const { factors } = q;
  const codes = codesOf(factors, draw.units);
  const image = await images.linearize(codes[0]);
  try {
    const { pixels } = draw;
    const x = pixels ? withPixels(image.value, await images.spread(codes[0]), q, pixels) : image.value;
    const data = await image.pullback(await likelihoodGradient(problem, measurement, x));
    const { gradient } = await prior.rate(codes, signal);
    factors.forEach(({ logWidth }, k) => {
      for (let i = 0; i < logWidth.data.length; i++) {
        const slope = weight * gradient[k].data[i] - (k === 0 ? data.data[i] : 0);
        slopes[k][i] += share * slope;
        if (!draw.units) continue;
        const moved = draw.units[k].data[i] * Math.exp(logWidth.data[i]);
        slopes[factors.length + k][i] += share * (slope * moved - weight);
      }
    });
  } finally {
    image.release();
  }
}

/** The image of a code and what a draw of pixels adds to it. */
function withPixels(
  image: FloatArray,
  { data: sigmas }: FloatArray,
  { curvature }: Variational,
  units: FloatArray,
): FloatArray {
  return mapArray(image, (value, i) => value + shareOf(sigmas[i], curvature![i]) * sigmas[i] * units.data[i]);
}

/** What a draw of q stands for. */
interface Drawn {
  /** D(z) */
  readonly decoded: FloatArray;
  /** σ(z), of draws with pixels. */
  readonly spread?: FloatArray;
  /** D(z) and what the draw's pixels add to it. */
  readonly image: FloatArray;
  /** log p(y | A(image)) + log p(z) − log q, in nats: its mean over draws is the evidence lower bound. */
  readonly bound: number;
}

/** Decodes a draw, once, and judges it. */
export async function decodeDraw(
  { problem, measurement, prior, images }: Omit<CodeTask, 'weight'>,
  q: Variational,
  draw: Draw,
  family: Family,
  signal?: AbortSignal,
): Promise<Drawn> {
  const codes = codesOf(q.factors, draw.units);
  const decoded = await images.decode(codes[0]);
  const spread = draw.pixels && (await images.spread(codes[0]));
  const image = spread ? withPixels(decoded, spread, q, draw.pixels!) : decoded;
  const fit = problem.noise.logLikelihood(await problem.operator.apply(image), measurement);
  const { nats } = await prior.rate(codes, signal);
  let entropy = 0;
  for (const { logWidth } of q.factors) for (const value of logWidth.data) entropy += value + family.entropy;
  const bound = fit - nats + entropy - (spread ? pixelDivergence(spread, q) : 0);
  return { decoded, spread, image, bound };
}

/** KL(q(x | z) ‖ p(x | z)) */
function pixelDivergence({ data: sigmas }: FloatArray, { curvature }: Variational): number {
  let sum = 0;
  for (const [i, sigma] of sigmas.entries()) {
    const share = shareOf(sigma, curvature![i]);
    sum += 0.5 * (share * share - 1) - Math.log(share);
  }
  return sum;
}
