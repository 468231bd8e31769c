/** Operators that look at the same image side by side: what their sums and stacks have in common. */
import { type FloatArray, formatShape, type Shape, sameShape, zeros } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { axpy } from '../../src/core/vector.js';
import {
  type ForwardOperator,
  isLinear,
  type LinearOperator,
  linearPartOf,
  straightThrough,
  withLinearization,
} from '../operator.js';

/** How several measurements make one. */
export interface Junction {
  readonly outputShape: Shape;
  readonly field: 'real' | 'complex';
  readonly observed?: Float32Array;
  join(measurements: readonly FloatArray[]): FloatArray;
  /** The transpose of `join`. */
  split(measurement: FloatArray): FloatArray[];
}

/** x ↦ join(A₁(x), A₂(x), …), linear, affine or a staircase where its parts are. */
export function parallel(operators: readonly ForwardOperator[], junction: Junction): ForwardOperator {
  if (operators.every(isLinear)) return parallelLinear(operators, junction);
  const both = parallelAny(operators, junction);
  if (operators.some(({ surrogate }) => surrogate)) {
    const smooth = operators.map((operator) => operator.surrogate ?? operator);
    return straightThrough(both.apply, parallel(smooth, junction));
  }
  const parts = operators.map(linearPartOf);
  const linear = parts.filter((part) => part !== undefined);
  return linear.length < parts.length ? both : { ...both, linearPart: parallelLinear(linear, junction) };
}

function parallelLinear(operators: readonly LinearOperator[], junction: Junction): LinearOperator {
  const { outputShape, field, observed, join, split } = junction;
  const { inputShape } = operators[0];
  return withLinearization({
    inputShape,
    outputShape,
    field,
    observed,
    apply: async (x) => join(await all(operators, (operator) => operator.apply(x))),
    async adjoint(y) {
      const parts = split(y);
      return added(await all(operators, (operator, i) => operator.adjoint(parts[i])), inputShape);
    },
  });
}

function parallelAny(operators: readonly ForwardOperator[], junction: Junction): ForwardOperator {
  const { outputShape, field, observed, join, split } = junction;
  const { inputShape } = operators[0];
  return {
    inputShape,
    outputShape,
    field,
    observed,
    apply: async (x) => join(await all(operators, (operator) => operator.apply(x))),
    async linearize(x) {
      const linearized = await all(operators, (operator) => operator.linearize(x));
      return {
        value: join(linearized.map(({ value }) => value)),
        async pullback(v) {
          const parts = split(v);
          return added(await all(linearized, (part, i) => part.pullback(parts[i])), inputShape);
        },
        release() {
          for (const part of linearized) part.release();
        },
      };
    },
  };
}

/** One after another: parts may share a runtime, and order must not depend on how fast each is. */
async function all<T, R>(
  parts: readonly T[],
  work: (part: T, index: number) => R | Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (const [i, part] of parts.entries()) results.push(await work(part, i));
  return results;
}

/** The sum of arrays of this shape, a new array. */
export function added(arrays: readonly FloatArray[], shape: Shape): FloatArray {
  const out = zeros(shape);
  for (const { data } of arrays) axpy(1, data, out.data);
  return out;
}

/**
 * @param how names the combination, for messages.
 * @throws UsageError where there is no operator, or one takes images of another shape.
 */
export function requireSameInput(operators: readonly ForwardOperator[], how: string): void {
  if (operators.length === 0) throw new UsageError(`${how} needs at least one operator`);
  const { inputShape } = operators[0];
  for (const other of operators) {
    if (sameShape(other.inputShape, inputShape)) continue;
    throw new UsageError(
      `${how} needs operators of the same image, but they take arrays of shape ${formatShape(inputShape)} and ` +
        formatShape(other.inputShape),
    );
  }
}
