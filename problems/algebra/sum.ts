/** The sum of operators: x ↦ A₁(x) + A₂(x) + … */
import { requireOperators } from '../../src/core/arguments.js';
import { formatShape, sameShape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { type ForwardOperator, isLinear } from '../operator.js';
import { added, parallel, requireSameInput } from './parallel.js';

/**
 * Of what its parts can do, a sum keeps an upper bound of the norm, Σ‖Aᵢ‖, where all parts declare one. Singular values
 * and inverses of a sum do not follow from those of its parts.
 * @param operators at least one, all of the same image and with measurements of the same shape and field.
 * @throws UsageError when shapes or fields differ.
 * @example
 * ```ts
 * import { operators, scaled, sum } from 'retrodict';
 *
 * const plain = operators.denoise.create([3, 16, 16], {}, {});
 * const blur = operators['gaussian-blur'].create([3, 16, 16], { sigma: 2, border: 'reflect' }, {});
 * console.log(sum([plain, scaled(blur, 0.5)]).outputShape);
 * ```
 */
export function sum(operators: readonly ForwardOperator[]): ForwardOperator {
  requireOperators(operators);
  requireSameInput(operators, 'a sum');
  const [{ outputShape, field }] = operators;
  for (const other of operators) {
    if (sameShape(other.outputShape, outputShape) && other.field === field) continue;
    throw new UsageError(
      `a sum needs measurements of one shape, but they are ${formatShape(outputShape)} (${field}) and ` +
        `${formatShape(other.outputShape)} (${other.field})`,
    );
  }
  const masks = operators.map(({ observed }) => observed);
  const observed = masks.every((mask) => mask !== undefined)
    ? masks[0]!.map((_, i) => (masks.some((mask) => mask![i] !== 0) ? 1 : 0))
    : undefined;
  const both = parallel(operators, {
    outputShape,
    field,
    observed,
    join: (measurements) => added(measurements, outputShape),
    split: (y) => operators.map(() => y),
  });
  const norms = operators.map((operator) => (isLinear(operator) ? operator.norm : undefined));
  if (norms.some((norm) => norm === undefined)) return both;
  return { ...both, norm: norms.reduce<number>((total, norm) => total + norm!, 0) } as ForwardOperator;
}
