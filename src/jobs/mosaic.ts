/** A camera's RAW file says itself how the filters of its sensor lie. */
import type { ProblemSpec } from '../../problems/problem.js';
import { UsageError } from '../core/errors.js';
import type { Input } from '../io/inputs.js';

/**
 * The spec with the file's pattern, where `demosaic` is not told another.
 * @throws UsageError where a mosaic would be taken for a picture.
 */
export function withPattern(spec: ProblemSpec, { about }: Input, path: string): ProblemSpec {
  const pattern = about?.['pattern'];
  if (pattern === undefined) return spec;
  if (!spec.operators.some(({ name }) => name === 'demosaic')) {
    throw new UsageError(`${path} holds one colour at each pixel, as a sensor sees: say --problem demosaic`);
  }
  const operators = spec.operators.map((term) =>
    term.name === 'demosaic' ? { ...term, options: { pattern, ...term.options } } : term,
  );
  return { ...spec, operators };
}
