/** What holds for every solver: R0, one Gaussian in the plane, with stubs that have only what is needed. */
import { type Counters, counted } from '../../models/counted.js';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import type { CompressivePrior, DiffusionPrior, LatentPrior, Prior } from '../../models/prior.js';
import type { NoiseModel } from '../../problems/noise.js';
import { gaussianNoise } from '../../problems/noises/gaussian.js';
import { isLinear, type LinearOperator } from '../../problems/operator.js';
import { type Problem, problemOf } from '../../problems/problem.js';
import { denoise } from '../../problems/restoration/denoise.js';
import type { Needs, Solver } from '../../solvers/solver.js';
import { gaussianReference, referenceTask } from '../../src/bench/reference.js';
import { type FloatArray, filled, floatArray, mapArray } from '../../src/core/array.js';
import { normalisedWeights } from '../../src/core/posterior.js';
import { type RestoreJob, restore } from '../../src/restore.js';
import { goingOn, keptSteps } from './kept-steps.js';
import { pixelTokens } from './pixel-tokens.js';

type Options = Readonly<Record<string, unknown>>;

/** Enough steps for what a solver's misfit is, and few for what it does at all. */
const MANY = 100;
const FEW = 5;
const SAMPLES = 30;
/** Misfit of draws from the true posterior: 0.92 on R0. Half and twice as much are biases that solvers here have. */
const LEAST_MISFIT = 0.4;
const MOST_MISFIT = 3;

/** What is wrong with a solver; nothing where it passes. */
export async function faultsOf(solver: Solver): Promise<string[]> {
  return (
    await Promise.all([optionFaults(solver), needFaults(solver), seedFaults(solver), misfitFaults(solver)])
  )
    .flat()
    .concat(await abortFaults(solver), await resumeFaults(solver));
}

async function optionFaults({ options, presets }: Solver): Promise<string[]> {
  const faults: string[] = [];
  if (!options.safeParse({}).success) faults.push('an option has no default');
  if (options.strict().safeParse({ noSuchOption: 1 }).success) faults.push('unknown options are taken');
  for (const [problem, preset] of Object.entries(presets)) {
    if (!options.strict().safeParse(preset).success) faults.push(`the preset of ${problem} does not parse`);
  }
  return faults;
}

/** A task that has what is needed and nothing else is enough; what is counted is what the prior was asked. */
async function needFaults(solver: Solver): Promise<string[]> {
  const asked: Counters = { networkEvaluations: 0, vjps: 0 };
  const job = jobFor(solver, asked);
  let found: Awaited<ReturnType<typeof restore>>;
  try {
    found = await restore({ ...job, solver, samples: 2, options: steps(solver, FEW) });
  } catch (error) {
    return [`what it declares to need is not enough: ${(error as Error).message}`];
  }
  const { networkEvaluations, vjps, mean } = found;
  const faults: string[] = [];
  if (networkEvaluations !== asked.networkEvaluations || vjps !== asked.vjps) {
    faults.push(`${networkEvaluations} evaluations and ${vjps} gradients are stated, but not made`);
  }
  const stated = solver.options.shape['steps']?.description?.startsWith('network evaluations');
  const runs = solver.kind === 'point' ? 1 : 2;
  const expected = evaluations(solver) * runs + (solver.kind === 'chain' && solver.moments ? 1 : 0);
  if (stated && solver.needs.prior === 'diffusion' && networkEvaluations !== expected) {
    faults.push(`${FEW} steps of ${runs} samples make ${networkEvaluations} network evaluations`);
  }
  if (!mean.data.every(Number.isFinite)) faults.push('the mean is not finite');
  return faults;
}

async function seedFaults(solver: Solver): Promise<string[]> {
  const draw = async (seed: number) =>
    (await restore({ ...jobFor(solver), solver, samples: 2, seed, options: steps(solver, FEW) })).samples.map(
      ({ data }) => [...data].join(),
    );
  const [first, again, other] = [await draw(1), await draw(1), await draw(2)];
  const faults: string[] = [];
  if (first.join(';') !== again.join(';')) faults.push('the same seed gives other samples');
  if (!solver.samplesPosterior) return faults;
  if (first.join(';') === other.join(';')) faults.push('another seed gives the same samples');
  return faults;
}

/** How far a sampler's samples are from the measurement, beside the noise. */
async function misfitFaults(solver: Solver): Promise<string[]> {
  // Where noise has a prior of its own, an image alone does not say how far off it is.
  if (!solver.samplesPosterior || solver.needs.noisePrior) return [];
  const markov = 'chainSteps' in solver.options.shape && { chainSteps: 20 };
  const options = { ...steps(solver, MANY), ...markov };
  const { misfit, logWeights } = await restore({ ...jobFor(solver), solver, samples: SAMPLES, options });
  const weights = normalisedWeights(misfit.length, logWeights ?? misfit.map(() => 0));
  const mean = misfit.reduce((sum, value, k) => sum + weights[k] * value, 0);
  if (mean < LEAST_MISFIT) return [`it fits the noise: misfit ${mean.toFixed(2)}`];
  if (mean > MOST_MISFIT) return [`it does not meet the measurement: misfit ${mean.toFixed(2)}`];
  return [];
}

/** Once told to stop it asks the network no more often than in one step of each of the two chains at work. */
async function abortFaults(solver: Solver): Promise<string[]> {
  const asked: Counters = { networkEvaluations: 0, vjps: 0 };
  const job = { ...jobFor(solver, asked), solver, samples: 2, options: steps(solver, FEW) };
  let [before, longest, calls] = [0, 0, 0];
  await restore({
    ...job,
    onProgress() {
      calls++;
      longest = Math.max(longest, asked.networkEvaluations - before);
      before = asked.networkEvaluations;
    },
  });
  if (calls === 0) return ['it never says that a step begins'];
  const controller = new AbortController();
  let told = Number.POSITIVE_INFINITY;
  const run = restore({
    ...job,
    signal: controller.signal,
    onProgress() {
      if (controller.signal.aborted) return;
      told = asked.networkEvaluations;
      controller.abort(new Error('enough'));
    },
  });
  const stopped = await run.then(
    () => false,
    (error) => error.message === 'enough',
  );
  if (!stopped) return ['it does not stop when told to'];
  const after = asked.networkEvaluations - told;
  return after > 2 * longest ? [`it asks the network ${after} times after it was told to stop`] : [];
}

/** From each step at which it gives a state, and from each piece that is done, it goes on to the same bits. */
async function resumeFaults(solver: Solver): Promise<string[]> {
  const job = resumable(solver);
  const { found, kept } = await keptSteps(job);
  const faults: string[] = [];
  const last = kept.findLast(({ step }) => step !== undefined);
  for (const checkpoint of kept) {
    const { numbers, evaluations } = await goingOn(job, checkpoint);
    const same = numbers.every((value, i) => Object.is(value, found.numbers[i]));
    if (!same) faults.push(`it goes on from step ${checkpoint.step} of ${checkpoint.name} to something else`);
    const anew = solver.needs.prior !== 'none' && evaluations >= found.evaluations;
    if (checkpoint === last && anew) faults.push('what it gives to go on from saves no work');
  }
  return faults;
}

/** One sample in a few steps, of ensembles three. */
export function resumable(solver: Solver): RestoreJob {
  const samples = { point: undefined, chain: 1, ensemble: 3 }[solver.kind];
  const sweeps = 'burnIn' in solver.options.shape && { burnIn: 2, thin: 2 };
  return { ...jobFor(solver), solver, samples, options: { ...steps(solver, FEW), ...sweeps } };
}

/** `steps` and `rounds`, where the solver has them; with both it takes as many steps in each round. */
function steps({ options: { shape } }: Solver, count: number): Options {
  if ('steps' in shape && 'rounds' in shape) return { steps: FEW, rounds: Math.min(count, 40) };
  return 'steps' in shape ? { steps: count } : 'rounds' in shape ? { rounds: count } : {};
}

/** Of the networks in one sample of `FEW` steps, where that is what `steps` says. */
function evaluations({ needs, options: { shape } }: Solver): number {
  return FEW * ('rounds' in shape ? FEW : 1) * (needs.noisePrior ? 2 : 1);
}

/** R0 with a problem and priors that lack all that is not needed. @param asked is counted up by the prior itself. */
function jobFor(
  { needs }: Solver,
  asked?: Counters,
): Pick<RestoreJob, 'measurement' | 'problem' | 'prior' | 'noisePrior'> {
  const task = referenceTask(gaussianReference, [0.01, 10]);
  const prior = priorFor(needs, task.prior);
  const { measurement, problem } = needs.identity || needs.undo ? seen(task.problem) : task;
  // Almost none: what is left is R0.
  const quiet = new GaussianMixture([{ weight: 1, mean: [0, 0], covariance: 1e-6 }]);
  const both = needs.noisePrior ? seen(task.problem) : undefined;
  return {
    measurement: both?.measurement ?? measurement,
    problem: stripped(both?.problem ?? problem, needs),
    prior: prior && (asked ? counted(prior, asked) : prior),
    noisePrior: both && mixturePriorCounted(quiet, both.problem, asked),
  };
}

function mixturePriorCounted(
  mixture: GaussianMixture,
  { measurementShape }: Problem,
  asked?: Counters,
): Prior {
  const prior = mixturePrior(mixture, measurementShape, [0.01, 10]);
  return asked ? counted(prior, asked) : prior;
}

/** Both coordinates measured as they are. */
function seen({ imageShape }: Problem): { measurement: FloatArray; problem: Problem } {
  const problem = problemOf(denoise.create(imageShape, {}, {}), gaussianNoise(0.25), 'denoise');
  return { measurement: floatArray(Float32Array.of(0.9, 0.2), imageShape), problem };
}

function stripped(problem: Problem, { linear, svd, identity, undo, noisePrior, noise }: Needs): Problem {
  const { operator } = problem;
  if (!isLinear(operator)) throw new Error('the operator of R0 is linear');
  const { adjoint: _, svd: __, norm: ___, normalSolve: ____, ...general } = operator;
  const { svd: ______, ...plain }: LinearOperator = operator;
  const kept = identity || undo || noisePrior || svd ? operator : linear ? plain : general;
  return { ...problem, operator: kept, noise: noiseFor(problem.noise, noise) };
}

function noiseFor(noise: NoiseModel, needed: Needs['noise']): NoiseModel {
  if (needed === 'gaussian') return noise;
  const { variance, ...general } = noise;
  if (needed === 'any') return general;
  return { ...general, variance: (clean) => new Float32Array(clean.size).fill(Number(variance!(clean))) };
}

function priorFor(needs: Needs, whole: DiffusionPrior): Prior | undefined {
  if (needs.prior === 'none') return undefined;
  if (needs.prior === 'compressive') return itselfAsRatedCode(whole, needs);
  if (needs.prior === 'masked') return pixelTokens(needs);
  const { linearize: _, ...modest } = whole;
  const distilled = needs.consistency && { consistencyLevels: [10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05] };
  const codes = needs.priorVjp || needs.identity || needs.undo ? whole : modest;
  return needs.prior === 'latent' ? itselfAsCode({ ...codes, ...distilled }, needs) : codes;
}

/** A latent prior whose autoencoder does nothing. */
function itselfAsCode(codes: DiffusionPrior, needs: Needs): LatentPrior {
  const { encoder, encoderVjp, priorVjp, decoderVjp, text } = needs;
  const itself = async (code: FloatArray) => ({ value: code, pullback: (v: FloatArray) => v, release() {} });
  return {
    kind: 'latent',
    name: 'itself',
    channels: codes.channels,
    downsampling: 1,
    codes,
    decode: async (code) => code,
    ...(encoder && { encode: async (image: FloatArray) => image }),
    ...(text && { text: '', condition: async () => itselfAsCode(codes, needs) }),
    ...(encoderVjp && { linearizeEncode: itself }),
    ...((priorVjp || decoderVjp) && { linearizeDecode: itself }),
    close: async () => {},
  };
}

/** A compressive prior whose autoencoder does nothing: what a code costs is −log p of the image. */
function itselfAsRatedCode(images: DiffusionPrior, { spread }: Needs): CompressivePrior {
  const [least] = images.sigmaRange;
  return {
    kind: 'compressive',
    name: 'itself',
    channels: images.channels,
    sizeMultiple: 1,
    codeShapes: (shape) => [shape],
    encode: async (image) => [image],
    decode: async (code) => mapArray(code, (value) => value),
    linearizeDecode: async (code) => ({ value: code, pullback: (v) => v, release() {} }),
    ...(spread && { spread: async (code: FloatArray) => filled(code.shape, 0.01) }),
    async rate([code]) {
      const denoised = (await images.denoise(code, least)).data;
      return { nats: 0, gradient: [mapArray(code, (value, i) => (value - denoised[i]) / least ** 2)] };
    },
    draw: async (shape, random) => [random.normals(shape)],
    close: async () => {},
  };
}
