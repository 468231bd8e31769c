/** What the tests of operators share: an operator from its text, and the check that every shipped one passes. */
import { expect } from 'vitest';
import { type CheckOptions, checkOperator } from '../../problems/check.js';
import { bind, parseProblem, parseTerm } from '../../problems/index.js';
import { type ForwardOperator, isLinear, type LinearOperator } from '../../problems/operator.js';
import { type FloatArray, sizeOf, zeros } from '../../src/core/array.js';

type Files = Readonly<Record<string, FloatArray>>;

/** @param files by `<term>.<option>`, such as `0.kernel`. */
export function operatorOf(text: string, imageShape: readonly number[], files?: Files): ForwardOperator {
  const spec = { ...parseProblem(text), noise: parseTerm('gaussian:sigma=0.1') };
  return bind(spec, { imageShape }, { files }).operator;
}

export function linearOperatorOf(text: string, imageShape: readonly number[], files?: Files): LinearOperator {
  const operator = operatorOf(text, imageShape, files);
  if (!isLinear(operator)) throw new Error(`${text} is not linear`);
  return operator;
}

export async function expectSound(operator: ForwardOperator, options: CheckOptions = {}): Promise<void> {
  const results = await checkOperator(operator, options);
  expect(results.filter((result) => !result.ok)).toEqual([]);
  expect(results.length).toBeGreaterThanOrEqual(isLinear(operator) ? 3 : 2);
}

/** The operator's matrix, row by row, from what it makes of every unit image. */
export async function matrixOf({ inputShape, apply }: ForwardOperator): Promise<Float64Array[]> {
  const size = sizeOf(inputShape);
  const columns: FloatArray[] = [];
  for (let j = 0; j < size; j++) {
    const unit = zeros(inputShape);
    unit.data[j] = 1;
    columns.push(await apply(unit));
  }
  return Array.from(columns[0].data, (_, i) => Float64Array.from(columns, (column) => column.data[i]));
}

/** Whether two operators are the same matrix, to 5e-6 in every entry. */
export async function expectSameMatrix(operator: ForwardOperator, expected: ForwardOperator): Promise<void> {
  const [found, rows] = [await matrixOf(operator), await matrixOf(expected)];
  expect(found.length).toBe(rows.length);
  for (const [i, row] of rows.entries())
    for (const [j, value] of row.entries()) expect(found[i][j]).toBeCloseTo(value, 5);
}
