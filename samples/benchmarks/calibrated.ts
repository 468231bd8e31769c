/**
 * What intervals hold on photographs that no card was fitted on: the middle 64² of the last fifteen of gb82 are cut
 * out, measured (seed 11), restored at 90 and at 50 %, and held against what they were. Prints a table.
 *
 *   npm run -s build && node dist/samples/benchmarks/calibrated.js DATA [options] [CASE …]
 *
 * DATA is as for `calibrations.js`; CASE is `denoise`, `blur`, `downsample` or `missing`. What was restored stays in
 * samples/output/calibrated. Options:
 *   --uncertainty   the solver whose samples are as wide as what is not known
 *   --cards FOLDER  with the cards CASE.json (of `--uncertainty`: CASE-uncertainty.json) in place of the shipped ones
 *   --no-cards      with none: intervals as the solver has them
 *   --reverse       the photographs that the shipped cards were fitted on; with cards of `calibrations.js --reverse`
 *   --pictures N    the first N photographs
 */
import { rmSync } from 'node:fs';
import { join, parse } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type FloatArray,
  problem,
  type RestoredLine,
  readPicture,
  restoreFolder,
  simulateFolder,
  writePicture,
} from '../../src/index.js';
import { cases, photographsOf } from './calibration-cases.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    uncertainty: { type: 'boolean', default: false },
    cards: { type: 'string' },
    'no-cards': { type: 'boolean', default: false },
    reverse: { type: 'boolean', default: false },
    pictures: { type: 'string' },
  },
});
const [data, ...asked] = positionals;
if (data === undefined) throw new Error('expected DATA, a folder with train/MANIFEST.tsv and test/gb82_cc0');
const sets = photographsOf(data);
const photographs = (options.reverse ? sets.fitted : sets.untouched).slice(0, Number(options.pictures ?? 99));

function cardFor(name: string): string | false | undefined {
  if (options['no-cards']) return false;
  return options.cards && join(options.cards, `${name}${options.uncertainty ? '-uncertainty' : ''}.json`);
}

/** Ends of an interval of 90 % of a Gaussian law, in standard deviations. */
const GAUSSIAN = 1.6449;

/** Mean, and its standard error over photographs. */
function averageOf(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: Math.sqrt(square / values.length) };
}

async function cut(path: string, side: number, out: string): Promise<void> {
  const { image, bits } = await readPicture(path);
  const [channels, height, width] = image.shape;
  const [top, left] = [(height - side) >> 1, (width - side) >> 1];
  await writePicture(out, image.lo(0, top, left).hi(channels, side, side) as FloatArray, { bits });
}

/** The lines of the photographs' results. */
async function restored(name: string, work: string, level: number): Promise<RestoredLine[]> {
  const lines: RestoredLine[] = [];
  const { problem: spec, noises } = cases[name];
  await restoreFolder(
    {
      inputs: [join(work, 'measured')],
      out: join(work, `level-${level}`),
      spec: problem(spec, noiseOf(noises)),
      truth: join(work, 'pictures'),
      uncertainty: options.uncertainty,
      calibration: cardFor(name),
      level,
    },
    (event) => {
      if (event.type === 'failed') throw event.error;
      if (event.type === 'done') lines.push(event.line);
      if (event.type === 'done') console.error(name, level, event.name, event.line.uncertainty?.held);
    },
  );
  return lines;
}

/** The middle one. */
const noiseOf = (noises: readonly string[]) => noises[noises.length >> 1];

/** @throws Error where the solver's spread is no uncertainty and no card made one. */
function scoresOf({ name, made, uncertainty }: RestoredLine) {
  if (uncertainty) return uncertainty;
  throw new Error(`${name}: ${made.solver} has no interval without a card; say --uncertainty or --cards`);
}

const held = (lines: readonly RestoredLine[]) => lines.map((line) => 100 * scoresOf(line).held);

async function row(name: string): Promise<string> {
  const work = join('samples/output/calibrated', name);
  rmSync(work, { recursive: true, force: true });
  // What lies 7 px beyond a blurred picture is measured, too.
  const side = name === 'blur' ? 78 : 64;
  for (const path of photographs) await cut(path, side, join(work, 'pictures', `${parse(path).name}.png`));
  const { problem: spec, noises } = cases[name];
  const measured = { inputs: [join(work, 'pictures')], out: join(work, 'measured'), seed: 11 };
  await simulateFolder({ ...measured, spec: problem(spec, noiseOf(noises)) });
  const [wide, narrow] = [await restored(name, work, 0.9), await restored(name, work, 0.5)];
  const percent = (lines: readonly RestoredLine[]) => {
    const { mean, error } = averageOf(held(lines));
    return `${mean.toFixed(1)} ± ${error.toFixed(1)}`;
  };
  const grey = (of: (line: RestoredLine) => number) => (255 * averageOf(wide.map(of)).mean).toFixed(1);
  const single = `${Math.min(...held(wide)).toFixed(0)} to ${Math.max(...held(wide)).toFixed(0)}`;
  const width = grey((line) => scoresOf(line).width);
  const gaussian = grey(({ psnr }) => 2 * GAUSSIAN * 10 ** (-(psnr as number) / 20));
  const { made, calibration } = wide[0];
  const how = `${made.solver}, ${calibration ? `card ${calibration.card}` : 'uncalibrated'}`;
  const cells = [name, how, wide.length, percent(wide), single, percent(narrow), width, gaussian];
  return `| ${cells.join(' | ')} |`;
}

console.log(
  '| problem | by | photographs | at 90 % | single ones | at 50 % | width, of 255 | Gaussian law |',
);
console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |');
for (const name of asked.length > 0 ? asked : Object.keys(cases)) console.log(await row(name));
