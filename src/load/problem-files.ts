/** Problem specs that come from files, and the files that specs name. */
import { readFile } from 'node:fs/promises';
import { dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import { readText, requireFile, requireWithin, type Trust } from '../../models/contained.js';
import type { RuntimeLimits } from '../../models/onnx/runtime.js';
import type { FileRole, LoadedOperator } from '../../problems/family.js';
import { checkSpec, operators, parseNoise, parseProblem, problemFromJson } from '../../problems/index.js';
import type { ProblemSpec, Term } from '../../problems/problem.js';
import { requireProblem, requireText } from '../core/arguments.js';
import type { FloatArray } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { parseJson } from '../core/json.js';
import { hashArray } from '../core/random.js';
import { reasonOf } from '../core/reasons.js';
import { readOptionFile } from '../io/inputs.js';
import type { NewFile } from '../io/output-folder.js';
import { loadOperator } from './operator-file.js';

/** How far a problem in a file is followed, which may come from anybody. */
export interface ProblemTrust extends Trust {
  /** Loads JavaScript modules and TensorFlow.js functions that it names. They may do all that their user may. */
  readonly allowCode?: boolean;
}

/**
 * A spec as the command line has it: `NAME:KEY=VALUE+NAME…`, or a file ending in `.json` as `simulate` writes it.
 * Files that a `.json` spec names are sought from its own folder and, unless `trust` says otherwise, must lie there and
 * must not be code.
 * @param noise one term; it takes the place of the noise that a file names.
 * @throws UsageError where the text, the file or an option is not as it should be.
 * @example
 * ```ts
 * import { readProblem } from 'retrodict';
 *
 * console.log(await readProblem('measured/problem.json'));
 * ```
 */
export async function readProblem(
  text: string,
  noise?: string,
  trust: ProblemTrust = {},
): Promise<ProblemSpec> {
  requireText(text, "a problem such as 'denoise', or the path of a .json file");
  if (noise !== undefined) requireText(noise, "a noise such as 'gaussian:sigma=10/255'");
  const spec = text.endsWith('.json') ? await readProblemFile(text, trust) : checkSpec(parseProblem(text));
  return noise === undefined ? spec : checkSpec({ ...spec, noise: parseNoise(noise) });
}

/** The most that a problem in a file may hold, in bytes. */
const MOST_TEXT = 2 ** 20;

async function readProblemFile(path: string, trust: ProblemTrust): Promise<ProblemSpec> {
  const text = await readText(path, MOST_TEXT).catch((error) => {
    throw new UsageError(`the problem ${path} cannot be read: ${reasonOf(error)}`);
  });
  try {
    const spec = checkSpec(problemFromJson(parseJson(text)));
    await requireTrusted(spec, dirname(path), trust);
    return withPaths(spec, (file) => (isAbsolute(file) ? file : join(dirname(path), file)));
  } catch (error) {
    throw new UsageError(`${path} holds no problem: ${(error as Error).message}`, { cause: error });
  }
}

/** @throws Error where a spec that a file in `folder` holds names code, or a file that lies elsewhere or is none. */
async function requireTrusted(spec: ProblemSpec, folder: string, trust: ProblemTrust): Promise<void> {
  for (const term of spec.operators) {
    for (const { role, path } of pathsOf(term)) {
      const code = role === 'module' || role === 'tensorflow';
      if (code && !trust.allowCode) {
        const how = '--allow-code (allowCode: true) runs it';
        throw new UsageError(
          `${term.name}:file names the code ${path}, which may do whatever you may; ${how}`,
        );
      }
      if (!code) await requireWithin(folder, path, trust);
      await requireFile(resolve(folder, path));
    }
  }
}

/**
 * The same spec as `problem.json` in `folder` has to say it, and what is to be written beside it: masks, kernels and
 * arrays that lie elsewhere are copied there, so that the folder can be given to others; operators stay where they are,
 * with what they read or import.
 * @returns the copies' names without `problem`: `.0-mask.part.png`.
 */
export async function specInFolder(
  spec: ProblemSpec,
  folder: string,
): Promise<{ spec: ProblemSpec; copies: NewFile[] }> {
  const copies: NewFile[] = [];
  const operators = spec.operators.map(async (term, index): Promise<Term> => {
    const options = { ...term.options };
    for (const { option, role, path } of pathsOf(term)) {
      const there = relative(folder, path);
      const isOperator = role === 'module' || role === 'onnx' || role === 'tensorflow';
      if (isOperator) options[option] = isAbsolute(path) ? path : there;
      else if (!there.startsWith('..') && !isAbsolute(there)) options[option] = there;
      else {
        const ending = `.${index}-${option}.part${extname(path)}`;
        copies.push({ ending, bytes: await readFile(path) });
        options[option] = `problem${ending}`;
      }
    }
    return { ...term, options };
  });
  return { spec: { ...spec, operators: await Promise.all(operators) }, copies };
}

/** The files of a spec as `bind` takes them: arrays by `<index of the term>.<option>`, operators by the index. */
export interface SpecFiles {
  readonly files: Readonly<Record<string, FloatArray>>;
  readonly loaded: Readonly<Record<number, LoadedOperator>>;
  /** SHA-256 by `<index of the term>.<option>`: of an array's shape and values, of an operator's file. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Ends the processes of operators that have one; what was bound with them can then no longer be used. */
  close(): Promise<void>;
}

/**
 * Reads the files that a spec names. Operators among them may hold a process, which does not keep the process alive,
 * until they are closed.
 * @param limits of the runs of operators that are ONNX graphs.
 * @throws UsageError where a file is missing or is not what the option needs.
 * @example
 * ```ts
 * import { bind, problem, readSpecFiles } from 'retrodict';
 *
 * const spec = problem('inpaint:mask=mask.png', 'gaussian:sigma=1/255');
 * const files = await readSpecFiles(spec);
 * console.log(bind(spec, { imageShape: [3, 64, 64] }, files).measurementShape);
 * await files.close();
 * ```
 */
export async function readSpecFiles(spec: ProblemSpec, limits: RuntimeLimits = {}): Promise<SpecFiles> {
  requireProblem(spec);
  const files: Record<string, FloatArray> = {};
  const loaded: Record<number, LoadedOperator> = {};
  const hashes: Record<string, string> = {};
  for (const [index, term] of spec.operators.entries()) {
    for (const { option, role, path } of pathsOf(term)) {
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

function pathsOf(term: Term): { option: string; role: FileRole; path: string }[] {
  return Object.entries(operators[term.name].files ?? {}).flatMap(([option, role]) => {
    const path = term.options[option];
    return typeof path === 'string' ? [{ option, role, path }] : [];
  });
}

/** The same spec with other paths of the files that it names. */
export function withPaths(spec: ProblemSpec, change: (path: string) => string): ProblemSpec {
  const changed = (term: Term): Term => {
    const paths = pathsOf(term).map(({ option, path }) => [option, change(path)]);
    return { ...term, options: { ...term.options, ...Object.fromEntries(paths) } };
  };
  return { ...spec, operators: spec.operators.map(changed) };
}
