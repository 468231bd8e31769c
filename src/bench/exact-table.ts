/** The table of solvers against exact posteriors. */
import type { ExactRow, ExactRun } from './exact.js';
import { markdownTable, mean } from './table.js';

export function exactTable(rows: readonly ExactRow[]): string {
  return markdownTable(
    [
      'problem',
      'solver',
      'options',
      'samples',
      'distance',
      'floor',
      'prior',
      'Δmean',
      'Δcovariance',
      'in 50 %',
      'in 90 %',
      'Δlog p(y)',
      'n',
      'runs',
      'VJPs',
      's',
    ],
    rows.map(({ problem, solver, options, samples, runs }) => {
      const values = (of: (run: ExactRun) => number | undefined) =>
        runs.map(of).filter((value) => value !== undefined);
      const percent = (of: (run: ExactRun) => number | undefined) =>
        values(of).length > 0 ? `${(100 * mean(values(of))).toFixed(0)} %` : '–';
      return [
        problem,
        solver,
        Object.entries(options)
          .map(([key, value]) => `${key}=${value}`)
          .join(' '),
        samples,
        withSpread(
          values((run) => run.distance),
          3,
        ),
        mean(values((run) => run.floor)).toFixed(3),
        mean(values((run) => run.priorDistance)).toFixed(3),
        mean(values((run) => run.meanError)).toFixed(3),
        mean(values((run) => run.covarianceError)).toFixed(3),
        percent((run) => run.coverage50),
        percent((run) => run.coverage90),
        values((run) => run.logEvidenceError).length > 0
          ? withSpread(
              values((run) => run.logEvidenceError),
              2,
            )
          : '–',
        mean(values((run) => run.effectiveSamples)).toFixed(0),
        mean(values((run) => run.networkEvaluations)).toFixed(0),
        mean(values((run) => run.vjps)).toFixed(0),
        values((run) => run.seconds)
          .reduce((sum, value) => sum + value, 0)
          .toFixed(0),
      ];
    }),
  );
}

/** The mean and, of several runs, half its 95 % interval. */
function withSpread(values: readonly number[], digits: number): string {
  const centre = mean(values);
  if (values.length === 1) return centre.toFixed(digits);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const error = Math.sqrt(squares / (values.length - 1) / values.length);
  return `${centre.toFixed(digits)} ± ${(1.96 * error).toFixed(digits)}`;
}
