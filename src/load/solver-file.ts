/** Solvers that users bring: a JavaScript module that exports one. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Solver } from '../../solvers/solver.js';
import { requireText } from '../core/arguments.js';
import { UsageError } from '../core/errors.js';
import { reasonOf } from '../core/reasons.js';

/** A solver from a file, and which version of it. */
export interface LoadedSolver {
  readonly solver: Solver;
  /** SHA-256 of the module's file (not of what it imports). */
  readonly version: string;
}

/**
 * Loads the `solver` (or the default) that a module exports.
 * @throws UsageError where there is no such file, it does not load, or it exports no solver.
 * @example
 * ```ts
 * import { loadSolver } from 'retrodict';
 *
 * const { solver, version } = await loadSolver('renoise.js');
 * console.log(solver.name, version);
 * ```
 */
export async function loadSolver(path: string): Promise<LoadedSolver> {
  requireText(path, 'the path of a JavaScript module');
  const bytes = await readFile(path).catch((error) => {
    throw new UsageError(`the solver ${path} cannot be read: ${reasonOf(error)}`);
  });
  const module = await import(pathToFileURL(resolve(path)).href).catch((error: Error) => {
    const absent = error.message.includes("package 'retrodict'");
    const script = error.message.includes('outside a module');
    const advice = absent
      ? '; install retrodict in the folder of that file'
      : script
        ? '; call it .mjs, or write "type": "module" into the package.json of its folder'
        : '';
    throw new UsageError(`the solver ${path} does not load: ${error.message}${advice}`, { cause: error });
  });
  const solver: unknown = module.solver ?? module.default;
  if (!isSolver(solver)) {
    const parts = 'name, kind, needs, samplesPosterior, options, presets and run';
    throw new UsageError(`${path} exports no solver: expected \`export const solver\` with ${parts}`);
  }
  return { solver, version: bytesToHex(sha256(bytes)) };
}

function isSolver(value: unknown): value is Solver {
  if (typeof value !== 'object' || value === null) return false;
  const { name, kind, needs, samplesPosterior, options, presets, run } = value as Record<string, unknown>;
  const parts = [needs, presets, (options as { shape?: unknown } | undefined)?.shape];
  return (
    typeof name === 'string' &&
    typeof samplesPosterior === 'boolean' &&
    ['chain', 'point', 'ensemble'].includes(kind as string) &&
    parts.every((part) => typeof part === 'object' && part !== null) &&
    typeof run === 'function'
  );
}
