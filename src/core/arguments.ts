/** Arguments of another kind than the library's functions take, as JavaScript lets through: said before the work. */
import type { NdArray } from 'ndarray';
import { UsageError } from './errors.js';

/** @throws UsageError where it is no ndarray, as `floatArray` makes them. */
export function requireArray(value: unknown, what: string): asserts value is NdArray {
  const { data, shape, stride, get } = Object(value) as Partial<NdArray>;
  if (data && Array.isArray(shape) && Array.isArray(stride) && typeof get === 'function') return;
  throw new UsageError(`${what} is ${kindOf(value)}, expected an array: floatArray(data, shape) makes one`);
}

/** @throws UsageError where it is neither a problem nor a description of one. */
export function requireProblem(value: unknown): void {
  const { operator, operators } = Object(value) as { operator?: unknown; operators?: unknown };
  if (Array.isArray(operators) || typeof Object(operator).apply === 'function') return;
  const how = "problem('denoise', 'gaussian:sigma=10/255')";
  throw new UsageError(`the problem is ${kindOf(value)}, expected what ${how} or bind gives`);
}

/** @throws UsageError where there is something that is no prior. */
export function requirePrior(value: unknown): void {
  if (value === undefined) return;
  const { kind, denoise, decode } = Object(value) as Record<string, unknown>;
  if (typeof kind === 'string' && [denoise, decode].some((part) => typeof part === 'function')) return;
  throw new UsageError(`the prior is ${kindOf(value)}, expected what await loadPrior('photo') gives`);
}

/** @throws UsageError where it is no text. @param expected such as "the path of a picture". */
export function requireText(value: unknown, expected: string): asserts value is string {
  if (typeof value === 'string') return;
  throw new UsageError(`${value === undefined ? 'nothing' : kindOf(value)} was given, expected ${expected}`);
}

/** @throws UsageError where it is no file's content. */
export function requireBytes(value: unknown): void {
  if (value instanceof Uint8Array) return;
  throw new UsageError(`the bytes are ${kindOf(value)}, expected what readFile gives`);
}

/** @throws UsageError where it is no list of extents. */
export function requireExtents(value: unknown): void {
  if (Array.isArray(value)) return;
  throw new UsageError(`the shape is ${kindOf(value)}, expected a list of extents, such as [3, 64, 64]`);
}

/** @throws UsageError where the inputs or the output folder of a job over files are none. */
export function requireJob(value: unknown): void {
  const { inputs, out, spec } = Object(value) as Record<string, unknown>;
  if (!Array.isArray(inputs) || !inputs.every((input) => typeof input === 'string')) {
    throw new UsageError(`the inputs are ${kindOf(inputs)}, expected a list of paths: inputs: ['photos']`);
  }
  requireText(out, 'the name of the output folder: out');
  requireProblem(spec);
}

/** @throws UsageError where it is no operator. */
export function requireOperator(value: unknown): void {
  const { apply, inputShape, outputShape } = Object(value) as Record<string, unknown>;
  if (typeof apply === 'function' && Array.isArray(inputShape) && Array.isArray(outputShape)) return;
  const how = 'the operator of what bind gives, or what plainOperator gives';
  throw new UsageError(`the operator is ${kindOf(value)}, expected ${how}`);
}

/** @throws UsageError where it is no list of operators, or an empty one. */
export function requireOperators(values: unknown): void {
  if (!Array.isArray(values) || values.length === 0) {
    throw new UsageError(`the operators are ${kindOf(values)}, expected a list of one or more`);
  }
  for (const value of values) requireOperator(value);
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return `the text ${JSON.stringify(value)}`;
  if (value instanceof Promise) return 'a promise, which has to be awaited';
  if (value === null || typeof value !== 'object')
    return typeof value === 'function' ? 'a function' : String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  const name = value.constructor?.name ?? 'Object';
  return name === 'Object'
    ? `an object of ${Object.keys(value).join(', ') || 'nothing'}`
    : `an object of kind ${name}`;
}
