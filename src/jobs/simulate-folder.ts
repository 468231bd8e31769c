/** Measurements made of known images, in the form that `restore` reads (ARCHITECTURE.md §5). */
import { bind, withEstimates } from '../../problems/bind.js';
import { measure } from '../../problems/measure.js';
import type { Problem, ProblemSpec } from '../../problems/problem.js';
import { requireJob } from '../core/arguments.js';
import type { FloatArray } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { intoLevels, type Levels } from '../core/levels.js';
import { defaults } from '../defaults.js';
import { readInput } from '../io/inputs.js';
import { keyOf } from '../io/manifest.js';
import { npyChunks } from '../io/npy.js';
import { type NewFile, OutputFolder } from '../io/output-folder.js';
import { encodePicture, type Picture, type PictureLimits } from '../io/picture.js';
import { type Item, walk } from '../io/walk.js';
import { readSpecFiles, type SpecFiles, specInFolder } from '../load/problem-files.js';
import { asImage } from './array-input.js';
import { withStatedLevels } from './levels.js';
import { type PageRange, pagesAsked } from './pages.js';
import { describeSimulation } from './simulated.js';

/** Which images are measured, and how. */
export interface SimulationJob {
  /** Pictures, `.npy` files [C, H, W] and folders of them. */
  readonly inputs: readonly string[];
  /** The output folder, made if need be. */
  readonly out: string;
  /** With its noise. */
  readonly spec: ProblemSpec;
  readonly seed?: number;
  /** `npy` (default) keeps values outside [0, 1]; pictures clip them. */
  readonly format?: 'npy' | 'png' | 'tiff';
  /** Replaces files that no earlier simulation wrote, too; never an input. */
  readonly overwrite?: boolean;
  /** Which pictures of the files that hold several, and which array; without them such a file fails. */
  readonly pages?: PageRange;
  readonly dataset?: string;
  /** The numbers of the inputs that are black and white; by default they are measured where they are no picture's. */
  readonly levels?: Levels;
  readonly limits?: PictureLimits;
  /** Seconds that one run of an operator in a file may take; without end when absent. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/** What happens, in order; `name` is an item's name below the output folder, without extension. */
export type SimulationEvent =
  | { readonly type: 'start'; readonly items: number }
  | { readonly type: 'skipped'; readonly path: string; readonly reason: string }
  | {
      readonly type: 'done';
      readonly name: string;
      readonly shape: readonly number[];
      /** Relative to the output folder. */
      readonly files: readonly string[];
      /** Fraction of the values that a picture format clipped. */
      readonly clipped?: number;
    }
  | { readonly type: 'failed'; readonly name: string; readonly path: string; readonly error: Error };

/** How many items there were of each kind. */
export interface SimulationSummary {
  readonly done: number;
  readonly failed: number;
}

/**
 * Writes for every image `NAME.npy` (or a picture), `NAME.preview.png` where the measurement is a picture,
 * `NAME.json` with its shapes, and once `problem.json`, which `restore --problem` accepts.
 * @throws UsageError where nothing can start; the signal's reason when aborted.
 * @example
 * ```ts
 * import { problem, simulateFolder } from 'retrodict';
 *
 * const spec = problem('downsample:factor=2', 'gaussian:sigma=1/255');
 * console.log(await simulateFolder({ inputs: ['photos'], out: 'measured', spec }));
 * ```
 */
export async function simulateFolder(
  job: SimulationJob,
  onEvent: (event: SimulationEvent) => void = () => {},
): Promise<SimulationSummary> {
  requireJob(job);
  if (job.spec.noise === undefined) {
    throw new UsageError('--noise is needed to simulate, such as --noise gaussian:sigma=10/255');
  }
  const { items, skipped, refused } = await walk(
    job.inputs,
    { out: job.out, endings: endingsOf(job.format), reserved: ['problem.json'], verb: 'simulated' },
    (item) => pagesAsked(item, job.pages, job.limits, job.dataset),
  );
  for (const skip of skipped) onEvent({ type: 'skipped', ...skip });
  onEvent({ type: 'start', items: items.length + refused.length });
  const counts = { done: 0, failed: 0 };
  const fail = (name: string, path: string, error: Error) => {
    counts.failed++;
    onEvent({ type: 'failed', name, path, error });
  };
  for (const { name, path, reason } of refused) fail(name, path, new Error(reason));
  const files = await readSpecFiles(job.spec, job);
  const inputs = items.map(({ path }) => path);
  try {
    const folder = await OutputFolder.open(job.out, manifestOfSimulations, {
      inputs,
      overwrite: job.overwrite,
    });
    try {
      await putProblem(job, folder, files);
      for (const item of items) {
        job.signal?.throwIfAborted();
        try {
          onEvent({ type: 'done', name: item.name, ...(await simulateItem(item, job, files, folder)) });
          counts.done++;
        } catch (error) {
          if (job.signal?.aborted) throw error;
          fail(item.name, item.path, error as Error);
        }
      }
    } finally {
      await folder.close();
    }
  } finally {
    await files.close();
  }
  return counts;
}

/** Lists what was simulated; walks do not pass over folders that hold it, for these are there to be restored. */
const manifestOfSimulations = 'simulated.jsonl';

/** `problem.json` and the files that it names. @throws UsageError where one is there that is another's. */
async function putProblem(job: SimulationJob, folder: OutputFolder, files: SpecFiles): Promise<void> {
  const { spec, copies } = await specInFolder(withEstimates(job.spec), job.out);
  const written = [{ ending: '.json', bytes: `${JSON.stringify(spec, null, 2)}\n` }, ...copies];
  const endings = written.map(({ ending }) => ending);
  await folder.requireFree('problem', endings).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  const made = { format: 1, problem: job.spec, files: files.hashes };
  await folder.put('problem', written, { key: keyOf(made), made });
}

async function simulateItem(
  { path, name, page }: Item,
  job: SimulationJob,
  files: SpecFiles,
  folder: OutputFolder,
): Promise<{ shape: readonly number[]; files: readonly string[]; clipped?: number }> {
  const { seed = defaults.seed, format = 'npy', dataset } = job;
  await folder.requireFree(name, endingsOf(format));
  const read = await readInput(path, job.limits, { page, dataset });
  const input = job.levels ? withStatedLevels(read, job.levels) : read;
  if (input.about?.['pattern'] !== undefined) {
    throw new UsageError(`${path} holds one colour at each pixel, expected an image: develop it first`);
  }
  // Of a scan: from its black to its white.
  const levels = (job.levels || input.about) && input.levels;
  const image = levels ? intoLevels(asImage(input, path), levels) : asImage(input, path);
  const problem = bind(job.spec, { imageShape: image.shape }, files);
  const measurement = await measure(problem, image, seed);
  const clipped = format === 'npy' ? undefined : fractionOutside(measurement);
  const description = { ...describeSimulation(problem), seed, clipped };
  const made = {
    ...{ format: 1, input: input.sha256, problem: problem.spec, files: files.hashes },
    ...{ seed, written: format, levels, page, dataset: input.picture ? undefined : dataset },
  };
  const line = await folder.put(
    name,
    [
      ...(await encodeMeasurement(measurement, problem, format, input.picture, path)),
      { ending: '.json', bytes: `${JSON.stringify(description, null, 2)}\n` },
    ],
    { key: keyOf(made), path, made },
  );
  return { shape: measurement.shape, files: line.files, clipped };
}

function endingsOf(format: SimulationJob['format'] = 'npy'): string[] {
  return format === 'npy' ? ['.npy', '.preview.png', '.json'] : [`.${format}`, '.json'];
}

/** @throws UsageError where a picture is asked for of what is none. */
async function encodeMeasurement(
  measurement: FloatArray,
  problem: Problem,
  format: 'npy' | 'png' | 'tiff',
  source: Picture | undefined,
  path: string,
): Promise<NewFile[]> {
  const complex = problem.operator.field === 'complex';
  const asPicture = isPicture(measurement, complex);
  if (format === 'npy') {
    const array = { ending: '.npy', bytes: npyChunks(measurement, { complex }) };
    if (!asPicture) return [array];
    return [array, { ending: '.preview.png', bytes: await encode(measurement, 'png', source, 8) }];
  }
  if (!asPicture) {
    throw new UsageError(`the measurement of ${path} is not a picture, so --format ${format} cannot hold it`);
  }
  return [{ ending: `.${format}`, bytes: await encode(measurement, format, source, source?.bits ?? 16) }];
}

function isPicture({ shape }: FloatArray, complex: boolean): boolean {
  return !complex && shape.length === 3 && (shape[0] === 1 || shape[0] === 3);
}

function encode(
  image: FloatArray,
  format: 'png' | 'tiff',
  source: Picture | undefined,
  bits: 8 | 16,
): Promise<Uint8Array> {
  return encodePicture({ ...source, image, bits, format });
}

function fractionOutside({ data }: FloatArray): number {
  return data.reduce((count, value) => count + (value < 0 || value > 1 ? 1 : 0), 0) / data.length;
}
