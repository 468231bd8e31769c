/** Scores of a restored image whose truth is known. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../../problems/problem.js';
import { type FloatArray, formatShape, mapArray, sameShape } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { psnr, ssim } from '../core/metrics.js';
import { readInput } from '../io/inputs.js';
import type { PictureLimits } from '../io/picture.js';
import { inputExtensions } from '../io/walk.js';

export interface Scores {
  /** dB, of the estimate clipped to [0, 1]. */
  readonly psnr: number;
  readonly ssim: number;
}

/** @throws UsageError where there is no such folder. */
export function requireTruthFolder(folder: string): void {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`--truth ${folder} is not a folder, expected one with images of the inputs' names`);
  }
}

/**
 * Compares an estimate with the file of the same name in the folder of truths.
 * @throws Error in one sentence where there is no such file or it does not fit the estimate.
 */
export async function scoreAgainst(
  folder: string,
  name: string,
  estimate: FloatArray,
  problem: Problem,
  limits?: PictureLimits,
): Promise<Scores> {
  const path = inputExtensions.map((extension) => join(folder, name + extension)).find(existsSync);
  if (path === undefined) throw new Error(`${folder} holds no truth for ${name}`);
  const { array } = await readInput(path, limits);
  // A grey measurement is restored as luminance; its truth may well be in colour.
  const truth = sameShape(array.shape, estimate.shape) ? array : reported(array, problem);
  if (truth === undefined || !sameShape(truth.shape, estimate.shape)) {
    const shapes = `${formatShape(array.shape)}, but the estimate has ${formatShape(estimate.shape)}`;
    throw new Error(`the truth ${path} has shape ${shapes}`);
  }
  const clipped = mapArray(estimate, (value) => Math.min(Math.max(value, 0), 1));
  return { psnr: psnr(clipped, truth), ssim: ssim(clipped, truth) };
}

function reported(truth: FloatArray, problem: Problem): FloatArray | undefined {
  return sameShape(truth.shape, problem.imageShape) ? problem.report(truth) : undefined;
}
