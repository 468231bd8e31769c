/** The command that makes a result again. */
import type { ProblemSpec } from '../../problems/problem.js';
import { formatProblem, formatTerm } from '../../problems/spec.js';
import type { PromiseKind } from '../core/interval-calibration.js';
import type { RestoredLine } from './restore-item.js';
import type { ResultFormat } from './results.js';

/** What a line says that options of `restore` say. */
interface Made {
  readonly problem: ProblemSpec;
  readonly solver: string;
  readonly solverVersion?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly weights?: readonly string[];
  readonly device?: { readonly name: string; readonly type: string };
  readonly epistemic?: { readonly rounds: number };
  readonly keepSamples?: boolean;
  readonly calibration?: { readonly promise: PromiseKind };
  readonly written?: ResultFormat;
  readonly [other: string]: unknown;
}

/** What makes the same files again, whatever the defaults will be; a file of a solver is told by its name alone. */
export function commandOf({ path = 'IN', made: all, prior, calibration, capped }: RestoredLine): string {
  const made = all as unknown as Made;
  const { noise, operators } = made.problem;
  const option = (name: string, value: unknown) =>
    value !== undefined && `--${name} ${quoted(String(value))}`;
  const settings = Object.entries(made.options ?? {}).filter(([, value]) => typeof value !== 'object');
  const { format, bits, quality } = made.written ?? {};
  const parts = [
    `retrodict restore ${quoted(path)} --out OUT`,
    option('page', made['page']),
    option('dataset', made['dataset']),
    option('problem', formatProblem({ operators })),
    option('noise', noise && formatTerm(noise)),
    option('prior', prior),
    option('prompt', made['prompt']),
    option('guidance', made['guidance']),
    option('solver', made.solverVersion === undefined ? made.solver : `${made.solver}.js`),
    ...settings.map(([key, value]) => option('set', `${key}=${String(value)}`)),
    option('samples', made['samples']),
    option('seed', made['seed']),
    option('level', made['level']),
    option('estimate', made['estimate']),
    made.keepSamples && '--keep-samples',
    option('bootstrap', made['bootstrap']),
    option('epistemic', made.epistemic?.rounds),
    option('cap', capped),
    // Cards that come with the prior are taken by themselves.
    option('calibration', calibration?.path),
    made.weights && !calibration && '--no-calibration',
    option('promise', made.calibration?.promise),
    option('tile', made['tile']),
    option('memory', made['memory']),
    option('device', made.device?.name),
    made.device?.type === 'float16' && '--precision fp16',
    option('format', format),
    option('bits', format === 'npy' ? undefined : bits),
    option('quality', quality),
  ];
  return parts.filter(Boolean).join(' ');
}

function quoted(text: string): string {
  return /^[\w./:=+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
