/** From restored images and what they truly were to a calibration card. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ProblemSpec } from '../../problems/problem.js';
import { averageOf, featuresIn, overallSpread } from '../calibrated.js';
import type { CalibrationCard } from '../calibration-card.js';
import { UsageError } from '../core/errors.js';
import {
  fitIntervals,
  forFactors,
  type IntervalFit,
  type JudgedImage,
} from '../core/interval-calibration.js';
import { keyedRandom } from '../core/random.js';
import { scaled } from '../core/spread-groups.js';
import { openInput } from '../io/inputs.js';
import { readManifests } from '../io/manifests.js';
import { decodeNpz } from '../io/npz.js';
import type { Item } from '../io/walk.js';
import { readSpecFiles, type SpecFiles } from '../load/problem-files.js';
import type { CalibrationJob, Restored } from './calibrate-folder.js';
import type { RestoredLine } from './restore-item.js';
import { readTruth, truthLike } from './scores.js';
import { bindMeasurement } from './simulated.js';

type Job = CalibrationJob & Required<Pick<CalibrationJob, 'levels' | 'share' | 'confidence'>>;

/** One restoration, held against its truth. */
interface Judged extends JudgedImage {
  readonly line: RestoredLine;
  readonly hashes: readonly string[];
  /** Of the whole image. */
  readonly overall: number;
}

/** An image, by all ways of measuring it. */
interface Photograph extends JudgedImage {
  readonly key: string;
  readonly parts: readonly Judged[];
}

/** @param items the images. Those that could not be restored are left out. */
export async function cardFrom(
  restored: readonly Restored[],
  items: readonly Item[],
  job: Job,
): Promise<CalibrationCard> {
  const photographs: Photograph[] = [];
  const lines = await Promise.all(restored.map(({ folder }) => readManifests<RestoredLine>(folder)));
  const files = await Promise.all(restored.map(({ spec }) => readSpecFiles(spec, job)));
  try {
    for (const { name, path } of items) {
      const parts: Judged[] = [];
      for (const [k, one] of restored.entries()) {
        const line = lines[k].get(name);
        if (line) parts.push(await judged(line, one, files[k], job));
      }
      if (parts.length < restored.length) continue;
      const key = await hashOf(path);
      photographs.push({ ...joined(parts), key, parts });
    }
  } finally {
    await Promise.all(files.map((one) => one.close()));
  }
  if (photographs.length < 3)
    throw new UsageError(`${photographs.length} images could be restored, expected more`);
  // Hashes have nothing to do with what an image shows.
  photographs.sort((a, b) => (a.key < b.key ? -1 : 1));
  const fit = fitIntervals(photographs, job);
  return written(fit, photographs, job, files[0].hashes);
}

/** Of one image at most so many values are looked at: enough for a share of its pixels. */
const MOST_VALUES = 2 ** 14;

async function judged(
  line: RestoredLine,
  { folder, truth }: Restored,
  files: SpecFiles,
  job: Job,
): Promise<Judged> {
  const { name, path = '', made } = line;
  if (made['levels'] !== undefined) {
    throw new UsageError(`${path} holds numbers of a scan; calibration is of pictures from black to white`);
  }
  const { mean, sd } = await decodeNpz(await readFile(join(folder, `${name}.posterior.npz`)), name);
  const { shape = mean.array.shape } = await openInput(path, job.limits, {});
  const problem = await bindMeasurement(path, shape, made['problem'] as ProblemSpec, files);
  const read = await readTruth(truth, name, job.limits);
  const truly = truthLike(read, mean.array.shape, problem);
  const samples = samplesOf(line);
  const features = featuresIn({ mean: mean.array, sd: sd?.array }, samples, problem);
  const error = truly.data.map((value, i) => Math.abs(value - mean.array.data[i]));
  return {
    ...fewer({ ...features, error }, name),
    line,
    hashes: [read.sha256, String(made['input'])],
    overall: overallSpread(features),
  };
}

const samplesOf = ({ made }: RestoredLine) => (typeof made['samples'] === 'number' ? made['samples'] : 0);

function fewer(image: JudgedImage, name: string): JudgedImage {
  const count = image.error.length;
  if (count <= MOST_VALUES) return image;
  const random = keyedRandom(0, name, 0)('values');
  const places = Uint32Array.from({ length: MOST_VALUES }, () => random.integer(count));
  const pick = (values: Float32Array) => Float32Array.from(places, (place) => values[place]);
  const { hole } = image;
  return {
    spread: pick(image.spread),
    brightness: pick(image.brightness),
    error: pick(image.error),
    hole: hole && Uint8Array.from(places, (place) => hole[place]),
  };
}

function joined(parts: readonly JudgedImage[]): JudgedImage {
  const all = (of: (part: JudgedImage) => ArrayLike<number>) =>
    Float32Array.from(parts.flatMap((part) => Array.from(of(part))));
  const holes = parts.some(({ hole }) => hole);
  return {
    spread: all(({ spread }) => spread),
    brightness: all(({ brightness }) => brightness),
    error: all(({ error }) => error),
    hole: holes ? Uint8Array.from(all(({ hole, error }) => hole ?? new Uint8Array(error.length))) : undefined,
  };
}

async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

function written(
  fit: IntervalFit,
  photographs: readonly Photograph[],
  job: Job,
  files: Readonly<Record<string, string>>,
): CalibrationCard {
  const parts = photographs.flatMap((photograph) => photograph.parts);
  const [{ line }] = parts;
  const { made } = line;
  const judgedOn = photographs.filter((_, k) => !forFactors(k));
  const recipes = photographs[0].parts.map((part) => part.line.made);
  return {
    format: 1,
    kind: 'calibration',
    of: job.of ?? `images of ${job.inputs.map((input) => basename(input)).join(', ')}`,
    solver: String(made['solver']),
    solverVersion: job.solverVersion,
    weights: (made['weights'] as string[] | undefined) ?? [],
    samples: samplesOf(line),
    options: recipes.map((recipe) => recipe['options'] as Record<string, unknown>),
    problems: recipes.map((recipe) => recipe['problem'] as Record<string, unknown>),
    files: { ...files },
    hashes: [
      ...new Set(photographs.flatMap(({ key, parts: own }) => [key, ...own.flatMap(({ hashes }) => hashes)])),
    ],
    images: fit.images,
    share: job.share,
    confidence: job.confidence,
    ranges: {
      misfit: rangeOf(
        parts.flatMap((part) => (part.line.misfit.length > 0 ? [averageOf(part.line.misfit)] : [])),
      ),
      spread: rangeOf(parts.map(({ overall }) => overall)),
    },
    grouping: fit.grouping as CalibrationCard['grouping'],
    levels: fit.levels.map((level) => levelOfCard(level, fit, judgedOn)),
  };
}

function levelOfCard(
  { level, factors, offsets, atLeast }: IntervalFit['levels'][number],
  { grouping }: IntervalFit,
  images: readonly JudgedImage[],
): CalibrationCard['levels'][number] {
  const widths = images.map((image) =>
    scaled(image, grouping, factors).map((half) => offsets.average * half),
  );
  const held = images.map(
    ({ error }, k) => error.filter((value, i) => value <= widths[k][i]).length / error.length,
  );
  const finite = (offset: number) => (Number.isFinite(offset) ? brief(offset) : undefined);
  const table = (rows: IntervalFit['levels'][number]['factors']['measured']) =>
    rows?.map((row) => row.map(brief));
  return {
    level,
    factors: { measured: table(factors.measured), holes: table(factors.holes) },
    offsets: { average: brief(offsets.average), risk: finite(offsets.risk), images: finite(offsets.images) },
    atLeast: brief(atLeast),
    held: [brief(Math.min(...held)), brief(averageOf(held))],
    width: brief(averageOf(widths.map((width) => 2 * averageOf(Array.from(width))))),
  };
}

const brief = (value: number) => Number(value.toPrecision(6));

function rangeOf(values: readonly number[]): [number, number] {
  return [brief(Math.min(...values, Number.MAX_VALUE)), brief(Math.max(...values, 0))];
}
