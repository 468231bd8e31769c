/** A problem whose operator is held to finite values. */
import type { FloatArray } from '../src/core/array.js';
import { finite, finiteLinearization } from '../src/core/finite.js';
import type { Awaitable } from '../src/core/linearization.js';
import { type ForwardOperator, isLinear, type LinearOperator } from './operator.js';
import type { Problem } from './problem.js';
import { formatProblem } from './spec.js';

/** The same problem: its operator fails, by name, where it gives values that are not finite. */
export function withFiniteOperator(problem: Problem): Problem {
  const { spec, name } = problem;
  const part = `the operator ${spec.operators.length > 0 ? formatProblem(spec) : name}`;
  return { ...problem, operator: finiteOperator(problem.operator, part) };
}

function finiteOperator<Operator extends ForwardOperator>(operator: Operator, part: string): Operator {
  const held: ForwardOperator = {
    ...operator,
    linearPart: operator.linearPart && finiteOperator(operator.linearPart, part),
    apply: (x) =>
      finite(
        part,
        x,
        errorsOf(part, () => operator.apply(x)),
      ),
    linearize: (x) =>
      finiteLinearization(
        part,
        x,
        errorsOf(part, () => operator.linearize(x)),
      ),
  };
  return (isLinear(operator) ? { ...held, ...finiteInverses(operator, part) } : held) as Operator;
}

function finiteInverses(operator: LinearOperator, part: string): Partial<LinearOperator> {
  const { normalSolve } = operator;
  return {
    adjoint: (y) =>
      finite(
        `the adjoint of ${part}`,
        y,
        errorsOf(part, () => operator.adjoint(y)),
      ),
    ...(normalSolve && {
      normalSolve: (b: FloatArray, rho: number) =>
        finite(`the normal solve of ${part}`, b, () => normalSolve.call(operator, b, rho)),
    }),
  };
}

/** JavaScript lets anything be thrown, `null` too; what reports failures expects errors. */
function errorsOf<T>(part: string, compute: () => Awaitable<T>): () => Promise<T> {
  return async () => {
    try {
      return await compute();
    } catch (error) {
      if (error instanceof Error) throw error;
      throw new Error(`${part} threw ${String(error)}, which is no error`);
    }
  };
}
