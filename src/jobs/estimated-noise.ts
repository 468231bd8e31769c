/** `--noise auto`: noise of the level that a picture is found to have. */
import type { Problem, ProblemSpec } from '../../problems/problem.js';
import { UsageError } from '../core/errors.js';
import { estimateNoise } from '../core/noise-estimate.js';
import type { Input } from '../io/inputs.js';

/**
 * The spec with Gaussian noise of the level that the picture is found to have.
 * @param path names the input in messages.
 * @param bound binds a spec to the input.
 * @param onSigma is told the level: a standard deviation in [0, 1] image units.
 * @throws UsageError where the input is no picture; Error where it is too small to tell.
 */
export async function withEstimatedNoise(
  spec: ProblemSpec,
  { array, picture }: Input,
  path: string,
  bound: (spec: ProblemSpec) => Promise<Problem>,
  onSigma: (sigma: number) => void,
): Promise<ProblemSpec> {
  if (picture === undefined) {
    throw new UsageError(`--noise is needed for ${path}: only a picture's noise level can be estimated`);
  }
  const withLevel = (sigma: number) => ({ ...spec, noise: { name: 'gaussian', options: { sigma } } });
  const { observed } = (await bound(withLevel(1))).operator; // which pixels are seen does not depend on the noise
  const rounding = 1 / (2 ** picture.bits - 1) / Math.sqrt(12);
  const sigma = Math.max(rounding, estimateNoise(array, observed));
  onSigma(sigma);
  return withLevel(sigma);
}
