/** Which solver the benchmark on photographs recommends for a problem (README has the table). */

import { isLinear } from '../problems/operator.js';
import type { Problem } from '../problems/problem.js';

/** The name of the recommended solver. */
export function recommended(problem: Problem): string {
  const gaussian = typeof problem.noise.variance === 'function' && problem.noise.name === 'gaussian';
  return isLinear(problem.operator) && gaussian ? 'diffpir' : 'dps';
}
