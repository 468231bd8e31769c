/** Scores of a restored image whose truth is known. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ForwardOperator } from '../../problems/operator.js';
import type { Problem } from '../../problems/problem.js';
import { type FloatArray, formatShape, mapArray, type Shape, sameShape } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import type { Levels } from '../core/levels.js';
import { psnr, ssim } from '../core/metrics.js';
import { crps } from '../core/sample-scores.js';
import { intervalScore, sparsification, spreadSkill } from '../core/spread-scores.js';
import { heldByPlace, type Stratum } from '../core/strata.js';
import { sharedChannel } from '../io/grey-as-colour.js';
import { readInput } from '../io/inputs.js';
import type { PictureLimits } from '../io/picture.js';
import { inputExtensions, isWithin, realPath } from '../io/walk.js';
import type { Posterior } from '../restore.js';
import { asImage } from './array-input.js';
import { type MapScores, scoreErrorMaps } from './error-maps.js';

export interface Scores {
  /** dB, of the estimate clipped to [0, 1]. */
  readonly psnr: number;
  readonly ssim: number;
  /** Of what samples the posterior, or was calibrated. */
  readonly uncertainty?: UncertaintyScores;
  /** Of the maps besides, by name. */
  readonly mapScores?: Readonly<Record<string, MapScores>>;
}

/** How well the interval and the standard deviation tell where the truth is. */
export interface UncertaintyScores {
  /** The share of pixels whose true value lies inside the interval, and the interval's mean width. */
  readonly held: number;
  readonly width: number;
  /** Width and what is outside, of which the true quantiles have least (`intervalScore`). */
  readonly intervalScore: number;
  /** 1: the spread is as large as the error; below, it is too sure. */
  readonly spreadSkill?: number;
  /** 0: the standard deviation knows the order of the errors. */
  readonly sparsification?: number;
  /** Of equally weighted samples. */
  readonly crps?: number;
  /** What the interval does at edges, in the dark, in holes and so on (`heldByPlace`). */
  readonly places?: Readonly<Record<string, Stratum>>;
}

/** @throws UsageError where there is no such folder, or results could replace what it holds. */
export async function requireTruthFolder(folder: string, out: string): Promise<void> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`--truth ${folder} is not a folder, expected one with images of the inputs' names`);
  }
  if (isWithin(await realPath(folder), await realPath(out))) {
    const trouble = 'so results could replace the truth';
    throw new UsageError(
      `--truth ${folder} lies in the output folder ${out}, ${trouble}; expected one apart`,
    );
  }
}

/** The true image of an item. */
export interface Truth {
  readonly path: string;
  readonly array: FloatArray;
  /** SHA-256 of the file. */
  readonly sha256: string;
  /** Of a scan: what `simulate` takes as its black and white. */
  readonly levels?: Levels;
}

/**
 * Reads the file of this name in the folder of truths.
 * @param dataset the array of it that is meant, where it holds several.
 * @throws Error in one sentence where there is no such file or it cannot be read.
 */
export async function readTruth(
  folder: string,
  name: string,
  limits?: PictureLimits,
  dataset?: string,
): Promise<Truth> {
  const found = (stem: string) =>
    inputExtensions.map((extension) => join(folder, stem + extension)).find(existsSync);
  const [, stem = name, page] = /^(.*)#(\d+)$/.exec(name) ?? [];
  const whole = found(name);
  const path = whole ?? found(stem);
  if (path === undefined) throw new Error(`${folder} holds no truth for ${name}`);
  const part = whole || page === undefined ? {} : { page: Number(page) };
  const input = await readInput(path, limits, { ...part, dataset });
  return { path, array: asImage(input, path), sha256: input.sha256, levels: input.about && input.levels };
}

/** @throws Error in one sentence where the truth does not fit the estimate. */
export function scoreAgainst(
  { path, array }: Pick<Truth, 'path' | 'array'>,
  estimate: FloatArray,
  problem: Problem,
  posterior: Posterior,
): Scores {
  const truth = truthLike({ path, array }, estimate.shape, problem);
  const clipped = mapArray(estimate, (value) => Math.min(Math.max(value, 0), 1));
  const uncertainty = uncertaintyScores(posterior, truth, problem);
  const mapScores = scoreErrorMaps(posterior, truth);
  return {
    ...{ psnr: psnr(clipped, truth), ssim: ssim(clipped, truth) },
    ...(uncertainty && { uncertainty }),
    ...(mapScores && { mapScores }),
  };
}

/**
 * The truth as the problem reports an image of this shape: of a grey measurement it is the luminance.
 * @throws Error in one sentence where it does not fit.
 */
export function truthLike(
  { path, array }: Pick<Truth, 'path' | 'array'>,
  shape: Shape,
  problem: Problem,
): FloatArray {
  const truth = sameShape(array.shape, shape) ? array : reported(array, problem);
  if (truth && sameShape(truth.shape, shape)) return truth;
  const shapes = `${formatShape(array.shape)}, but the estimate has ${formatShape(shape)}`;
  throw new Error(`the truth ${path} has shape ${shapes}`);
}

function uncertaintyScores(
  posterior: Posterior,
  truth: FloatArray,
  { operator }: Problem,
): UncertaintyScores | undefined {
  const { mean, sd, lower, upper, level, samples, logWeights, samplesPosterior, meanBySolver } = posterior;
  if (!lower || !upper) return undefined;
  // Of what optimises, spread and interval are none unless a calibration or a cap made one.
  if (!posterior.calibration && !posterior.capped && !(samplesPosterior && sd)) return undefined;
  const { held, width, score } = intervalScore(lower, upper, truth, level);
  const drawn =
    samplesPosterior && !meanBySolver && samples.length > 0 ? posterior.effectiveSamples : undefined;
  return {
    held,
    width,
    intervalScore: score,
    ...(sd && {
      spreadSkill: spreadSkill(mean, sd, truth, drawn),
      sparsification: sparsification(mean, sd, truth),
    }),
    ...(sd && samples.length > 1 && !logWeights ? { crps: crps(samples, truth) } : {}),
    ...(truth.shape.length === 3 && { places: heldByPlace(lower, upper, truth, holesOf(operator, truth)) }),
  };
}

/** Of measurements that are images with holes. */
function holesOf({ observed, outputShape }: ForwardOperator, truth: FloatArray): Float32Array | undefined {
  return observed && sameShape(outputShape, truth.shape) ? observed : undefined;
}

function reported(truth: FloatArray, problem: Problem): FloatArray | undefined {
  return sameShape(truth.shape, problem.imageShape) ? problem.report(truth) : sharedChannel(truth);
}
