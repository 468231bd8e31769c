/** A problem from its text. */
import { checkSpec } from '../problems/bind.js';
import type { ProblemSpec } from '../problems/problem.js';
import { parseProblem, parseTerm } from '../problems/spec.js';

/**
 * Describes a problem as the command line does.
 * @param operators such as `gaussian-blur:sigma=1.6` or `downsample:factor=2+inpaint:fraction=0.5`, in the order light
 * meets them.
 * @param noise such as `gaussian:sigma=2/255`; σ in [0, 1] image units.
 * @throws UsageError in one sentence where names or options are not known or out of range.
 */
export function problem(operators: string, noise: string): ProblemSpec {
  return checkSpec({ ...parseProblem(operators), noise: parseTerm(noise) });
}
