/** Problem specs that come from files, and the files that specs name. */
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import type { RuntimeLimits } from '../../models/onnx/session.js';
import type { LoadedOperator } from '../../problems/family.js';
import { checkSpec, operators, parseProblem, parseTerm, problemFromJson } from '../../problems/index.js';
import type { ProblemSpec, Term } from '../../problems/problem.js';
import type { FloatArray } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { hashArray } from '../core/random.js';
import { reasonOf } from '../io/atomic.js';
import { readOptionFile } from '../io/inputs.js';
import { loadOperator } from './operator-file.js';

/**
 * A spec as the command line has it: `NAME:KEY=VALUE+NAME…`, or a file ending in `.json` as `simulate` writes it.
 * Files that a `.json` spec names are sought from its own folder.
 * @param noise one term; it takes the place of the noise that a file names.
 * @throws UsageError where the text, the file or an option is not as it should be.
 */
export async function readProblem(text: string, noise?: string): Promise<ProblemSpec> {
  const spec = text.endsWith('.json') ? await readProblemFile(text) : checkSpec(parseProblem(text));
  return noise === undefined ? spec : checkSpec({ ...spec, noise: parseTerm(noise) });
}

async function readProblemFile(path: string): Promise<ProblemSpec> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw new UsageError(`the problem ${path} cannot be read: ${reasonOf(error)}`);
  });
  try {
    const spec = checkSpec(problemFromJson(JSON.parse(text)));
    return mapPaths(spec, (file) => (isAbsolute(file) ? file : join(dirname(path), file)));
  } catch (error) {
    throw new UsageError(`${path} holds no problem: ${(error as Error).message}`, { cause: error });
  }
}

/** The same spec as a file in `folder` has to say it: files that it names are relative to that folder. */
export function specForFolder(spec: ProblemSpec, folder: string): ProblemSpec {
  return mapPaths(spec, (path) => (isAbsolute(path) ? path : relative(folder, path)));
}

/** The files that a spec names, as `bind` takes them: arrays by `<index of the term>.<option>`, operators by the index. */
export interface SpecFiles {
  readonly files: Readonly<Record<string, FloatArray>>;
  readonly loaded: Readonly<Record<number, LoadedOperator>>;
  /** SHA-256 by `<index of the term>.<option>`: of an array's shape and values, of an operator's file. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Ends the processes of operators that have one; what was bound with them can then no longer be used. */
  close(): Promise<void>;
}

/**
 * Reads the files that a spec names. Operators among them may hold a process, which does not keep the process alive, until
 * they are closed.
 * @param limits of the runs of operators that are ONNX graphs.
 * @throws UsageError where a file is missing or is not what the option needs.
 */
export async function readSpecFiles(spec: ProblemSpec, limits: RuntimeLimits = {}): Promise<SpecFiles> {
  const files: Record<string, FloatArray> = {};
  const loaded: Record<number, LoadedOperator> = {};
  const hashes: Record<string, string> = {};
  for (const [index, term] of spec.operators.entries()) {
    for (const { option, path } of pathsOf(term)) {
      const role = operators[term.name].files![option];
      const key = `${index}.${option}`;
      if (role === 'module' || role === 'onnx' || role === 'tensorflow') {
        const { operator, hash } = await loadOperator(path, role, limits);
        loaded[index] = operator;
        hashes[key] = hash;
      } else {
        files[key] = await readOptionFile(path, role, `option ${option} of ${term.name}`);
        hashes[key] = await hashArray(files[key]);
      }
    }
  }
  const close = async () => {
    for (const operator of Object.values(loaded)) await operator.close?.();
  };
  return { files, loaded, hashes, close };
}

function pathsOf(term: Term): { option: string; path: string }[] {
  return Object.keys(operators[term.name].files ?? {}).flatMap((option) => {
    const path = term.options[option];
    return typeof path === 'string' ? [{ option, path }] : [];
  });
}

function mapPaths(spec: ProblemSpec, change: (path: string) => string): ProblemSpec {
  const changed = (term: Term): Term => {
    const paths = pathsOf(term).map(({ option, path }) => [option, change(path)]);
    return { ...term, options: { ...term.options, ...Object.fromEntries(paths) } };
  };
  return { ...spec, operators: spec.operators.map(changed) };
}
