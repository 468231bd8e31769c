/**
 * Whether a finished restoration can be believed. A wreck is an item that fails; a doubt is a warning, which `--strict`
 * makes a failure. To add a doubt, write a `Judge` and add it to `judges`.
 */
import type { MaskedPrior, Prior } from '../../models/prior.js';
import { misfitTo } from '../../problems/misfit.js';
import { countObserved } from '../../problems/observed.js';
import type { Problem } from '../../problems/problem.js';
import { likelihoodPower } from '../../solvers/parts/token-images.js';
import { type FloatArray, sameShape } from '../core/array.js';
import { estimateNoise } from '../core/noise-estimate.js';
import { normalisedWeights } from '../core/posterior.js';
import { keyedRandom } from '../core/random.js';
import type { Posterior } from '../restore.js';

/** Something that a person should look at, though there is a result. */
export interface Doubt {
  /** For programs: one word or a few with hyphens. */
  readonly code: string;
  /** For people: one sentence that says what was found and what to try. */
  readonly message: string;
}

/** What there is to judge. */
interface Judged {
  readonly measurement: FloatArray;
  readonly problem: Problem;
  readonly prior?: Prior;
  readonly posterior: Posterior;
  /** The image that is written, [C, H, W]. */
  readonly estimate: FloatArray;
  /** Of the picture that is written. */
  readonly bits: number;
  /** Whether the noise was looked for and not found, so that its level is the least that there may be. */
  readonly leastNoise?: boolean;
}

/** What a misfit is told of. */
type Measured = Pick<Judged, 'measurement' | 'problem' | 'prior' | 'posterior'>;

type Judge = (judged: Judged) => Doubt | undefined | Promise<Doubt | undefined>;

/** Above this the estimate has nothing to do with the measurement. */
const WRECKED = 1000;

/**
 * @throws Error in one sentence where the result is wrong for certain: a misfit that is no number, or is above 1000.
 */
export async function requirePlausible(judged: Measured): Promise<void> {
  const { problem, posterior } = judged;
  const lost = posterior.misfit.find((value) => !Number.isFinite(value));
  if (lost !== undefined) {
    const part = `the operator ${problem.name} or the ${problem.noise.name} noise`;
    throw new Error(`the misfit is ${lost}, so ${part} gives values that are not finite for this estimate`);
  }
  const misfit = averageMisfit(posterior);
  if (misfit === undefined || misfit <= WRECKED) return;
  throw new Error((await tokenMisfit(misfit, judged)) ?? misfitSentence(misfit, posterior.solver));
}

/** All doubts about a result, in a fixed order. */
export async function doubtsOf(judged: Judged): Promise<Doubt[]> {
  const found: Doubt[] = [];
  for (const judge of judges) {
    const doubt = await judge(judged);
    if (doubt) found.push(doubt);
  }
  return found;
}

/** With fewer values the misfit of a true draw is outside the bounds too often: its spread is √(2/m). */
const ENOUGH = 100;

/** The misfit is not near what this noise gives: 1, or for a few noises of dark pictures less. */
const misfitJudge: Judge = async (judged) => {
  const { problem, posterior, leastNoise } = judged;
  const misfit = averageMisfit(posterior);
  if (misfit === undefined || (misfit >= 0.3 && misfit <= 3)) return undefined;
  if (misfit < 1 && leastNoise) return undefined;
  // What is seen between holes is kept nearly as it is: of images that are no draws that is no fault.
  if (misfit < 1 && problem.operator.observed && !posterior.samplesPosterior) return undefined;
  if (misfit <= 10 && countObserved(problem.operator) < ENOUGH) return undefined;
  const ratio = misfit / (await expectedMisfit(problem, posterior.mean));
  if (ratio >= 0.3 && ratio <= 3) return undefined;
  const ofTokens = ratio > 3 ? await tokenMisfit(misfit, judged) : undefined;
  return { code: 'misfit', message: ofTokens ?? misfitSentence(misfit, posterior.solver) };
};

/** Of a masked prior: the misfit beside what its tokens leave over. */
async function tokenMisfit(misfit: number, judged: Measured): Promise<string | undefined> {
  const { measurement, problem, prior, posterior } = judged;
  if (prior?.kind !== 'masked' || prior.residual === undefined) return undefined;
  if (!sameShape(posterior.mean.shape, problem.imageShape)) return undefined;
  const ofTokens = 1 / (await likelihoodPower({ measurement, problem }, posterior.mean, prior.residual));
  return tokenSentence(misfit, ofTokens, prior, posterior.solver);
}

/** Tokens leave some of every image over, which no solver can explain. */
function tokenSentence(misfit: number, ofTokens: number, { name, residual }: MaskedPrior, solver: string) {
  const left = `what tokens of ${name} leave over (${residual!.toPrecision(2)} of white) makes ${ofTokens.toPrecision(3)} of it`;
  const advice =
    misfit <= 3 * ofTokens
      ? 'no tokens explain this measurement; a prior of pixels, such as photo, may'
      : `no tokens were found that explain the measurement; it may have more detail than tokens show, or look whether --problem and --noise are right, or try another --solver than ${solver}`;
  return `the misfit is ${misfit.toPrecision(3)} (1 is ideal), and ${left}: ${advice}`;
}

/** Chains that began at different places have not met: more sweeps are needed. */
const chainJudge: Judge = ({ posterior: { diagnostics } }) => {
  const { rHat } = diagnostics ?? {};
  if (!rHat || rHat.length === 0) return undefined;
  const middle = [...rHat].sort((a, b) => a - b)[rHat.length >> 1];
  if (middle <= 1.2) return undefined;
  const found = `the chains do not agree (R-hat ${middle.toPrecision(3)} at half of the pixels looked at, 1 is ideal)`;
  return {
    code: 'chains',
    message: `${found}: the intervals are too narrow; more --set burnIn and thin may help`,
  };
};

/** Beyond this a log-evidence is low by more than its error says: docs/uncertainty.md. */
const UNKNOWN = 0.5;

/** Nearly all particles descend from a few: what the others would have told is lost. */
const evidenceJudge: Judge = ({ posterior: { ancestors, logEvidenceError, solver } }) => {
  if (!ancestors || !(logEvidenceError! > UNKNOWN)) return undefined;
  const found = `${ancestors.length} particles of ${solver} descend from ${new Set(ancestors).size} of the first`;
  return {
    code: 'evidence',
    message: `${found}: log p(y) may be many nats too low, and the intervals too narrow; take more --samples`,
  };
};

/** A problem that leaves images as they are (noise alone), and an estimate that is the measurement to half a level. */
const unchangedJudge: Judge = async ({ measurement, problem, estimate, bits }) => {
  if (!sameShape(measurement.shape, problem.imageShape) || !sameShape(estimate.shape, measurement.shape))
    return;
  const levels = 2 ** bits - 1;
  const change = rmsDifference(estimate, measurement) * levels;
  if (change >= 0.5) return undefined;
  if (rmsDifference(await problem.operator.apply(measurement), measurement) > 1e-6) return undefined;
  const found = `the estimate is the measurement to ${change.toFixed(2)} of ${levels} levels`;
  const advice = 'nothing was removed; if you see noise, state it, such as --noise gaussian:sigma=10/255';
  return { code: 'unchanged', message: `${found}: ${advice}` };
};

/** Nine tenths of the measurement are holes: perhaps the mask says the opposite of what was meant. */
const missingJudge: Judge = ({ problem: { operator } }) => {
  if (!operator.observed) return undefined;
  const missing = 1 - countObserved(operator) / operator.observed.length;
  if (missing < 0.9) return undefined;
  const found = `${(100 * missing).toFixed(1)} % of the measurement is missing, and all of that is invented`;
  return { code: 'missing', message: `${found}; if this is not meant, look whether the mask is inverted` };
};

/** Far from [0, 1], so that a picture of it is clipped. */
const rangeJudge: Judge = ({ estimate: { data } }) => {
  const outside =
    data.reduce((count, value) => count + (value < -0.5 || value > 1.5 ? 1 : 0), 0) / data.length;
  if (outside < 0.05) return undefined;
  const found = `${(100 * outside).toFixed(0)} % of the estimate lies below -0.5 or above 1.5`;
  return {
    code: 'range',
    message: `${found}, expected about 0 to 1; look whether the measurement is scaled so`,
  };
};

/** Photographs, and what priors make of them, hold less; the least that white noise may be is looked at. */
const NOISY = 12 / 255;

/** A chain that was stopped too early, or one whose draws are too wide, leaves noise that fits the measurement. */
const noisyJudge: Judge = ({ estimate, posterior }) => {
  const [channels, height, width] = estimate.shape;
  if (estimate.shape.length !== 3 || (channels !== 1 && channels !== 3)) return undefined;
  if (Math.min(height, width) < ENOUGH_TO_SEE) return undefined;
  const sigma = estimateNoise(estimate);
  if (sigma < NOISY) return undefined;
  const found = `the estimate itself holds noise of about σ ${(255 * sigma).toFixed(0)}/255`;
  const advice = `look at it, and try more steps, other options or another --solver than ${posterior.solver}`;
  return { code: 'noisy', message: `${found}: ${advice}` };
};

/** Pixels a side. */
const ENOUGH_TO_SEE = 32;

/** Chains that ended far from the measurement, where others did not. */
const strayJudge: Judge = ({ posterior: { strays, misfit, samples, meanBySolver } }) => {
  if (!strays) return undefined;
  const [most, least] = [Math.max(...misfit), Math.min(...misfit)].map((value) => value.toPrecision(2));
  const found = `${strays} of ${samples.length} samples do not explain the measurement (misfit to ${most}, others ${least})`;
  const left = meanBySolver ? 'the spread leaves' : 'estimate and spread leave';
  return { code: 'strays', message: `${found}: ${left} them out; more --samples may help` };
};

/** A cap knows what it was trained on. */
const capJudge: Judge = ({ problem, posterior: { capped } }) => {
  if (capped === undefined || problem.name === 'denoise') return undefined;
  const known = `the cap knows how far ${capped} is off where it denoises in one step`;
  return { code: 'cap', message: `${known}, and this is ${problem.name}: its interval may be far off` };
};

const judges: readonly Judge[] = [
  capJudge,
  misfitJudge,
  strayJudge,
  chainJudge,
  evidenceJudge,
  unchangedJudge,
  missingJudge,
  rangeJudge,
  noisyJudge,
];

/** By the weights of the samples; undefined where no misfit is known. */
function averageMisfit({ misfit, logWeights }: Posterior): number | undefined {
  if (misfit.length === 0) return undefined;
  const weights = normalisedWeights(misfit.length, logWeights);
  return misfit.reduce((sum, value, i) => sum + weights[i] * value, 0);
}

/**
 * The misfit of a measurement drawn here from the estimate; 1 where the problem reports another image than it
 * restores.
 */
async function expectedMisfit(problem: Problem, estimate: FloatArray): Promise<number> {
  const { operator, noise, imageShape } = problem;
  if (noise.name === 'gaussian' && !operator.rounding) return 1;
  if (!sameShape(estimate.shape, imageShape)) return 1;
  const clean = await operator.apply(estimate);
  const drawn = noise.sample(clean, keyedRandom(0, 'expected misfit', 0)('measurement'));
  const expected = await misfitTo(problem, estimate, drawn);
  return expected > 0 && Number.isFinite(expected) ? expected : 1;
}

function misfitSentence(misfit: number, solver: string): string {
  const found = `the misfit is ${misfit < 1 ? misfit.toFixed(2) : misfit.toPrecision(3)} (1 is ideal)`;
  const cause =
    misfit < 1
      ? 'the estimate follows the measurement more closely than its noise allows'
      : 'the estimate does not explain the measurement';
  return `${found}: ${cause}; look whether --problem and --noise are right, or try another --solver than ${solver}`;
}

function rmsDifference(a: FloatArray, b: FloatArray): number {
  let squares = 0;
  for (let i = 0; i < a.data.length; i++) squares += (a.data[i] - b.data[i]) ** 2;
  return Math.sqrt(squares / a.data.length);
}
