/**
 * Every preset against an exact posterior: solvers as they are shipped, on small images whose prior is one Gaussian of
 * their size, so that mean and standard deviation of every pixel given the measurement are known.
 */
import jstat from 'jstat';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import type { DiffusionPrior } from '../../models/prior.js';
import { bind, problem as problemSpec } from '../../problems/bind.js';
import { isLinear, type LinearOperator } from '../../problems/operator.js';
import { equalVariance, type Problem } from '../../problems/problem.js';
import { type FloatArray, floatArray, zeros } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { summarise } from '../core/posterior.js';
import { keyedRandom } from '../core/random.js';
import { restore } from '../restore.js';
import type { PresetsSpec } from './spec.js';
import { markdownTable, mean } from './table.js';

/** A measurement of an image drawn from the prior, and what is known of each pixel given it. */
export interface ImageReference {
  readonly measurement: FloatArray;
  readonly problem: Problem;
  readonly prior: DiffusionPrior;
  readonly mean: Float64Array;
  readonly sd: Float64Array;
}

/** Standard deviation of a pixel, over how many pixels an image is alike, and how bright it is: dark, not grey. */
const [PIXEL_SD, LENGTH, BRIGHTNESS] = [0.2, 8, 0.3];

/**
 * @param spec of a linear problem for images of one channel, and `noise` Gaussian.
 * @param side of the image, px; the work grows with its sixth power.
 * @throws UsageError where the problem has no exact posterior.
 */
export async function imageReference(
  spec: string,
  noise: string,
  side: number,
  seed = 0,
): Promise<ImageReference> {
  const mixture = smoothImages(side);
  const shape = [1, side, side] as const;
  const problem = bind(problemSpec(spec, noise), { imageShape: shape });
  const { operator } = problem;
  const variance = equalVariance(problem);
  if (!isLinear(operator) || variance === undefined) {
    throw new UsageError(
      `${spec} with ${noise} has no exact posterior, expected a linear problem with Gaussian noise`,
    );
  }
  const random = keyedRandom(seed, 'image reference', 0);
  const truth = floatArray(Float32Array.from(mixture.sample(random('truth'))), shape);
  const measurement = problem.noise.sample(await operator.apply(truth), random('noise'));
  const { posterior } = mixture.observe(await rowsOf(operator), measurement.data, Math.sqrt(variance));
  const [n, covariance] = [mixture.dimension, posterior.covariance()];
  const sd = Float64Array.from({ length: n }, (_, i) => Math.sqrt(covariance[i * (n + 1)]));
  return { measurement, problem, prior: mixturePrior(mixture, shape), mean: posterior.mean(), sd };
}

function smoothImages(side: number): GaussianMixture {
  const n = side * side;
  const place = (i: number) => [Math.floor(i / side), i % side];
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const [[row, column], [otherRow, otherColumn]] = [place(i), place(j)];
      const distance = Math.hypot(row - otherRow, column - otherColumn);
      covariance[i * n + j] = PIXEL_SD ** 2 * Math.exp(-distance / LENGTH);
    }
  }
  return new GaussianMixture([{ weight: 1, mean: new Float64Array(n).fill(BRIGHTNESS), covariance }]);
}

/** The matrix of an operator, row by row, from what it makes of each pixel. */
async function rowsOf(operator: LinearOperator): Promise<Float64Array[]> {
  const unit = zeros(operator.inputShape);
  const columns: Float32Array[] = [];
  for (let i = 0; i < unit.size; i++) {
    unit.data[i] = 1;
    columns.push((await operator.apply(unit)).data.slice());
    unit.data[i] = 0;
  }
  return Array.from(columns[0], (_, row) => Float64Array.from(columns, (column) => column[row]));
}

/** What a preset's samples are beside the exact posterior. */
export interface PresetScore {
  /**
   * Root mean square over the pixels of the error of the mean, in posterior standard deviations, less what so many
   * samples leave.
   */
  readonly bias: number;
  /** Mean error of the brightness, in posterior standard deviations: the start shows here. */
  readonly brightness: number;
  /** Root mean square of the samples' standard deviation over that of the exact one. */
  readonly sdRatio: number;
  /** Posterior probability of the 90 % interval of four samples. */
  readonly held: number;
  readonly misfit: number;
  readonly networkEvaluations: number;
  readonly vjps: number;
}

/** Four samples make an interval, as by default. */
const GROUP = 4;

/** @param samples a multiple of four. */
export async function scorePreset(
  { measurement, problem, prior, mean: exact, sd }: ImageReference,
  solver: string,
  samples: number,
  signal?: AbortSignal,
): Promise<PresetScore> {
  const found = await restore({ measurement, problem, prior, solver, samples, signal });
  const all = summarise(found.samples, 0.9);
  const offsets = Array.from(exact, (value, i) => (all.mean.data[i] - value) / sd[i]);
  const spread = meanSquare(all.sd!.data) / samples;
  const ratio = meanSquare(all.sd!.data) / meanSquare(sd);
  return {
    bias: Math.sqrt(Math.max(0, meanSquare(offsets) - spread / meanSquare(sd))),
    brightness: mean(offsets),
    sdRatio: Math.sqrt(ratio),
    held: mean(groupsOf(found.samples).map((group) => held(group, exact, sd))),
    misfit: mean(found.misfit),
    networkEvaluations: found.networkEvaluations / samples,
    vjps: found.vjps / samples,
  };
}

function meanSquare(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value ** 2, 0) / values.length;
}

function groupsOf(samples: readonly FloatArray[]): FloatArray[][] {
  return Array.from({ length: samples.length / GROUP }, (_, k) => samples.slice(GROUP * k, GROUP * (k + 1)));
}

/** Posterior probability of the interval, averaged over the pixels. */
function held(group: readonly FloatArray[], exact: Float64Array, sd: Float64Array): number {
  const { lower, upper } = summarise(group, 0.9);
  const below = (value: number, i: number) => jstat.jStat.normal.cdf(value, exact[i], sd[i]);
  return mean(Array.from(exact, (_, i) => below(upper!.data[i], i) - below(lower!.data[i], i)));
}

/** One solver's preset for one problem. */
export interface PresetRow extends PresetScore {
  readonly problem: string;
  readonly noise: string;
  readonly solver: string;
  readonly samples: number;
}

/** Gives each row when it is finished. @param say is told of it, one line each. */
export async function* presetsBench(
  spec: PresetsSpec,
  say: (line: string) => void,
  signal?: AbortSignal,
): AsyncGenerator<PresetRow> {
  for (const { problem, noise, solvers } of spec.tasks) {
    const reference = await imageReference(problem, noise, spec.side, spec.seed);
    for (const solver of solvers ?? spec.solvers) {
      const score = await scorePreset(reference, solver, spec.samples, signal);
      say(`${problem} ${solver}: bias ${score.bias.toFixed(2)}, sd ratio ${score.sdRatio.toFixed(2)}`);
      yield { problem, noise, solver, samples: spec.samples, ...score };
    }
  }
}

export function presetsTable(rows: readonly PresetRow[]): string {
  return markdownTable(
    ['problem', 'noise', 'solver', 'bias', 'brightness', 'sd ratio', '90 % holds', 'misfit', 'runs', 'VJPs'],
    rows.map((row) => [
      row.problem,
      row.noise,
      row.solver,
      row.bias.toFixed(2),
      row.brightness.toFixed(2),
      row.sdRatio.toFixed(2),
      `${(100 * row.held).toFixed(0)} %`,
      row.misfit > 1e4 ? row.misfit.toExponential(0) : row.misfit.toFixed(2),
      row.networkEvaluations.toFixed(0),
      row.vjps.toFixed(0),
    ]),
  );
}
