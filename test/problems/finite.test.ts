/** What is not finite, or no error, is told of the operator that gave it. */
import { describe, expect, it } from 'vitest';
import { withFiniteOperator } from '../../problems/finite.js';
import { gaussianNoise } from '../../problems/noises/gaussian.js';
import type { LinearOperator } from '../../problems/operator.js';
import { diagonal } from '../../problems/parts/diagonal.js';
import { problemOf } from '../../problems/problem.js';
import { filled, mapArray } from '../../src/core/array.js';

const half = diagonal([1, 1, 2], Float32Array.of(0.5, 0.5));
const x = filled([1, 1, 2], 1);
const lost = () => filled([1, 1, 2], Number.NaN);

function held(changes: Partial<LinearOperator>): LinearOperator {
  const problem = problemOf({ ...half, ...changes }, gaussianNoise(0.1), 'mine');
  return withFiniteOperator(problem).operator as LinearOperator;
}

describe('withFiniteOperator', () => {
  it('lets pass what is finite, bit for bit', async () => {
    expect([...(await held({}).apply(x)).data]).toEqual([0.5, 0.5]);
    expect([...(await held({}).normalSolve!(x, 0.75)).data]).toEqual([1, 1]);
    const { value, pullback } = await held({}).linearize(x);
    expect([...value.data, ...(await pullback(x)).data]).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  it.each<[string, Partial<LinearOperator>, (operator: LinearOperator) => unknown]>([
    ['the operator mine', { apply: lost }, (operator) => operator.apply(x)],
    ['the adjoint of the operator mine', { adjoint: lost }, (operator) => operator.adjoint(x)],
    [
      'the normal solve of the operator mine',
      { normalSolve: lost },
      (operator) => operator.normalSolve!(x, 1),
    ],
  ])('%s gives NaN', async (part, changes, call) => {
    await expect(call(held(changes))).rejects.toThrow(`${part} gives NaN`);
  });

  it('the derivative, too, is watched', async () => {
    const operator = held({ linearize: async () => ({ value: x, pullback: lost, release() {} }) });
    const { pullback } = await operator.linearize(x);
    await expect(async () => pullback(x)).rejects.toThrow('the operator mine');
  });

  it('what is thrown and is no error becomes one', async () => {
    const thrower = held({
      apply() {
        throw 'no';
      },
    });
    await expect(thrower.apply(x)).rejects.toThrow('the operator mine threw no, which is no error');
  });

  it('names a problem that was text by its text', async () => {
    const problem = problemOf({ ...half, apply: lost }, gaussianNoise(0.1));
    const spec = { operators: [{ name: 'clip', options: { gain: 2 } }] };
    const { operator } = withFiniteOperator({ ...problem, spec });
    await expect(operator.apply(mapArray(x, () => 1))).rejects.toThrow('the operator clip:gain=2 gives NaN');
  });
});
