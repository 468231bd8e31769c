/** Measurements made of known images, in the form that `restore` reads (DESIGN §5). */
import { join } from 'node:path';
import { bind } from '../../problems/index.js';
import { measure } from '../../problems/measure.js';
import type { ProblemSpec } from '../../problems/problem.js';
import type { FloatArray } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { defaults } from '../defaults.js';
import { writeFileAtomic } from '../io/atomic.js';
import { readInput } from '../io/inputs.js';
import { encodeNpy } from '../io/npy.js';
import { encodePicture, type Picture, type PictureLimits } from '../io/picture.js';
import { type Item, walk } from '../io/walk.js';
import { readSpecFiles, type SpecFiles, specInFolder } from '../load/problem-files.js';
import { describeSimulation } from './simulated.js';

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
  readonly limits?: PictureLimits;
  readonly signal?: AbortSignal;
}

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

export interface SimulationSummary {
  readonly done: number;
  readonly failed: number;
}

/**
 * Writes for every image `NAME.npy` (or a picture), `NAME.preview.png` where the measurement is a picture,
 * `NAME.json` with its shapes, and once `problem.json`, which `restore --problem` accepts.
 * @throws UsageError where nothing can start; the signal's reason when aborted.
 */
export async function simulateFolder(
  job: SimulationJob,
  onEvent: (event: SimulationEvent) => void = () => {},
): Promise<SimulationSummary> {
  if (job.spec.noise === undefined) {
    throw new UsageError('--noise is needed to simulate, such as --noise gaussian:sigma=10/255');
  }
  const { items, skipped, refused } = await walk(job.inputs, job.out);
  for (const skip of skipped) onEvent({ type: 'skipped', ...skip });
  onEvent({ type: 'start', items: items.length + refused.length });
  const counts = { done: 0, failed: 0 };
  const fail = (name: string, path: string, error: Error) => {
    counts.failed++;
    onEvent({ type: 'failed', name, path, error });
  };
  for (const { name, paths } of refused) {
    fail(
      name,
      paths[0],
      new Error(`${paths.join(' and ')} would both be written as ${name}, so neither is simulated`),
    );
  }
  const files = await readSpecFiles(job.spec);
  try {
    const text = JSON.stringify(await specInFolder(job.spec, job.out), null, 2);
    await writeFileAtomic(join(job.out, 'problem.json'), `${text}\n`);
    for (const item of items) {
      job.signal?.throwIfAborted();
      try {
        onEvent({ type: 'done', name: item.name, ...(await simulateItem(item, job, files)) });
        counts.done++;
      } catch (error) {
        fail(item.name, item.path, error as Error);
      }
    }
  } finally {
    await files.close();
  }
  return counts;
}

async function simulateItem(
  { path, name }: Item,
  job: SimulationJob,
  files: SpecFiles,
): Promise<{ shape: readonly number[]; files: readonly string[]; clipped?: number }> {
  const { seed = defaults.seed, format = 'npy', out } = job;
  const { array, picture } = await readInput(path, job.limits);
  const problem = bind(job.spec, { imageShape: array.shape }, files);
  const measurement = await measure(problem, array, seed);
  const complex = problem.operator.field === 'complex';
  const asPicture = isPicture(measurement, complex);
  if (format !== 'npy' && !asPicture) {
    throw new UsageError(`the measurement of ${path} is not a picture, so --format ${format} cannot hold it`);
  }
  const written: string[] = [];
  const write = async (ending: string, bytes: Uint8Array | string) => {
    await writeFileAtomic(join(out, name + ending), bytes);
    written.push(name + ending);
  };
  if (format === 'npy') {
    await write('.npy', encodeNpy(measurement, { complex }));
    if (asPicture) await write('.preview.png', await encode(measurement, 'png', picture, 8));
  } else {
    await write(`.${format}`, await encode(measurement, format, picture, picture?.bits ?? 16));
  }
  const clipped = format === 'npy' ? undefined : fractionOutside(measurement);
  await write('.json', `${JSON.stringify({ ...describeSimulation(problem), seed, clipped }, null, 2)}\n`);
  return { shape: measurement.shape, files: written, clipped };
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
  return encodePicture({ image, alpha: source?.alpha, icc: source?.icc, bits, format });
}

function fractionOutside({ data }: FloatArray): number {
  return data.reduce((count, value) => count + (value < 0 || value > 1 ? 1 : 0), 0) / data.length;
}
