/** Images from the prior alone, to see what it knows. */
import { join } from 'node:path';
import { weightsOf } from '../../models/card-file.js';
import { conditioned, type Text } from '../../models/conditioned.js';
import { type LoadOptions, loadPrior } from '../../models/load.js';
import { tokenGrid } from '../../models/masked/tokens.js';
import { cut } from '../../models/padding.js';
import type { Prior } from '../../models/prior.js';
import {
  sampleUnconditional,
  type UnconditionalOptions,
  unconditionalOptions,
} from '../../solvers/parts/unconditional.js';
import { unmask } from '../../solvers/parts/unmasking.js';
import type { Context } from '../../solvers/solver.js';
import { requirePrior } from '../core/arguments.js';
import type { FloatArray } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { parseOptions } from '../core/options.js';
import { keyedRandom } from '../core/random.js';
import { drawSideBySide } from '../core/side-by-side.js';
import { defaults } from '../defaults.js';
import { chainsAtATime, type Progress, progressMeter } from '../draw-samples.js';
import { keyOf } from '../io/manifest.js';
import { OutputFolder, requireOut } from '../io/output-folder.js';
import { encodePicture } from '../io/picture.js';
import { deviceMade } from './job-prior.js';
import { workersFor } from './workers-for.js';

/** `threads`, `device`, `precision`, `tile`, `memory` and `timeout` are of a prior that is loaded here. */
export interface SampleJob extends Text, Omit<LoadOptions, 'workers'> {
  /** How many images are drawn at a time, each by a process of its own (default: one per core). */
  readonly workers?: number;
  /** A prior, or the name or folder of one. */
  readonly prior: Prior | string;
  /** The output folder, made if need be. */
  readonly out: string;
  /** Height and width, px (default 256 × 256). */
  readonly size?: readonly [number, number];
  /** Default 4. */
  readonly samples?: number;
  readonly seed?: number;
  /** Replaces files that no earlier run of this job wrote, too. */
  readonly overwrite?: boolean;
  /** Of `unconditionalOptions`, those that differ from the defaults. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** What happens; several images are drawn at a time. */
export type SampleEvent =
  | ({ readonly type: 'progress' } & Progress)
  | { readonly type: 'done'; readonly file: string };

/**
 * Draws images and writes `sample-0.png`, `sample-1.png`, …: number k depends on prior, size, options, seed and k
 * alone.
 * @throws UsageError where an option is unknown or out of range, the prior cannot be sampled or its images are no
 * pictures; the signal's reason when aborted.
 * @example
 * ```ts
 * import { samplePrior } from 'retrodict';
 *
 * await samplePrior({ prior: 'photo-small', out: 'drawn', size: [64, 64], samples: 2 });
 * ```
 */
export async function samplePrior(
  job: SampleJob,
  onEvent: (event: SampleEvent) => void = () => {},
): Promise<void> {
  requireOut(Object(job).out);
  if (typeof job.prior !== 'string') requirePrior(job.prior ?? null);
  const { out, size = [256, 256], samples = defaults.samples, seed = defaults.seed } = job;
  const { threads, device, precision, tile, memory, timeout, allowOutside, signal } = job;
  const options = parseOptions(unconditionalOptions, 'sample', job.options ?? {});
  const workers = workersFor({ ...job, pieces: samples });
  const load = { threads, workers, device, precision, tile, memory, timeout, allowOutside, signal };
  const loaded = typeof job.prior === 'string' ? await loadPrior(job.prior, load) : job.prior;
  try {
    const prior = await conditioned(loaded, job);
    if (prior.channels !== 1 && prior.channels !== 3) {
      throw new UsageError(`prior ${prior.name} has ${prior.channels} channels, and a picture has 1 or 3`);
    }
    const folder = await OutputFolder.open(out, manifestOfSamples, { inputs: [], overwrite: job.overwrite });
    try {
      const names = Array.from({ length: samples }, (_, sample) => `sample-${sample}`);
      for (const name of names) await folder.requireFree(name, ['.png']);
      const shape = [prior.channels, ...size];
      const meter = progressMeter(samples, (progress) => onEvent({ type: 'progress', ...progress }));
      await drawSideBySide(samples, chainsAtATime(prior, shape), signal, async (sample, stop) => {
        const name = names[sample];
        const image = await drawImage(prior, shape, options, {
          random: keyedRandom(seed, `sample ${shape.join(' ')}`, sample),
          signal: stop,
          async step(step, steps) {
            stop.throwIfAborted();
            await meter.step(sample, step, steps);
          },
        });
        const made = {
          ...{ format: 1, weights: weightsOf(prior), options, shape, seed, sample },
          ...{ prompt: job.prompt, guidance: job.guidance, tile, device: deviceMade(job) },
        };
        const picture = { ending: '.png', bytes: await encodePicture({ image, bits: 8, format: 'png' }) };
        await folder.put(name, [picture], { key: keyOf(made), made });
        meter.end(sample);
        onEvent({ type: 'done', file: join(out, `${name}.png`) });
      });
    } finally {
      await folder.close();
    }
  } finally {
    if (typeof job.prior === 'string') await loaded.close();
  }
}

/** Lists what was drawn. */
const manifestOfSamples = 'samples.jsonl';

/** One image of shape [C, H, W]; of a latent prior the image of a code, cut to the size asked for. */
async function drawImage(
  prior: Prior,
  shape: readonly number[],
  options: UnconditionalOptions,
  context: Context,
): Promise<FloatArray> {
  if (prior.kind === 'diffusion') return sampleUnconditional(prior, shape, options, context);
  if (prior.kind === 'compressive') {
    await context.step(0, 1);
    const [z] = await prior.draw(shape, context.random('codes'), context.signal);
    return cut(await prior.decode(z, context.signal), 0, 0, shape[1], shape[2]);
  }
  if (prior.kind === 'masked') {
    const hidden = tokenGrid(prior.gridOf(shape), prior.codebook.shape[0]);
    const tokens = await unmask(prior, hidden, options.steps, context);
    return cut(await prior.decodeTokens(tokens, context.signal), 0, 0, shape[1], shape[2]);
  }
  const { codes, downsampling } = prior;
  const [, height, width] = shape;
  const grid = [height, width].map((extent) => Math.ceil(extent / downsampling));
  const code = await sampleUnconditional(codes, [codes.channels, ...grid], options, context, 0);
  return cut(await prior.decode(code, context.signal), 0, 0, height, width);
}
