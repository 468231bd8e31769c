/**
 * Solvers against exact posteriors: distance, moments, coverage and evidence on problems that have closed forms. With
 * an exact prior what remains is the solver's own error.
 */
import { normalisedWeights, summarise } from '../core/posterior.js';
import { keyedRandom, type Random } from '../core/random.js';
import type { RankUniformity } from '../core/rank-uniformity.js';
import { slicedWasserstein } from '../core/wasserstein.js';
import { type Posterior, restore } from '../restore.js';
import { exactRanks } from './exact-ranks.js';
import {
  gaussianReference,
  mixtureBenchmark,
  mixtureReference,
  type Reference,
  referenceTask,
} from './reference.js';
import type { ExactSpec } from './spec.js';
import { mean } from './table.js';

/** One solver with one choice of options on one problem; a run for each instance of the problem. */
export interface ExactRow {
  readonly problem: string;
  readonly solver: string;
  /** As the spec has them; the others are the solver's defaults. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly samples: number;
  readonly samplesPosterior: boolean;
  readonly runs: readonly ExactRun[];
}

export interface ExactRun {
  readonly seed: number;
  /** Sliced Wasserstein-1 distance from the exact posterior, in the reference's units. */
  readonly distance: number;
  /** The same of as many exact samples: what no solver can be below but by luck. */
  readonly floor: number;
  /** The same of samples of the prior. */
  readonly priorDistance: number;
  /** ‖Δmean‖ */
  readonly meanError: number;
  /** ‖Δcovariance‖ / ‖covariance‖, Frobenius. */
  readonly covarianceError: number;
  /** Posterior probability of the 50 % and 90 % intervals, averaged over coordinates; absent for single images. */
  readonly coverage50?: number;
  readonly coverage90?: number;
  /** Of true values among the samples; absent with fewer than 27 samples. */
  readonly ranks?: RankUniformity;
  /** Estimate minus truth of log p(y), nats, and the standard error that the solver states. */
  readonly logEvidenceError?: number;
  readonly statedEvidenceError?: number;
  readonly effectiveSamples: number;
  /** Per sample. */
  readonly networkEvaluations: number;
  readonly vjps: number;
  readonly seconds: number;
}

/** Exact samples that every solver's are compared with, for each of its own. */
const EXACT_PER_SAMPLE = 5;

/** Gives each row when it is finished. @param say is told of it, one line each. */
export async function* exactBench(
  spec: ExactSpec,
  say: (line: string) => void,
  signal?: AbortSignal,
): AsyncGenerator<ExactRow> {
  for (const { problems, samples: count, seed, directions, solvers } of spec.tasks) {
    for (const named of problems) {
      const references = instances(named);
      for (const { solver, options, samples = count } of solvers) {
        const runs: ExactRun[] = [];
        let samplesPosterior = true;
        for (const [k, reference] of references.entries()) {
          const { measurement, problem, prior, logEvidenceOffset } = referenceTask(reference);
          const job = { measurement, problem, prior, solver, options, samples, seed: seed + k, signal };
          const posterior = await restore(job);
          samplesPosterior = posterior.samplesPosterior;
          runs.push(scoreExact(reference, posterior, { seed: seed + k, directions, logEvidenceOffset }));
        }
        const { name } = references[0];
        say(`${name} ${solver} ${JSON.stringify(options)}: ${mean(runs.map((r) => r.distance)).toFixed(3)}`);
        yield { problem: name, solver, options, samples, samplesPosterior, runs };
      }
    }
  }
}

function instances(problem: ExactSpec['tasks'][number]['problems'][number]): readonly Reference[] {
  if (problem === 'R0') return [gaussianReference];
  if (problem === 'R1') return [mixtureReference];
  const { dimension, measurements, instances: count } = problem;
  return Array.from({ length: count }, (_, seed) => mixtureBenchmark(dimension, measurements, seed));
}

/** What the samples of one run, in the reference's units, say beside the exact posterior. */
export function scoreExact(
  { mixture, posterior: exact, logEvidence }: Reference,
  found: Posterior,
  { seed, directions, logEvidenceOffset }: { seed: number; directions: number; logEvidenceOffset: number },
): ExactRun {
  const count = found.samples.length;
  const points = found.samples.map((sample) => sample.data);
  const weights = found.logWeights && normalisedWeights(count, found.logWeights);
  const random = keyedRandom(seed, 'exact posterior', 0);
  const draw = (from: typeof mixture, stream: Random, size: number) =>
    Array.from({ length: size }, () => from.sample(stream));
  const truth = draw(exact, random('truth'), EXACT_PER_SAMPLE * count);
  const distance = (set: readonly ArrayLike<number>[], of?: Float64Array) =>
    slicedWasserstein({ points: set, weights: of }, { points: truth }, directions, random('directions'));

  const estimate = moments(points, weights ?? new Float64Array(count).fill(1 / count));
  const [mean, covariance] = [exact.mean(), exact.covariance()];
  return {
    seed,
    distance: distance(points, weights),
    floor: distance(draw(exact, random('floor'), count)),
    priorDistance: distance(draw(mixture, random('prior'), count)),
    meanError: norm(mean, estimate.mean),
    covarianceError: norm(covariance, estimate.covariance) / Math.hypot(...covariance),
    coverage50: coverage(found, 0.5, truth),
    coverage90: coverage(found, 0.9, truth),
    ranks: exactRanks(found, truth, (...path) => random('ranks', ...path)),
    ...(found.logEvidence === undefined
      ? {}
      : { logEvidenceError: found.logEvidence - logEvidenceOffset - logEvidence }),
    statedEvidenceError: found.logEvidenceError,
    effectiveSamples: found.effectiveSamples,
    networkEvaluations: found.networkEvaluations / count,
    vjps: found.vjps / count,
    seconds: found.seconds,
  };
}

/** Share of the true values inside the interval that the samples give. */
function coverage(
  { samples, logWeights }: Posterior,
  level: number,
  truth: readonly Float64Array[],
): number | undefined {
  const { lower, upper } = summarise(samples, level, logWeights);
  if (lower === undefined || upper === undefined) return undefined;
  let inside = 0;
  for (const point of truth) {
    for (let i = 0; i < point.length; i++) {
      if (point[i] >= lower.data[i] && point[i] <= upper.data[i]) inside++;
    }
  }
  return inside / (truth.length * truth[0].length);
}

function moments(points: readonly ArrayLike<number>[], weights: Float64Array) {
  const size = points[0].length;
  const mean = new Float64Array(size);
  points.forEach((point, k) => {
    for (let i = 0; i < size; i++) mean[i] += weights[k] * point[i];
  });
  const covariance = new Float64Array(size * size);
  points.forEach((point, k) => {
    for (let i = 0; i < size; i++) {
      const along = weights[k] * (point[i] - mean[i]);
      for (let j = 0; j < size; j++) covariance[i * size + j] += along * (point[j] - mean[j]);
    }
  });
  return { mean, covariance };
}

function norm(a: Float64Array, b: Float64Array): number {
  return Math.hypot(...a.map((value, i) => value - b[i]));
}
