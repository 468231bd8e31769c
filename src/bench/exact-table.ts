/** The table of solvers against exact posteriors. */
import type { ExactRow, ExactRun } from './exact.js';
import { type Cell, markdownTable, mean } from './table.js';

const HEADER = [
  ...['problem', 'solver', 'options', 'samples', 'distance', 'floor', 'prior', 'Δmean', 'Δcovariance'],
  ...['in 50 %', 'in 90 %', 'ranks', 'Δlog p(y)', 'stated ±', 'n', 'runs', 'VJPs', 's'],
];

export function exactTable(rows: readonly ExactRow[]): string {
  return markdownTable(HEADER, rows.map(cellsOf));
}

function cellsOf({ problem, solver, options, samples, runs }: ExactRow): Cell[] {
  const values = (of: (run: ExactRun) => number | undefined) =>
    runs.map(of).filter((value) => value !== undefined);
  const known = (of: (run: ExactRun) => number | undefined, tell: (values: number[]) => string) =>
    values(of).length > 0 ? tell(values(of)) : '–';
  const average = (digits: number) => (all: readonly number[]) => mean(all).toFixed(digits);
  const percent = (all: readonly number[]) => `${(100 * mean(all)).toFixed(0)} %`;
  const distances = values((run) => run.distance);
  return [
    problem,
    solver,
    Object.entries(options)
      .map(([key, value]) => `${key}=${value}`)
      .join(' '),
    samples,
    withSpread(distances, 3),
    known((run) => run.floor, average(3)),
    known((run) => run.priorDistance, average(3)),
    known((run) => run.meanError, average(3)),
    known((run) => run.covarianceError, average(3)),
    known((run) => run.coverage50, percent),
    known((run) => run.coverage90, percent),
    ranksOf(runs),
    known(
      (run) => run.logEvidenceError,
      (all) => withSpread(all, 2),
    ),
    known((run) => run.statedEvidenceError, average(2)),
    known((run) => run.effectiveSamples, average(0)),
    known((run) => run.networkEvaluations, average(0)),
    known((run) => run.vjps, average(0)),
    values((run) => run.seconds)
      .reduce((sum, value) => sum + value, 0)
      .toFixed(0),
  ];
}

/** The mean over the runs, with its standard error. */
function ranksOf(runs: readonly ExactRun[]): string {
  const known = runs.flatMap(({ ranks }) => ranks ?? []);
  if (known.length === 0) return '–';
  const error = Math.sqrt(known.reduce((sum, of) => sum + of.error ** 2, 0)) / known.length;
  return `${mean(known.map(({ deviation }) => deviation)).toFixed(3)} ± ${error.toFixed(3)}`;
}

/** The mean and, of several runs, half its 95 % interval. */
function withSpread(values: readonly number[], digits: number): string {
  const centre = mean(values);
  if (values.length === 1) return centre.toFixed(digits);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const error = Math.sqrt(squares / (values.length - 1) / values.length);
  return `${centre.toFixed(digits)} ± ${(1.96 * error).toFixed(digits)}`;
}
