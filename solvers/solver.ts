/** What a solver is, and what it is given. How one is declared: define-solver.ts. */
import type { z } from 'zod';
import type { Prior, PriorKind } from '../models/prior.js';
import type { Problem } from '../problems/problem.js';
import type { FloatArray } from '../src/core/array.js';
import type { State } from '../src/core/checkpoints.js';
import type { RandomSource } from '../src/core/random.js';

/** What a solver is asked: a measurement, how it came about, and a prior of the image. */
export interface Task {
  readonly measurement: FloatArray;
  readonly problem: Problem;
  /** Absent for solvers whose `needs.prior` is `none`. */
  readonly prior?: Prior;
  /** Of what the measurement holds besides A(x) and the problem's noise; for solvers whose `needs` name it. */
  readonly noisePrior?: Prior;
  /** σ² of white Gaussian noise; `requireMatch` adds it for solvers whose `needs.noise` is `gaussian`. */
  readonly noiseVariance?: number;
}

/** What the mathematics of a solver asks of its task; checked before any work is done. */
export interface Needs {
  readonly prior: PriorKind | 'none';
  /** The prior must be differentiable: `linearize`, and of a latent one the decoder too. */
  readonly priorVjp?: boolean;
  /** A latent prior's decoder must be differentiable; its network need not be. */
  readonly decoderVjp?: boolean;
  /** A latent prior must take texts. */
  readonly text?: boolean;
  /** A latent prior's network must be consistency-distilled. */
  readonly consistency?: boolean;
  /** A latent prior must have its encoder. */
  readonly encoder?: boolean;
  /** And that must be differentiable. */
  readonly encoderVjp?: boolean;
  /** A compressive prior must know what its decoder leaves over. */
  readonly spread?: boolean;
  /** A masked prior must have its twin for the uniform kernel. */
  readonly uniform?: boolean;
  /** A second prior, differentiable, of structured noise: images of the measurement's shape. */
  readonly noisePrior?: 'diffusion';
  /** The operator must be the identity: the measurement is the image, and noise. */
  readonly identity?: boolean;
  /** What is measured must be a picture, and noise, that tells the image: the operator has its inverse `undo`. */
  readonly undo?: boolean;
  /** The operator must be linear. */
  readonly linear?: boolean;
  /** The operator must offer its singular value decomposition. */
  readonly svd?: boolean;
  /**
   * `gaussian`: white, of equal variance; `variance`: conditionally Gaussian; `octaves`: of a strength that is known by
   * octave; `any`: only a likelihood. Correlated noise is made white for all but `octaves`, where the operator is
   * linear.
   */
  readonly noise: 'gaussian' | 'variance' | 'octaves' | 'any';
  /**
   * With a linear operator, counted photons are taken for Gaussian noise of their standard deviation. Of what gives no
   * uncertainty only: it is not their likelihood.
   */
  readonly photons?: boolean;
}

/** What a run is given beside its task: random numbers, progress and the end of the run. */
export interface Context {
  /** Streams of this sample: `random('step', i)`. */
  readonly random: RandomSource;
  /**
   * Says that step i of `of` begins. Reports progress, yields to the event loop, throws when aborted.
   * @param state all that this step and those after it depend on, beside task, options and random numbers: it may be
   *   saved, so that a run that was stopped goes on from there. A function is called only where something is saved.
   */
  step(i: number, of: number, state?: State | (() => State)): Promise<void>;
  /** Where an earlier run of this sample was stopped: the step that it had begun, and the state that it gave then. */
  readonly resumed?: { readonly step: number; readonly state: State };
  /**
   * What `work` gives, or gave in an earlier run that was stopped: a part of the work, by name.
   * @param work is given a context whose steps are the part's own: it may go on inside the part.
   */
  once?(name: string, work: (part: Context) => Promise<State>): Promise<State>;
  /** For calls that take one: aborts between network runs. */
  readonly signal?: AbortSignal;
}

/** What a run of an ensemble is given: a context, and how many samples are asked for. */
export interface EnsembleContext extends Context {
  /** How many weighted samples are asked for. */
  readonly samples: number;
  /** How many of them are worth working on at a time, since the network runs so many; one when absent. */
  readonly atATime?: number;
}

interface SolverBase {
  readonly name: string;
  /** One line for `list`. */
  readonly summary: string;
  readonly needs: Needs;
  /** False for methods that optimise rather than sample: their spread is not an uncertainty. */
  readonly samplesPosterior: boolean;
  /** Every option has a default, or may be left out, and a `.describe()` with its unit. */
  readonly options: z.ZodObject;
  /**
   * Options by problem name, or by name and option where that one is another matter (`inpaint:fraction`), and under `*`
   * for all other problems; effective options = defaults < preset < what the user sets.
   */
  readonly presets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** `run` draws one sample; `restore` calls it for k = 0 … N−1 and sample k does not depend on N. */
export interface ChainSolver extends SolverBase {
  readonly kind: 'chain';
  /**
   * Draws one sample.
   * @param task that `requireMatch` has let through.
   * @param options parsed: every default is filled in.
   */
  run(task: Task, options: Readonly<Record<string, unknown>>, context: Context): Promise<FloatArray>;
  /**
   * An image that is nearer to the posterior mean than the mean of a few samples; `restore` reports it in its place
   * where two samples or more are drawn. Undefined where the options ask for none.
   */
  estimate?(
    task: Task,
    options: Readonly<Record<string, unknown>>,
    context: Context,
  ): Promise<FloatArray | undefined>;
  /**
   * What is known of the posterior without a sample: `restore` then reports this, and draws only the samples that are
   * asked for.
   * @param context says whether variances are wanted.
   */
  moments?(task: Task, options: Readonly<Record<string, unknown>>, context: MomentsContext): Promise<Moments>;
  /**
   * How far the mean is off by what is not known of the prior's last layer, where the solver can tell that without
   * drawing weights: its standard deviation. Such priors have `lastLayer`.
   */
  deviation?(
    task: Task,
    options: Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
  ): Promise<FloatArray>;
}

export interface MomentsContext extends Context {
  readonly variance: boolean;
}

export interface Moments {
  /** E[x | y] */
  readonly mean: FloatArray;
  /** Var[xᵢ | y] of every value; absent where it is not wanted. */
  readonly variance?: FloatArray;
}

/** `run` gives one image and no uncertainty at all. */
export interface PointSolver extends SolverBase {
  readonly kind: 'point';
  /**
   * Gives the image.
   * @param task that `requireMatch` has let through.
   * @param options parsed: every default is filled in.
   */
  run(task: Task, options: Readonly<Record<string, unknown>>, context: Context): Promise<FloatArray>;
}

/** `run` gives weighted samples together. */
export interface EnsembleSolver extends SolverBase {
  readonly kind: 'ensemble';
  /**
   * Draws the samples together.
   * @param task that `requireMatch` has let through.
   * @param options parsed: every default is filled in.
   */
  run(task: Task, options: Readonly<Record<string, unknown>>, context: EnsembleContext): Promise<Ensemble>;
}

/** What an ensemble solver gives: weighted samples, and what it learnt on the way. */
export interface Ensemble {
  readonly samples: readonly FloatArray[];
  /** Unnormalised log-weights, one per sample. */
  readonly logWeights: readonly number[];
  /** Estimate of log p(y), nats; of variational solvers a lower bound. */
  readonly logEvidence?: number;
  /** Effective sample size over time, before any resampling; the last entry is that of `logWeights`. */
  readonly ess?: readonly number[];
  /** For each sample, which of the first particles it descends from: few different ones tell of poor samples. */
  readonly ancestors?: readonly number[];
  /** What a solver found out about itself, by name: rates of acceptance, agreement of chains. */
  readonly diagnostics?: Readonly<Record<string, readonly number[]>>;
}

/** An algorithm that restores, told apart by `kind`. */
export type Solver = ChainSolver | PointSolver | EnsembleSolver;
