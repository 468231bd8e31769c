/** Where a prior does not quite fit a problem, though it can be asked. */
import type { DiffusionPrior } from '../../models/prior.js';
import { equalVariance, type Problem } from '../../problems/problem.js';
import type { Doubt } from './doubts.js';

/** Doubts to be told before the work. */
export function priorDoubts(prior: DiffusionPrior, problem: Problem): readonly Doubt[] {
  return [sizeDoubt(prior, problem), levelDoubt(prior, problem)].filter((doubt) => doubt !== undefined);
}

/** A network that takes one size only sees this image in parts, or mirrored out. */
function sizeDoubt({ name, fixedSize }: DiffusionPrior, { imageShape }: Problem): Doubt | undefined {
  if (fixedSize === undefined) return undefined;
  const [height, width] = fixedSize;
  const [, h, w] = imageShape;
  if (h === height && w === width) return undefined;
  const parts = h > height || w > width;
  const how = parts ? 'is seen in parts, between which seams may show' : 'is mirrored out to it';
  const message = `${name} takes images of ${height}×${width} only: this one of ${h}×${w} ${how}`;
  return { code: 'fixed-size', message };
}

/** Asked below what it knows, a denoiser takes away as much as at the least that it knows. */
function levelDoubt({ name, sigmaRange: [least] }: DiffusionPrior, problem: Problem): Doubt | undefined {
  const sigma = Math.sqrt(equalVariance(problem) ?? Number.POSITIVE_INFINITY);
  const isFine = least < 2 / 255;
  if (isFine || sigma > least / 1.5) return undefined;
  const inLevels = (value: number) => `${(255 * value).toFixed(1)}/255`;
  const found = `the noise is ${inLevels(sigma)}, and ${name} knows none below ${inLevels(least)}`;
  return {
    code: 'noise-below-prior',
    message: `${found}: the estimate may be too smooth; try another --prior`,
  };
}
