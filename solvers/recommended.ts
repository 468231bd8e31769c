/** Which solver the benchmark on photographs recommends for a problem (README has the table). */
import type { Prior } from '../models/prior.js';
import { isLinear } from '../problems/operator.js';
import type { Problem } from '../problems/problem.js';

/** The name of the recommended solver. @param noisePrior of structured noise, where there is any. */
export function recommended(problem: Problem, noisePrior?: Prior): string {
  if (noisePrior) return 'joint-diffusion';
  const gaussian = typeof problem.noise.variance === 'function' && problem.noise.name === 'gaussian';
  if (isLinear(problem.operator) && gaussian) return 'diffpir';
  // Beyond white there is no gradient to follow; what draws each pixel needs none.
  return problem.name === 'clip' ? 'daps' : 'dps';
}
