/** Errors that a person can act on: one sentence, no stack trace (ARCHITECTURE.md §5). */
import { distance } from 'fastest-levenshtein';

/**
 * What was asked for cannot be asked: a wrong option, name or size. The command line exits with status 2.
 * @example
 * ```ts
 * import { describe, UsageError } from 'retrodict';
 *
 * try {
 *   await describe('blurr');
 * } catch (error) {
 *   if (error instanceof UsageError) console.log(error.message);
 * }
 * ```
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A network holds an operation whose derivative is not known; its message names op, node and model. */
export class GradientError extends Error {}

/**
 * "there is no operator "blurr"; the nearest are blur, gaussian-blur": the sentence for a name that is not in a table.
 * @param kind what the name should have named, in the singular.
 */
export function unknownName(kind: string, name: string, known: readonly string[]): UsageError {
  const nearest = nearestNames(name, known).join(', ');
  return new UsageError(`there is no ${kind} "${name}"${nearest && `; the nearest are ${nearest}`}`);
}

/** At most three names, by edit distance; a name that contains what was typed counts as near. */
export function nearestNames(name: string, known: readonly string[]): string[] {
  const far = (candidate: string) => (candidate.includes(name) ? 1 : distance(name, candidate));
  return [...known].sort((a, b) => far(a) - far(b)).slice(0, 3);
}
