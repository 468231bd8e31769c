/** Operators one after another, `+` in a problem spec. What the parts can solve is kept where mathematics allows. */
import { requireOperators } from '../../src/core/arguments.js';
import { type FloatArray, formatShape, mapArray, sameShape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { andThen } from '../../src/core/linearization.js';
import {
  type ForwardOperator,
  isLinear,
  type LinearOperator,
  linearPartOf,
  straightThrough,
  withLinearization,
} from '../operator.js';
import { composeSvd } from './compose-svd.js';

/**
 * x ↦ Aₙ(… A₂(A₁(x))).
 * @param operators at least one, in the order light meets them; each takes what the one before gives.
 * @throws UsageError when shapes do not meet.
 * @example
 * ```ts
 * import { compose, operators } from 'retrodict';
 *
 * const blur = operators['gaussian-blur'].create([3, 32, 32], { sigma: 1.6 }, {});
 * const half = operators.downsample.create(blur.outputShape, { factor: 2 }, {});
 * console.log(compose([blur, half]).outputShape);
 * ```
 */
export function compose(operators: readonly ForwardOperator[]): ForwardOperator {
  requireOperators(operators);
  // From the last to the first, so that each part's row space meets everything that follows it.
  return operators.reduceRight((after, before) => {
    if (!sameShape(before.outputShape, after.inputShape) || before.field !== 'real') {
      throw new UsageError(
        `an operator gives an array of shape ${formatShape(before.outputShape)} (${before.field}), ` +
          `but the next takes ${formatShape(after.inputShape)} (real)`,
      );
    }
    return composeTwo(before, after);
  });
}

function composeTwo(first: ForwardOperator, second: ForwardOperator): ForwardOperator {
  if (isLinear(first) && isLinear(second)) return composeLinear(first, second);
  const both = composeAny(first, second);
  if (first.surrogate || second.surrogate) {
    const smooth = composeTwo(first.surrogate ?? first, second.surrogate ?? second);
    return { ...straightThrough(both.apply, smooth), ...roundingAfter(first, second) };
  }
  const [inner, outer] = [linearPartOf(first), linearPartOf(second)];
  return inner && outer ? { ...both, linearPart: composeLinear(inner, outer) } : both;
}

/** What is rounded is linear in the first operator's image, too. */
function roundingAfter(
  first: ForwardOperator,
  { rounding }: ForwardOperator,
): Pick<ForwardOperator, 'rounding'> {
  if (!rounding || !isLinear(first)) return {};
  const { before } = rounding;
  return { rounding: { ...rounding, before: before ? composeLinear(first, before) : first } };
}

function composeAny(first: ForwardOperator, second: ForwardOperator): ForwardOperator {
  return {
    inputShape: first.inputShape,
    outputShape: second.outputShape,
    field: second.field,
    observed: second.observed,
    pixelwise: first.pixelwise && second.pixelwise,
    ambiguous: first.ambiguous || second.ambiguous,
    undo: undoBoth(first, second),
    apply: async (x) => second.apply(await first.apply(x)),
    linearize: async (x) => andThen(await first.linearize(x), (value) => second.linearize(value)),
  };
}

function undoBoth(
  { undo: inner }: ForwardOperator,
  { undo: outer }: ForwardOperator,
): ForwardOperator['undo'] {
  if (!inner || !outer || outer.grey) return undefined;
  return { ...inner, invert: (y) => inner.invert(outer.invert(y)) };
}

function composeLinear(first: LinearOperator, second: LinearOperator): LinearOperator {
  const bound =
    first.norm !== undefined && second.norm !== undefined ? { norm: first.norm * second.norm } : {};
  const structure =
    first.rowScale === undefined ? bound : { ...bound, ...onRowSpace(first, second, first.rowScale) };
  return withLinearization({
    inputShape: first.inputShape,
    outputShape: second.outputShape,
    field: second.field,
    observed: second.observed,
    pixelwise: first.pixelwise && second.pixelwise,
    luminance: first.luminance && second.identity,
    // Grey is seen pixel by pixel, so that the frame of what follows is the image's.
    frame: first.luminance ? second.frame : undefined,
    undo: undoBoth(first, second),
    apply: async (x) => second.apply(await first.apply(x)),
    adjoint: async (y) => first.adjoint(await second.adjoint(y)),
    ...structure,
  });
}

/** What A = B·L inherits from B where LLᵀ = c·I: the normal equations on the rows of L and beside them. */
function onRowSpace(first: LinearOperator, second: LinearOperator, gram: number): Partial<LinearOperator> {
  return {
    rowScale: second.rowScale === undefined ? undefined : gram * second.rowScale,
    normalSolve:
      second.normalSolve &&
      (async (b: FloatArray, rho: number) => {
        // b = Lᵀu + rest, u = Lb/c; on the rows of L the system is (c·BᵀB + ρ) in u, beside them it is ρ.
        const u = mapArray(await first.apply(b), (value) => value / gram);
        const solved = await second.normalSolve!(
          mapArray(u, (value) => value / gram),
          rho / gram,
        );
        const change = await first.adjoint(mapArray(solved, (value, i) => value - u.data[i] / rho));
        return mapArray(b, (value, i) => value / rho + change.data[i]);
      }),
    svd: first.svd && second.svd && composeSvd(first, first.svd, second.svd, gram),
  };
}
