/**
 * Intervals that hold what they say, from photographs: they are measured (`simulate`), restored (`restore`), and held
 * against what they were. What was restored stays in the folder of the work, so that a run that was stopped goes on.
 */
import { rm } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { LoadOptions } from '../../models/load.js';
import type { ProblemSpec } from '../../problems/problem.js';
import { type CalibrationCard, checkCalibrationCard } from '../calibration-card.js';
import { requireJob } from '../core/arguments.js';
import { UsageError } from '../core/errors.js';
import { forFactors } from '../core/interval-calibration.js';
import { imagesNeeded } from '../core/risk-bound.js';
import { writeFileAtomic } from '../io/atomic.js';
import { type Item, walk } from '../io/walk.js';
import { cardFrom } from './calibration-fit.js';
import { croppedPictures } from './crop-pictures.js';
import { type FolderEvent, type FolderJob, restoreFolder } from './restore-folder.js';
import { requireTruthFolder } from './scores.js';
import { simulateFolder } from './simulate-folder.js';

/** What is calibrated, and on what. */
export interface CalibrationJob
  extends Omit<LoadOptions, 'tile' | 'workers'>,
    Pick<
      FolderJob,
      'prior' | 'solver' | 'solverVersion' | 'options' | 'samples' | 'seed' | 'limits' | 'tile' | 'workers'
    > {
  /** Folders of clean images, or of measurements where `truth` is given. */
  readonly inputs: readonly string[];
  /** With their noises. Every image is measured by each of them; the card then holds for what lies between. */
  readonly specs: readonly ProblemSpec[];
  /** Folder of the true images, where the inputs are measurements. */
  readonly truth?: string;
  /** Of the intervals (default 0.9 alone). */
  readonly levels?: readonly number[];
  /** Of images, for the promise about most images (default 0.9). */
  readonly share?: number;
  /** Of what is promised with confidence (default 0.95). */
  readonly confidence?: number;
  /** Takes the middle of each picture, this many pixels a side. */
  readonly crop?: number;
  /** What the images are, in words. */
  readonly of?: string;
  /** The card to be, which ends in `.json`. */
  readonly out: string;
  /** Where measurements and results are kept; by default `NAME.work` beside the card, which is removed in the end. */
  readonly work?: string;
}

/**
 * Fits a calibration card and writes it.
 * @throws UsageError where the images are too few for levels and confidence, or nothing can start.
 * @example
 * ```ts
 * import { calibrateFolder, problem } from 'retrodict';
 *
 * const specs = [problem('denoise', 'gaussian:sigma=25/255')];
 * const card = await calibrateFolder({ inputs: ['photos'], specs, out: 'card.json' });
 * console.log(card.levels);
 * ```
 */
export async function calibrateFolder(
  job: CalibrationJob,
  onEvent: (event: FolderEvent) => void = () => {},
): Promise<CalibrationCard> {
  requireJob({ ...job, spec: Object(job).specs?.[0] });
  if (extname(job.out) !== '.json') {
    throw new UsageError(`--out ${job.out} names no card, expected a file that ends in .json`);
  }
  const asked = { levels: job.levels ?? [0.9], share: job.share ?? 0.9, confidence: job.confidence ?? 0.95 };
  const work = job.work ?? join(dirname(job.out), `${job.out.slice(0, -'.json'.length)}.work`);
  const { items } = await walk(job.inputs, { out: work, endings: [], verb: 'calibrated' });
  requireEnough(items.length, asked, 'were found');
  const { levels: _, ...common } = job;
  const failed = new Set<string>();
  const restored = job.truth === undefined ? await simulated(job, items, work) : await pairs(job, work);
  for (const { folder, inputs, truth, spec } of restored) {
    await restoreFolder(
      { ...common, spec, inputs: [inputs], out: folder, truth, calibration: false },
      (event) => {
        if (event.type === 'failed') failed.add(event.name);
        // What `simulate` writes beside its measurements is no news.
        if (event.type !== 'skipped' || job.truth !== undefined) onEvent(event);
      },
    );
  }
  if (failed.size > 0) onEvent({ type: 'note', message: `${failed.size} failed, and are left out` });
  const whole = items.filter(({ name }) => !failed.has(name));
  const card = await cardFrom(restored, whole, { ...job, ...asked });
  requireEnough(card.images.factors + card.images.offsets, asked, 'could be restored');
  await writeFileAtomic(job.out, `${JSON.stringify(checkCalibrationCard(card, job.out))}\n`);
  if (job.work === undefined) await rm(work, { recursive: true, force: true });
  return card;
}

/** One way of measuring. */
export interface Restored {
  readonly spec: ProblemSpec;
  /** Of the results. */
  readonly folder: string;
  readonly inputs: string;
  readonly truth: string;
}

async function simulated(job: CalibrationJob, items: readonly Item[], work: string): Promise<Restored[]> {
  const { seed, limits } = job;
  const pictures = join(work, 'pictures');
  await croppedPictures(items, pictures, job.crop, limits);
  const restored: Restored[] = [];
  for (const [k, spec] of job.specs.entries()) {
    const measured = join(work, `measured-${k + 1}`);
    const { failed } = await simulateFolder({ inputs: [pictures], out: measured, spec, seed, limits });
    if (failed > 0) throw new UsageError(`${failed} images could not be measured by the problem ${k + 1}`);
    restored.push({ spec, folder: join(work, `restored-${k + 1}`), inputs: measured, truth: pictures });
  }
  return restored;
}

async function pairs({ inputs, specs, truth = '' }: CalibrationJob, work: string): Promise<Restored[]> {
  await requireTruthFolder(truth, work);
  if (inputs.length !== 1 || specs.length !== 1) {
    throw new UsageError('--truth goes with one folder of measurements, one --problem and one --noise');
  }
  return [{ spec: specs[0], folder: join(work, 'restored-1'), inputs: inputs[0], truth }];
}

interface Asked {
  readonly levels: readonly number[];
  readonly share: number;
  readonly confidence: number;
}

/** @throws UsageError where the offsets are of too few images to promise anything. */
function requireEnough(count: number, { levels, share, confidence }: Asked, how: string): void {
  const delta = 1 - confidence;
  const risks = [...levels.map((level) => 1 - level), 1 - share];
  const needed = Math.max(...risks.map((risk) => imagesNeeded(risk, delta)));
  let total = needed;
  while (Array.from({ length: total }, (_, k) => k).filter((k) => !forFactors(k)).length < needed) total++;
  if (count >= total) return;
  const level = Math.max(...levels);
  const of = level === share ? '--level and --share' : level > share ? '--level' : '--share';
  const asked = `the level ${level} for ${share} of the images with confidence ${confidence}`;
  throw new UsageError(
    `${asked} needs at least ${total} images, but ${count} ${how}; give more, or a lower --confidence, or a lower ${of}`,
  );
}
