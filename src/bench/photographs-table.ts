/** The table of solvers on photographs, as Markdown. */
import type { PhotographScore } from './photograph-score.js';
import type { PhotographsRow } from './photographs.js';
import { type Cell, markdownTable, mean } from './table.js';

const HEADER = [
  ...['problem', 'noise', 'solver', 'photographs', 'PSNR dB', 'gain dB', 'SSIM', 'one sample dB', 'SSIM'],
  ...['least misfit dB', 'misfit', 'ceiling dB', '50 % holds', '90 % holds', '99 % holds', 'CRPS ‰'],
  ...['spread/skill', 'runs', 'VJPs', 's'],
];

/**
 * One line for each solver on each problem; what is counted or timed is for one sample. A second table says where
 * the intervals hold.
 */
export function photographsTable(rows: readonly PhotographsRow[]): string {
  const scores = markdownTable(
    HEADER,
    rows.map((row) => cellsOf(row, rows)),
  );
  const placed = rows.filter(({ photographs }) => photographs.some(({ places }) => places));
  if (placed.length === 0) return scores;
  const where = markdownTable(
    ['problem', 'noise', 'solver', 'photographs', ...PLACES],
    placed.map(placeCells),
  );
  return `${scores}\n\nShare of the true values inside the 90 % interval, by place:\n\n${where}`;
}

/** As `heldByPlace` names them. */
const PLACES = 'flat texture edge dark middle bright inside border seen hole'.split(' ');

/** Means over the photographs that have such places. */
function placeCells({ problem, noise, solver, photographs }: PhotographsRow): Cell[] {
  const cells = PLACES.map((place) => {
    const held = photographs.flatMap(({ places }) => places?.[place]?.held ?? []);
    return held.length > 0 ? `${(100 * mean(held)).toFixed(0)} %` : '–';
  });
  return [problem, noise, solver, photographs.filter(({ places }) => places).length, ...cells];
}

function cellsOf(row: PhotographsRow, rows: readonly PhotographsRow[]): Cell[] {
  const average = (of: (p: PhotographScore) => number) => mean(row.photographs.map(of));
  const each = (of: (p: PhotographScore) => number) => average((p) => of(p) / p.samples);
  const known = (of: (p: PhotographScore) => number | undefined, tell: (value: number) => string) =>
    row.photographs.every((p) => of(p) !== undefined) ? tell(average((p) => of(p)!)) : '–';
  const percent = (value: number) => `${(100 * value).toFixed(0)} %`;
  return [
    row.problem,
    row.noise,
    row.baseline ? `${row.solver} (baseline)` : row.solver,
    row.photographs.length,
    average((p) => p.psnr).toFixed(2),
    row.baseline ? '–' : gain(rows, row),
    average((p) => p.ssim).toFixed(3),
    average((p) => p.samplePsnr).toFixed(2),
    average((p) => p.sampleSsim).toFixed(3),
    average((p) => p.closestPsnr).toFixed(2),
    average((p) => p.misfit).toFixed(2),
    known(
      (p) => p.ceiling,
      (value) => value.toFixed(2),
    ),
    known((p) => p.coverage50, percent),
    known((p) => p.coverage, percent),
    known((p) => p.coverage99, percent),
    known(
      (p) => p.crps,
      (value) => value.toFixed(1),
    ),
    known(
      (p) => p.spreadSkill,
      (value) => value.toFixed(2),
    ),
    each((p) => p.networkEvaluations).toFixed(0),
    each((p) => p.vjps).toFixed(0),
    each((p) => p.seconds).toFixed(1),
  ];
}

/** Over the better baseline of the same problem and noise, on the photographs that both have done. */
function gain(rows: readonly PhotographsRow[], of: PhotographsRow): string {
  const baselines = rows.filter(
    (row) => row.baseline && row.problem === of.problem && row.noise === of.noise,
  );
  const gains = baselines.map((baseline) => {
    const shared = of.photographs.flatMap(({ name, psnr }) => {
      const other = baseline.photographs.find((p) => p.name === name);
      return other ? [psnr - other.psnr] : [];
    });
    return mean(shared);
  });
  return gains.length > 0 ? Math.min(...gains).toFixed(2) : '–';
}
