/** Arguments of another kind than the library's functions take, as JavaScript lets through: said before the work. */
import type { NdArray } from 'ndarray';
import { UsageError } from './errors.js';

/** @throws UsageError where it is no ndarray, as `floatArray` makes them. */
export function requireArray(value: unknown, what: string): asserts value is NdArray {
  const { data, shape, stride, get } = Object(value) as Partial<NdArray>;
  if (data && Array.isArray(shape) && Array.isArray(stride) && typeof get === 'function') return;
  throw new UsageError(`${what} is ${kindOf(value)}, expected an array: floatArray(data, shape) makes one`);
}

/** @throws UsageError where one is no ndarray; each is called by its key. */
export function requireArrays(named: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(named)) requireArray(value, name);
}

/** @throws UsageError where it is no flat array of numbers. */
export function requireVector(value: unknown, what: string): void {
  if (ArrayBuffer.isView(value)) return;
  throw new UsageError(`${what} is ${kindOf(value)}, expected flat numbers, such as the data of an array`);
}

/** @throws UsageError where one is no number; each is called by its key. */
export function requireNumbers(named: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(named)) {
    if (typeof value !== 'number') throw new UsageError(`${name} is ${kindOf(value)}, expected a number`);
  }
}

/** @throws UsageError where one is no size: a whole number from 1 on. */
export function requireSizes(named: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(named)) {
    if (Number.isSafeInteger(value) && (value as number) > 0) continue;
    throw new UsageError(`${name} is ${kindOf(value)}, expected a whole number from 1 on`);
  }
}

/** @throws UsageError where one is no function; each is called by its key. */
export function requireFunctions(named: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(named)) {
    if (typeof value !== 'function') throw new UsageError(`${name} is ${kindOf(value)}, expected a function`);
  }
}

/** @throws UsageError where it is no object with these methods. @param expected what gives such an object. */
export function requireMethods(
  value: unknown,
  what: string,
  methods: readonly string[],
  expected: string,
): void {
  // A function has an apply, too, which is not an operator's.
  const given = (typeof value === 'object' && value ? value : {}) as Record<string, unknown>;
  if (methods.every((method) => typeof given[method] === 'function')) return;
  throw new UsageError(`${what} is ${kindOf(value)}, expected ${expected}`);
}

/** @throws UsageError where it is no noise. */
export function requireNoise(value: unknown): void {
  const expected = 'what noises.gaussian.create({ sigma: 0.1 }) gives';
  requireMethods(value, 'the noise', ['logLikelihood', 'gradient'], expected);
}

/** @throws UsageError where it is no stream of random numbers. */
export function requireRandom(value: unknown): void {
  requireMethods(value, 'the stream of random numbers', ['normal'], "what context.random('start') gives");
}

/** @throws UsageError where it is not what measureNoise gives. */
export function requireMeasuredNoise(value: unknown): void {
  const { kind, sigma, octaves, levels } = Object(value) as Record<string, unknown>;
  const lists = Array.isArray(octaves) && Array.isArray(levels);
  if (typeof kind === 'string' && typeof sigma === 'number' && lists) return;
  throw new UsageError(`the noise is ${kindOf(value)}, expected what measureNoise(image) gives`);
}

/** @throws UsageError where it is no context of a solver. @param methods those that are used. */
export function requireContext(value: unknown, ...methods: readonly string[]): void {
  requireMethods(value, 'the context', methods, 'what a solver’s run is given');
}

/** @throws UsageError where it is no problem of an operator and a noise. */
export function requireBound(value: unknown): void {
  const { operator, noise } = Object(value) as Record<string, unknown>;
  if (typeof Object(operator).apply === 'function' && typeof Object(noise).gradient === 'function') return;
  throw new UsageError(`the problem is ${kindOf(value)}, expected what bind or problemOf gives`);
}

/** @throws UsageError where it is no prior that can be asked for this. */
export function requireAbility(value: unknown, ...methods: readonly string[]): void {
  requireMethods(value, 'the prior', methods, `a prior with ${methods.join(', ')}, as await loadPrior gives`);
}

/** @throws UsageError where it is neither a problem nor a description of one. */
export function requireProblem(value: unknown): void {
  const { operator, operators } = Object(value) as { operator?: unknown; operators?: unknown };
  if (Array.isArray(operators) || typeof Object(operator).apply === 'function') return;
  const how = "problem('denoise', 'gaussian:sigma=10/255')";
  throw new UsageError(`the problem is ${kindOf(value)}, expected what ${how} or bind gives`);
}

/** @throws UsageError where it is no description of a problem. */
export function requireSpec(value: unknown): void {
  if (Array.isArray(Object(value).operators)) return;
  const how = "problem('denoise', 'gaussian:sigma=10/255')";
  throw new UsageError(`the problem is ${kindOf(value)}, expected what ${how} gives`);
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
  if (Array.isArray(value) && value.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) return;
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

export function kindOf(value: unknown): string {
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
