/** Posterior predictive check (Rubin 1984; Gelman, Meng and Stern 1996): would images like these give such a misfit? */
import jstat from 'jstat';
import type { FloatArray } from '../src/core/array.js';
import type { RandomSource } from '../src/core/random.js';
import { devianceOf } from './noise.js';
import { countObserved, zeroHoles } from './observed.js';
import type { Problem } from './problem.js';

/** Measurements drawn anew for each image, and values that they have at most, all together. */
const [REPLICATES, VALUES] = [25, 2e6];

/**
 * The chance that a measurement of `x` has at least the misfit that this one has: near 0, images do not explain the
 * measurement; near 1, they follow its noise. Of white Gaussian noise in closed form, of other noise by measurements
 * that are drawn anew.
 * @param misfit of `x`, as `misfitTo` gives it. @returns undefined where the operator rounds.
 */
export async function misfitProbability(
  { operator, noise }: Problem,
  x: FloatArray,
  misfit: number,
  random: RandomSource,
): Promise<number | undefined> {
  if (operator.rounding) return undefined;
  const count = countObserved(operator);
  if (noise.name === 'gaussian' && typeof noise.variance === 'function') return chiSquaredTail(misfit, count);
  const clean = await operator.apply(x);
  const replicates = Math.max(1, Math.min(REPLICATES, Math.floor(VALUES / count)));
  let above = 0.5;
  for (let k = 0; k < replicates; k++) {
    const drawn = zeroHoles(noise.sample(clean, random('replicate', k)), operator);
    if (devianceOf(noise, clean, drawn) / count >= misfit) above++;
  }
  return above / (replicates + 1);
}

/** P(χ²/m ≥ t), by Wilson and Hilferty's cube root: to 0.001 from m = 10 on. */
function chiSquaredTail(t: number, m: number): number {
  const variance = 2 / (9 * m);
  return 1 - jstat.jStat.normal.cdf(Math.cbrt(t), 1 - variance, Math.sqrt(variance));
}
