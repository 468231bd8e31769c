/**
 * Priors know pictures that go from black to white. A file whose numbers do not is restored in units of its own black
 * and white, and what is written is in the file's numbers again.
 */
import { isLinear } from '../../problems/operator.js';
import type { Problem, Term } from '../../problems/problem.js';
import { filled } from '../core/array.js';
import { intoLevels, type Levels, outOfLevels, spreadOutOfLevels } from '../core/levels.js';
import type { Input } from '../io/inputs.js';
import type { Posterior } from '../restore.js';
import type { Doubt } from './doubts.js';

/** Options in the units of what is measured, by noise. Of other noises it is not known what scaling does to them. */
const IN_UNITS: Readonly<Record<string, readonly string[]>> = {
  gaussian: ['sigma'],
  laplace: ['scale'],
  uniform: ['halfWidth'],
  rician: ['sigma'],
  poisson: ['gain'],
  'poisson-gaussian': ['gain', 'sigma'],
};

/** Noises that depend on how far a value is from zero, so that black is zero. */
const FROM_ZERO: readonly string[] = ['poisson', 'poisson-gaussian', 'rician', 'speckle'];

/**
 * The input in units of its levels; without levels where these units would be wrong: the operator does not keep
 * tones, or nobody knows what the noise is in them.
 */
export async function inItsLevels(input: Input, problem: Problem): Promise<Input> {
  const { array, picture } = input;
  const levels = input.levels ?? (await levelsOfSpectrum(input, problem));
  if (levels === undefined) return input;
  const scalable = picture === undefined || Object.hasOwn(IN_UNITS, problem.noise.name);
  if (!scalable || !(await fits(levels, input, problem))) return { ...input, levels: undefined };
  const found = picture || !FROM_ZERO.includes(problem.noise.name) ? levels : { ...levels, black: 0 };
  return { ...input, array: intoLevels(array, found), levels: found };
}

/** The input with black and white as told, in the numbers of its file: those of a picture go to 255 or 65535. */
export function withStatedLevels(input: Input, { black, white }: Levels): Input {
  const { picture } = input;
  const top = picture && Math.max(black, white) > 1 ? 2 ** picture.bits - 1 : 1;
  return { ...input, levels: { black: black / top, white: white / top }, levelsStated: true };
}

/** Whether the image may be taken in these units: any, where tones are kept; else only such as scale it. */
async function fits(levels: Levels, { levelsStated }: Input, problem: Problem): Promise<boolean> {
  if (await keepsTones(problem)) return true;
  const scaled = isLinear(problem.operator) && levels.black === 0;
  return scaled && (levelsStated === true || problem.operator.field === 'complex');
}

/** Lines that are missing take from the brightness of an image that is made without them. */
const MISSING = 1.25;

/** K-space has no black and white of its own: white is the brightest value of the image that it is the spectrum of. */
async function levelsOfSpectrum({ array, about }: Input, { operator }: Problem): Promise<Levels | undefined> {
  if (about === undefined || operator.field !== 'complex' || !isLinear(operator)) return undefined;
  const { data } = await operator.adjoint(array);
  const white = MISSING * data.reduce((most, value) => Math.max(most, value), 0);
  return white > 0 && (white < 0.1 || white > 1.5) ? { black: 0, white } : undefined;
}

/** The noise of a picture, stated in the picture's own units, in those of its levels. */
export function noiseInLevels({ name, options }: Term, { black, white }: Levels): Term {
  const scaled = (IN_UNITS[name] ?? []).map((key) => [key, Number(options[key]) / (white - black)]);
  return { name, options: { ...options, ...Object.fromEntries(scaled) } };
}

/** In the file's numbers. */
export function posteriorInLevels(posterior: Posterior, levels: Levels | undefined): Posterior {
  if (levels === undefined) return posterior;
  const { samples, mean, median, sd, bootstrap, epistemic } = posterior;
  // What is white may be the lesser number.
  const turned = levels.white < levels.black;
  const [lower, upper] = turned ? [posterior.upper, posterior.lower] : [posterior.lower, posterior.upper];
  return {
    ...posterior,
    samples: samples.map((sample) => outOfLevels(sample, levels)),
    mean: outOfLevels(mean, levels),
    median: outOfLevels(median, levels),
    sd: sd && spreadOutOfLevels(sd, levels),
    bootstrap: bootstrap && { ...bootstrap, sd: spreadOutOfLevels(bootstrap.sd, levels) },
    epistemic: epistemic && spreadOutOfLevels(epistemic, levels),
    lower: lower && outOfLevels(lower, levels),
    upper: upper && outOfLevels(upper, levels),
  };
}

/** Where a dim picture could not be taken in units of its levels. */
export function dimDoubt({ white }: Levels, path: string): Doubt {
  const found = `${path} uses ${(100 * white).toPrecision(2)} % of its 16-bit range`;
  const advice = 'priors know pictures that use all of it, so stretch it first, and --noise with it';
  return { code: 'dim', message: `${found}: ${advice}` };
}

/** Whether an even grey is measured as the same grey nearly everywhere; a border may be darker. */
async function keepsTones({ operator, imageShape, measurementShape }: Problem): Promise<boolean> {
  if (operator.field === 'complex' || measurementShape.length !== 3 || !isLinear(operator)) return false;
  const { data } = await operator.apply(filled(imageShape, 1));
  const { observed } = operator;
  const seen = observed ? data.filter((_, i) => observed[i] !== 0) : data;
  return seen.filter((value) => Math.abs(value - 1) < 0.01).length > seen.length / 2;
}
