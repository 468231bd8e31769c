/** Which solver the benchmark recommends for a problem, and whether a solver can do a task, said before any work. */
import type { DiffusionPrior, LatentPrior, Prior } from '../models/prior.js';
import { isLinear } from '../problems/operator.js';
import { equalVariance, type Problem } from '../problems/problem.js';
import { formatShape } from '../src/core/array.js';
import { GradientError, UsageError, unknownName } from '../src/core/errors.js';
import { parseOptions } from '../src/core/options.js';
import { solvers } from './index.js';
import type { Needs, Solver, Task } from './solver.js';

type Asked = Pick<Task, 'problem' | 'prior' | 'noisePrior'>;

/** What the task lacks for this solver, as the end of a sentence; undefined when it lacks nothing. */
function lacks(solver: Solver, { problem, prior, noisePrior }: Asked): string | undefined {
  const { needs } = solver;
  if (needs.prior !== 'none') {
    if (!prior) return `a prior of kind ${needs.prior}, but none was given`;
    if (prior.kind !== needs.prior) {
      return `a prior of kind ${needs.prior}, but prior ${prior.name} is of kind ${prior.kind}`;
    }
    if (needs.priorVjp && !hasGradient(prior)) {
      return `a prior with a gradient, but ${noGradient(prior)}`;
    }
    if (prior.kind === 'latent') {
      if (needs.text && prior.text === undefined) {
        return `a prior that takes texts (a diffusers folder with text_encoder/), but prior ${prior.name} takes none`;
      }
      if (needs.consistency && !prior.codes.consistencyLevels) {
        return (
          `a consistency-distilled prior (a diffusers folder with LCMScheduler or TCDScheduler, or a card with ` +
          `consistencyLevels), but prior ${prior.name} is none`
        );
      }
      const missing = lacksOfAutoencoder(needs, prior);
      if (missing) return `a prior with ${missing}, but prior ${prior.name} has none`;
    }
    if (needs.spread && prior.kind === 'compressive' && !prior.spread) {
      return `a prior that knows what its decoder leaves over (spread or gamma in its card), but prior ${prior.name} does not`;
    }
    if (needs.uniform && prior.kind === 'masked' && !prior.uniformLogits) {
      return `a masked prior with a network for the uniform kernel, but prior ${prior.name} has none`;
    }
    const [channels] = problem.imageShape;
    if (prior.channels !== channels) {
      return `a prior of ${channels}-channel images, but prior ${prior.name} is one of ${prior.channels}-channel images`;
    }
  }
  const unfit = needs.noisePrior ? lacksNoisePrior(problem, noisePrior) : hasNoUseFor(noisePrior);
  if (unfit !== undefined) return unfit;
  if (needs.undo && !problem.operator.undo) {
    return `a measurement that is a picture and noise, as denoise, low-light and haze have it, but that of problem ${problem.name} is something else`;
  }
  if (needs.identity && !problem.operator.identity) {
    return `a measurement that is the image and noise, as denoise has it, but problem ${problem.name} measures something else`;
  }
  if (needs.linear && !isLinear(problem.operator)) {
    return `a linear operator, but the operator of problem ${problem.name} is not linear`;
  }
  if (needs.svd && !(isLinear(problem.operator) && problem.operator.svd)) {
    return `an operator whose singular value decomposition is known, but that of problem ${problem.name} is not`;
  }
  const photons = needs.photons && isLinear(problem.operator) && problem.noise.photonLevels !== undefined;
  if (needs.noise === 'gaussian' && equalVariance(problem) === undefined && !photons) {
    return `Gaussian noise of equal variance, but the noise is ${problem.noise.name}`;
  }
  if (needs.noise === 'variance' && !problem.noise.variance) {
    return `noise that is Gaussian given the clean measurement, but the noise is ${problem.noise.name}`;
  }
  if (needs.noise === 'octaves' && !problem.noise.octaves) {
    return `noise whose strength is known by octave, such as correlated, but the noise is ${problem.noise.name}`;
  }
  return undefined;
}

function lacksOfAutoencoder(needs: Needs, prior: LatentPrior): string | undefined {
  if (needs.decoderVjp && !prior.linearizeDecode) return 'a decoder that can be differentiated';
  if (needs.encoder && !prior.encode) return 'an encoder';
  if (needs.encoderVjp && !prior.linearizeEncode) return 'an encoder that can be differentiated';
  return undefined;
}

function hasGradient(prior: Prior): boolean {
  if (prior.kind === 'diffusion') return prior.linearize !== undefined;
  if (prior.kind !== 'latent') return prior.linearizeDecode !== undefined;
  return prior.codes.linearize !== undefined && prior.linearizeDecode !== undefined;
}

function noGradient(prior: Prior): string {
  const reason = 'noGradient' in prior ? prior.noGradient : undefined;
  return reason ?? `prior ${prior.name} has none`;
}

function lacksNoisePrior({ measurementShape }: Problem, noisePrior: Prior | undefined): string | undefined {
  if (!noisePrior) return 'a second prior, of the structured noise, but none was given';
  if (noisePrior.kind !== 'diffusion' || !noisePrior.linearize) {
    return `a second prior of kind diffusion with a gradient, but ${noisePrior.name} is none`;
  }
  const [channels] = measurementShape;
  if (measurementShape.length === 3 && noisePrior.channels === channels) return undefined;
  return (
    `a second prior of arrays like the measurement, of shape ${formatShape(measurementShape)}, ` +
    `but prior ${noisePrior.name} is one of ${noisePrior.channels}-channel images`
  );
}

function hasNoUseFor(noisePrior: Prior | undefined): string | undefined {
  return noisePrior && `noise without a prior of its own, but prior ${noisePrior.name} was given for it`;
}

/**
 * The task as the solver takes it: what it needs is there, and it alone.
 * @throws UsageError in one sentence: which part lacks what, and which solvers would work.
 */
export function requireMatch<T extends Asked>(solver: Solver, task: T): T & Pick<Task, 'noiseVariance'> {
  const lacking = lacks(solver, task);
  if (lacking === undefined) {
    const { needs } = solver;
    return { ...task, noiseVariance: needs.noise === 'gaussian' ? equalVariance(task.problem) : undefined };
  }
  throw new UsageError(`solver ${solver.name} needs ${lacking}; ${advice(task)}`);
}

/** The solvers that a task has all for, as the end of a sentence. */
function advice(task: Asked): string {
  // `keep` restores nothing, so it is no advice.
  const fitting = Object.values(solvers).filter(
    (other) => other.name !== 'keep' && lacks(other, task) === undefined,
  );
  if (fitting.length === 0) return 'no solver would work';
  return `these would work: ${fitting.map(({ name }) => name).join(', ')}`;
}

/**
 * That a network cannot be differentiated shows only when it is tried: the error of that run, and the solvers that
 * remain without its gradients; any other error as it is.
 */
export function withRemaining(error: unknown, solver: Solver, { prior, ...task }: Asked): unknown {
  if (!(error instanceof GradientError)) return error;
  const said = error.message.replace(/\.$/, '');
  return new UsageError(
    `solver ${solver.name} needs a gradient, but ${said}; ${advice({ ...task, prior: withoutGradients(prior) })}`,
    { cause: error },
  );
}

function withoutGradients(prior: Prior | undefined): Prior | undefined {
  if (prior?.kind === 'diffusion') return { ...prior, linearize: undefined };
  if (prior?.kind === 'masked') return { ...prior, linearizeDecode: undefined };
  if (prior?.kind !== 'latent') return undefined;
  const codes = { ...prior.codes, linearize: undefined };
  return { ...prior, codes, linearizeDecode: undefined, linearizeEncode: undefined };
}

/** What the best solver for a problem depends on besides. */
interface Wanted {
  /** Codes and tokens have solvers of their own. */
  readonly prior?: Prior;
  /** Of structured noise, where there is any. */
  readonly noisePrior?: Prior;
  /** Whether samples are to be as wide as what is not known, which takes longer than a good estimate. */
  readonly uncertainty?: boolean;
}

/** The name of the recommended solver. */
export function recommended(problem: Problem, wanted: Wanted = {}): string {
  const { prior, noisePrior, uncertainty = false } = wanted;
  if (noisePrior) return 'joint-diffusion';
  if (prior && prior.kind !== 'diffusion') return recommendedOf(prior, uncertainty);
  const gaussian = typeof problem.noise.variance === 'function' && problem.noise.name === 'gaussian';
  const { identity, undo, rounding } = problem.operator;
  if (identity && gaussian) return 'tweedie';
  const white = gaussian || problem.noise.whitening !== undefined;
  if (uncertainty && isLinear(problem.operator) && white) return 'flower';
  // Of `colorize` colours are wanted, which a denoiser of grey does not invent.
  if (!uncertainty && undo && problem.name !== 'colorize' && problem.noise.octaves) return 'two-scale';
  const photons = !uncertainty && problem.noise.photonLevels !== undefined;
  if (isLinear(problem.operator) && (white || photons)) return 'diffpir';
  if (!uncertainty && rounding && gaussian) return 'diffpir';
  // Beyond white there is no gradient to follow, and in the dark it runs away; what draws each pixel needs none.
  return problem.name === 'clip' || problem.name === 'low-light' ? 'daps' : 'dps';
}

/** Of priors of another kind than diffusion, whatever the problem. */
function recommendedOf(prior: Exclude<Prior, DiffusionPrior>, uncertainty: boolean): string {
  if (prior.kind === 'latent') return 'resample';
  if (prior.kind === 'compressive') return prior.spread ? 'vble-xz' : 'vble';
  return prior.linearizeDecode && !uncertainty ? 'aps' : 'mask-metropolis';
}

/**
 * The solver asked for, by name or as an object; without one, the recommended one.
 * @throws UsageError where there is none of this name, or `uncertainty` is to choose one and one is named, too.
 */
export function chooseSolver(
  solver: Solver | string | undefined,
  problem: Problem,
  wanted: Wanted = {},
): Solver {
  if (solver !== undefined && wanted.uncertainty) {
    const name = typeof solver === 'object' ? solver.name : solver;
    throw new UsageError(
      `--uncertainty chooses the solver, but solver ${name} is named; expected one of the two`,
    );
  }
  if (typeof solver === 'object') return solver;
  const name = solver ?? recommended(problem, wanted);
  const found = Object.hasOwn(solvers, name) ? solvers[name] : undefined;
  if (found === undefined) throw unknownName('solver', name, Object.keys(solvers));
  return found;
}

/**
 * Schema defaults < preset of the problem < what is set.
 * @throws UsageError that names the option, what was found and what was expected.
 */
export function effectiveOptions(
  solver: Solver,
  problem: Problem,
  set: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return parseOptions(solver.options, `solver ${solver.name}`, { ...presetOf(solver, problem), ...set });
}

/** The preset of the problem with an option that it has, else of the problem, else of all that have none. */
function presetOf({ presets }: Solver, { name, spec }: Problem): Solver['presets'][string] | undefined {
  const options = Object.keys(spec.operators.at(-1)?.options ?? {});
  const special = options.map((option) => `${name}:${option}`).find((key) => Object.hasOwn(presets, key));
  return presets[special ?? name] ?? presets['*'];
}
