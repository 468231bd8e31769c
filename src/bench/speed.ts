/**
 * What a solver's step costs beside one run of the network (ARCHITECTURE.md §6): ratios within one process, since
 * machines differ and are shared.
 */
import { loadPrior } from '../../models/load.js';
import type { DiffusionPrior } from '../../models/prior.js';
import { diffusionPrior } from '../../models/prior.js';
import { problem } from '../../problems/bind.js';
import { bind } from '../../problems/index.js';
import { measure } from '../../problems/measure.js';
import { restore } from '../restore.js';
import { megabytes } from './processes.js';
import type { SpeedSpec } from './spec.js';
import { markdownTable, median } from './table.js';
import { testCard } from './test-card.js';

/** Times in milliseconds, one after another. */
interface Round {
  readonly denoise: number;
  readonly denoiseAndVjp: number;
  /** One DPS step: denoise, VJP, likelihood, noise, bookkeeping, and its share of what a restoration costs besides. */
  readonly step: number;
  /** Share of the wall time of the DPS run in which the network was not at work. */
  readonly outside: number;
}

/** Medians over the rounds. */
interface SpeedRow extends Round {
  readonly threads: number;
  /** Samples of the DPS run. */
  readonly samples: number;
  /** Of the two times of one round. */
  readonly stepPerDenoise: number;
  /** Largest resident memory of the process so far, MB. */
  readonly peakMemory: number;
}

/** Times the prior and DPS at each number of threads and of samples. */
export async function speedBench(spec: SpeedSpec, signal?: AbortSignal): Promise<SpeedRow[]> {
  const rows: SpeedRow[] = [];
  for (const threads of spec.threads) {
    const prior = diffusionPrior(await loadPrior(spec.prior, { threads }));
    try {
      for (const samples of spec.samples) {
        rows.push({ threads, samples, ...(await timePrior(prior, spec, samples, signal)) });
      }
    } finally {
      await prior.close();
    }
  }
  return rows;
}

async function timePrior(
  prior: DiffusionPrior,
  spec: SpeedSpec,
  samples: number,
  signal?: AbortSignal,
): Promise<Omit<SpeedRow, 'threads' | 'samples'>> {
  const [height, width] = spec.size;
  const image = testCard([prior.channels, height, width]);
  const sigma = 0.1;
  const vjp = async () => {
    const linearization = await prior.linearize!(image, sigma, signal);
    await linearization.pullback(image);
    linearization.release();
  };
  const bound = bind(problem(spec.problem, spec.noise), { imageShape: image.shape });
  const measurement = await measure(bound, image);
  const job = { measurement, problem: bound, prior, solver: 'dps', samples, signal };
  const run = (steps: number) => restore({ ...job, options: { steps } });

  // Each round times all three, so that what else the machine does falls on all of them alike. The first warms up.
  await prior.denoise(image, sigma, signal);
  await run(2);
  const rounds: Round[] = [];
  for (let i = 0; i < spec.rounds; i++) {
    const denoise = await milliseconds(() => prior.denoise(image, sigma, signal));
    const denoiseAndVjp = await milliseconds(vjp);
    const { seconds, networkSeconds } = await run(spec.steps);
    const wall = 1000 * seconds;
    rounds.push({
      denoise,
      denoiseAndVjp,
      step: wall / (spec.steps * samples),
      outside: 1 - networkSeconds / seconds,
    });
  }
  const typical = (value: (round: Round) => number) => median(rounds.map(value));
  return {
    denoise: typical((round) => round.denoise),
    denoiseAndVjp: typical((round) => round.denoiseAndVjp),
    step: typical((round) => round.step),
    stepPerDenoise: typical((round) => round.step / round.denoise),
    outside: typical((round) => round.outside),
    peakMemory: process.platform === 'linux' ? megabytes('VmHWM') : Number.NaN,
  };
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

export function speedTable(rows: readonly SpeedRow[]): string {
  return markdownTable(
    [
      'threads',
      'samples',
      'denoise ms',
      'denoise + VJP ms',
      'DPS step ms',
      'step / denoise',
      'outside the network',
      'peak MB',
    ],
    rows.map((row) => [
      row.threads,
      row.samples,
      row.denoise.toFixed(1),
      row.denoiseAndVjp.toFixed(1),
      row.step.toFixed(1),
      row.stepPerDenoise.toFixed(2),
      `${(100 * row.outside).toFixed(1)} %`,
      row.peakMemory.toFixed(0),
    ]),
  );
}
