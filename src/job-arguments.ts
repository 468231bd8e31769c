/** Arguments of another kind than the library's functions take, as JavaScript lets through: said before the work. */
import type { NdArray } from 'ndarray';
import { UsageError } from './core/errors.js';

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

function kindOf(value: unknown): string {
  if (typeof value === 'string') return `the text ${JSON.stringify(value)}`;
  if (value instanceof Promise) return 'a promise, which has to be awaited';
  if (value === null || typeof value !== 'object')
    return typeof value === 'function' ? 'a function' : String(value);
  const name = value.constructor?.name ?? 'Object';
  return name === 'Object'
    ? `an object of ${Object.keys(value).join(', ') || 'nothing'}`
    : `an object of kind ${name}`;
}
