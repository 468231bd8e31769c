/** One picture of a report: its layers, what is said of each result, and the curve of what intervals held. */
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { bind } from '../../problems/bind.js';
import type { ProblemSpec } from '../../problems/problem.js';
import { luminance } from '../../problems/restoration/colorize.js';
import { formatProblem, formatTerm } from '../../problems/spec.js';
import { type FloatArray, formatShape, mapArray, sameShape } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { intoLevels, type Levels } from '../core/levels.js';
import { halfWidthOf } from '../core/posterior.js';
import { intervalScore } from '../core/spread-scores.js';
import { sha256Of } from '../io/digested.js';
import { readInput } from '../io/inputs.js';
import { decodeNpz } from '../io/npz.js';
import type { Curve } from '../report/curve.js';
import { encodeLayers, type Layer, shownSize } from '../report/layers.js';
import type { ReportedPicture, ReportedResult } from '../report/page.js';
import { commandOf } from './repeat-command.js';
import type { Reported } from './report-folder.js';
import type { RestoredLine } from './restore-item.js';
import { readTruth } from './scores.js';

/** Arrays of a result, in units from black to white. */
interface Numbers {
  readonly mean: FloatArray;
  readonly sd?: FloatArray;
  readonly lower?: FloatArray;
  readonly upper?: FloatArray;
}

/** Arrays that `.posterior.npz` may hold besides, and what they are called. */
const MORE_MAPS: Readonly<Record<string, string>> = {
  bootstrap: 'bootstrap error',
  epistemic: 'epistemic sd',
};

/** @param results of one item, by one or several solvers. @throws UsageError where the truth does not fit. */
export async function pictureOf(
  name: string,
  results: readonly Reported[],
  truthFolder: string | undefined,
): Promise<ReportedPicture> {
  const [{ line, folder }] = results;
  const layers: Layer[] = [];
  const input = await inputOf(line, folder);
  const measured = await measurementOf(line, input);
  if (measured) layers.push({ id: 'measurement', label: 'measurement', image: measured, kind: 'picture' });
  const reported: ReportedResult[] = [];
  let truth: FloatArray | undefined;
  for (const result of results) {
    const numbers = await numbersOf(result);
    truth ??= truthFolder === undefined ? undefined : await truthOf(truthFolder, name, numbers.mean, line);
    const label = labelOf(result, results);
    const own = await layersOf(result, numbers, results.length > 1 ? `${label}: ` : '');
    layers.push(...own);
    reported.push(resultOf(result, label, own, numbers, truth, input));
  }
  if (truth) layers.push({ id: 'truth', label: 'truth', image: truth, kind: 'picture' });
  const { shape } = layers.find(({ id }) => id.endsWith('estimate'))!.image;
  const [height, width] = shownSize([shape[1], shape[2]]);
  const encoded = await encodeLayers(layers, [height, width]);
  return { name, channels: shape[0], height, width, layers: encoded, results: reported };
}

/** Solvers tell results apart, unless one was used twice. */
function labelOf({ label, line }: Reported, all: readonly Reported[]): string {
  const solver = String(line.made['solver']);
  return all.filter((other) => other.line.made['solver'] === solver).length > 1 ? label : solver;
}

const isPicture = ({ shape }: FloatArray) => shape.length === 3 && (shape[0] === 1 || shape[0] === 3);

/**
 * Paths are as they were given where `restore` ran: the folder that this was is one of those above the results.
 * @returns undefined where the file is gone, or is another now.
 */
async function inputOf({ path, made }: RestoredLine, folder: string): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const places = [path];
  for (let above = resolve(folder); above !== dirname(above); above = dirname(above)) {
    places.push(join(dirname(above), path));
  }
  for (const place of new Set(places)) {
    if (!statSync(place, { throwIfNoEntry: false })?.isFile()) continue;
    if (sha256Of(await readFile(place)) === made['input']) return place;
  }
  return undefined;
}

/** Undefined where the measurement is not there, or is no picture. */
async function measurementOf({ made }: RestoredLine, path: string | undefined) {
  if (path === undefined) return undefined;
  const page = made['page'] as number | undefined;
  const dataset = made['dataset'] as string | undefined;
  const { array } = await readInput(path, undefined, { page, dataset });
  if (!isPicture(array)) return undefined;
  // As the estimate is shown, such as without a border.
  return inUnits(
    framed(array, made['problem'] as ProblemSpec) ?? array,
    made['levels'] as Levels | undefined,
  );
}

const inUnits = (array: FloatArray, levels: Levels | undefined) =>
  levels ? intoLevels(array, levels) : array;

async function numbersOf({
  folder,
  line,
}: Reported): Promise<Numbers & Record<string, FloatArray | undefined>> {
  const path = join(folder, `${line.name}.posterior.npz`);
  const arrays = await decodeNpz(await readFile(path), path);
  const levels = line.made['levels'] as Levels | undefined;
  const differences = ['sd', ...Object.keys(MORE_MAPS)];
  const entries = Object.entries(arrays).map(([name, { array }]) => {
    if (!levels) return [name, array];
    const width = Math.abs(levels.white - levels.black);
    return [
      name,
      differences.includes(name) ? mapArray(array, (value) => value / width) : intoLevels(array, levels),
    ];
  });
  const numbers = Object.fromEntries(entries) as Numbers & Record<string, FloatArray>;
  if (isPicture(numbers.mean)) return numbers;
  throw new UsageError(
    `${path} has shape ${formatShape(numbers.mean.shape)}, expected an image of 1 or 3 channels for a report`,
  );
}

async function truthOf(
  folder: string,
  name: string,
  { shape }: FloatArray,
  { made }: RestoredLine,
): Promise<FloatArray> {
  const { array, path } = await readTruth(folder, name).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  const image = inUnits(array, made['levels'] as Levels | undefined);
  for (const candidate of [image, framed(image, made['problem'] as ProblemSpec), sharedGrey(image)]) {
    if (candidate && sameShape(candidate.shape, shape)) return candidate;
  }
  throw new UsageError(
    `the truth ${path} has shape ${formatShape(image.shape)}, but the estimate has ${formatShape(shape)}`,
  );
}

/** What the problem reports of the true image, such as all but a border; undefined where it is of another. */
function framed(image: FloatArray, spec: ProblemSpec): FloatArray | undefined {
  try {
    return bind(spec, { imageShape: image.shape }).report(image);
  } catch {
    return undefined; // its files are not at hand, or it is for images of another shape
  }
}

/** Of a grey picture the luminance is what is restored. */
function sharedGrey(image: FloatArray): FloatArray | undefined {
  const [channels, height, width] = image.shape;
  return channels === 3 ? (luminance(height, width).apply(image) as FloatArray) : undefined;
}

async function layersOf(
  { folder, line, label }: Reported,
  numbers: Numbers & Record<string, FloatArray | undefined>,
  prefix: string,
): Promise<Layer[]> {
  const { sd, lower, upper } = numbers;
  const layer = (id: string, text: string, image: FloatArray, kind: Layer['kind']) => ({
    ...{ id: `${prefix && `${label}/`}${id}`, label: prefix + text, image, kind },
  });
  const layers = [layer('estimate', 'estimate', numbers.mean, 'picture')];
  for (const file of line.files.filter((one) => /\.sample-\d+\.(png|tiff|webp|jpeg)$/.test(one))) {
    const { array } = await readInput(join(folder, file));
    const number = /sample-(\d+)/.exec(file)?.[1];
    if (isPicture(array)) layers.push(layer(`sample-${number}`, `sample ${number}`, array, 'picture'));
  }
  if (sd) layers.push(layer('sd', 'standard deviation', sd, 'map'));
  if (lower && upper) {
    const width = mapArray(upper, (value, i) => value - lower.data[i]);
    layers.push(layer('width', 'width of the interval', width, 'map'));
  }
  for (const [name, text] of Object.entries(MORE_MAPS)) {
    const map = numbers[name];
    if (map && map.shape.length === 3) layers.push(layer(name, text, map, 'map'));
  }
  return layers;
}

function resultOf(
  { line }: Reported,
  label: string,
  layers: readonly Layer[],
  numbers: Numbers,
  truth: FloatArray | undefined,
  input: string | undefined,
): ReportedResult {
  const called = (ending: string) => layers.find(({ id }) => id.endsWith(ending))?.id;
  return {
    label,
    estimate: called('estimate') as string,
    sd: called('sd'),
    width: called('width'),
    samples: layers.filter(({ id }) => /sample-\d+$/.test(id)).map(({ id }) => id),
    level: Number(line.made['level']),
    promise: line.calibration?.words,
    isUncertainty: line.samplesPosterior || line.capped !== undefined,
    facts: input === undefined ? [gone(line), ...factsOf(line)] : factsOf(line),
    warnings: (line.warnings ?? []).map(({ message }) => message),
    command: commandOf(line),
    curve: truth && curveOf(label, line, numbers, truth),
  };
}

const gone = ({ path }: RestoredLine): [string, string] => [
  'measurement',
  `${path ?? 'the file'} is not there, or is another file now`,
];

function factsOf(line: RestoredLine): [string, string][] {
  const { made, misfit, psnr, ssim, uncertainty, seconds, networkEvaluations, calibration } = line;
  const problem = made['problem'] as ProblemSpec;
  const options = Object.entries((made['options'] ?? {}) as Record<string, unknown>);
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const facts: [string, string | undefined][] = [
    ['problem', fewDigits(formatProblem(problem))],
    ['noise', problem.noise && fewDigits(formatTerm(problem.noise))],
    ['solver', String(made['solver'])],
    ['options', options.map(([key, value]) => `${key} ${shortly(value)}`).join(', ') || undefined],
    ['seed', String(made['seed'])],
    ['misfit', misfit.length > 0 ? misfit.map((value) => value.toFixed(2)).join(', ') : undefined],
    ['network', `${networkEvaluations} evaluations in ${seconds.toFixed(1)} s`],
    ['PSNR', psnr === undefined ? undefined : `${psnr.toFixed(2)} dB`],
    ['SSIM', ssim?.toFixed(3)],
    ['interval holds', uncertainty && percent(uncertainty.held)],
    ['mean width', uncertainty && `${(255 * uncertainty.width).toFixed(1)} of 255`],
    ['interval score', uncertainty && (255 * uncertainty.intervalScore).toFixed(1)],
    ['spread over skill', uncertainty?.spreadSkill?.toFixed(2)],
    ['CRPS', uncertainty?.crps === undefined ? undefined : (255 * uncertainty.crps).toFixed(2)],
    ['calibration', calibration?.card],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

/** Numbers to four digits; the command has them whole. */
const fewDigits = (text: string) =>
  text.replace(/\d+\.\d{5,}(?:e[-+]?\d+)?/g, (number) => String(Number(Number(number).toPrecision(4))));

function shortly(value: unknown): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : JSON.stringify(value);
}

const LEVELS = Array.from({ length: 19 }, (_, k) => (k + 1) / 20);

/**
 * Of the standard deviation, what its intervals hold at every level; of an interval that has been calibrated, what it
 * holds at its own.
 */
function curveOf(label: string, line: RestoredLine, numbers: Numbers, truth: FloatArray): Curve | undefined {
  const { mean, sd, lower, upper } = numbers;
  if (lower && upper && (line.calibration || !sd)) {
    const level = Number(line.made['level']);
    return { label, points: [[level, intervalScore(lower, upper, truth, level).held]] };
  }
  if (!sd) return undefined;
  const samples = Number(line.made['samples'] ?? 0);
  const ratios = Float64Array.from(
    truth.data,
    // Where both are 0 it is inside.
    (value, i) => Math.abs(value - mean.data[i]) / (sd.data[i] || Number.MIN_VALUE),
  ).sort();
  const points = LEVELS.map((level): [number, number] => {
    const half = halfWidthOf(samples, level);
    return [level, ratios.findLastIndex((ratio) => ratio <= half) / ratios.length + 1 / ratios.length];
  });
  return { label, points };
}
