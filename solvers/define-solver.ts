/** How a solver is declared. From its needs and its options follow the types of what its `run` is given. */

import type { z } from 'zod';
import type {
  CompressivePrior,
  DifferentiablePrior,
  DiffusionPrior,
  LatentPrior,
  MaskedPrior,
} from '../models/prior.js';
import type { NoiseModel } from '../problems/noise.js';
import type { ForwardOperator, LinearOperator } from '../problems/operator.js';
import type { Problem } from '../problems/problem.js';
import { requireMethods, requireText } from '../src/core/arguments.js';
import type { FloatArray } from '../src/core/array.js';
import { UsageError } from '../src/core/errors.js';
import { parseOptions } from '../src/core/options.js';
import type {
  ChainSolver,
  Context,
  EnsembleSolver,
  Moments,
  MomentsContext,
  Needs,
  PointSolver,
} from './solver.js';

/** A task that has what `needs` ask for. */
export interface TaskOf<N extends Needs> {
  readonly measurement: FloatArray;
  readonly problem: Problem & { readonly operator: OperatorOf<N>; readonly noise: NoiseOf<N> };
  readonly prior: PriorOf<N>;
  readonly noisePrior: N extends { noisePrior: 'diffusion' } ? DifferentiablePrior : undefined;
  /** σ² of the noise. */
  readonly noiseVariance: N extends { noise: 'gaussian' } ? number : undefined;
}

type With<T, K extends keyof T> = T & Required<Pick<T, K>>;

type OperatorOf<N extends Needs> = N extends { svd: true }
  ? With<LinearOperator, 'svd'>
  : N extends { linear: true }
    ? LinearOperator
    : ForwardOperator;

type NoiseOf<N extends Needs> = N extends { noise: 'any' }
  ? NoiseModel
  : With<NoiseModel, N extends { noise: 'octaves' } ? 'octaves' : 'variance'>;

type PriorOf<N extends Needs> = N extends { prior: 'diffusion' }
  ? N extends { priorVjp: true }
    ? DifferentiablePrior
    : DiffusionPrior
  : N extends { prior: 'latent' }
    ? LatentPrior &
        (N extends { priorVjp: true }
          ? With<LatentPrior, 'linearizeDecode'> & { readonly codes: DifferentiablePrior }
          : N extends { decoderVjp: true }
            ? With<LatentPrior, 'linearizeDecode'>
            : unknown) &
        (N extends { text: true } ? With<LatentPrior, 'condition' | 'text'> : unknown) &
        (N extends { consistency: true }
          ? { readonly codes: With<DiffusionPrior, 'consistencyLevels'> }
          : unknown) &
        (N extends { encoder: true } ? With<LatentPrior, 'encode'> : unknown) &
        (N extends { encoderVjp: true } ? With<LatentPrior, 'linearizeEncode'> : unknown)
    : N extends { prior: 'compressive' }
      ? CompressivePrior &
          (N extends { priorVjp: true } ? With<CompressivePrior, 'linearizeDecode'> : unknown) &
          (N extends { spread: true } ? With<CompressivePrior, 'spread'> : unknown)
      : N extends { prior: 'masked' }
        ? MaskedPrior &
            (N extends { priorVjp: true } ? With<MaskedPrior, 'linearizeDecode'> : unknown) &
            (N extends { uniform: true } ? With<MaskedPrior, 'uniformLogits' | 'sigmaRange'> : unknown)
        : undefined;

interface Kinds {
  readonly chain: ChainSolver;
  readonly point: PointSolver;
  readonly ensemble: EnsembleSolver;
}

/** A solver whose `run` says what it takes. */
type DefinedSolver<K extends keyof Kinds, N extends Needs, S extends z.ZodObject> = Omit<
  Kinds[K],
  'run' | 'estimate' | 'moments' | 'deviation' | 'options'
> & {
  readonly kind: K;
  readonly options: S;
  /** Of chains. */
  estimate?(task: TaskOf<N>, options: z.output<S>, context: Context): Promise<FloatArray | undefined>;
  /** Of chains. */
  moments?(task: TaskOf<N>, options: z.output<S>, context: MomentsContext): Promise<Moments>;
  /** Of chains. */
  deviation?(task: TaskOf<N>, options: z.output<S>, signal?: AbortSignal): Promise<FloatArray>;
  run(
    task: TaskOf<N>,
    options: z.output<S>,
    context: Parameters<Kinds[K]['run']>[2],
  ): ReturnType<Kinds[K]['run']>;
};

type Definition<K extends keyof Kinds, N extends Needs, S extends z.ZodObject, P> = Omit<
  DefinedSolver<K, N, S>,
  'needs' | 'presets'
> & {
  readonly needs: N;
  readonly presets: P & { readonly [Name in keyof P]: Preset<P[Name], z.input<S>> };
};

/** Options that there are, with values that they take. */
type Preset<P, Options> = { readonly [Key in keyof P]: Key extends keyof Options ? Options[Key] : never };

/**
 * Declares a solver. `run` is given a task that has what `needs` ask for, and options that are parsed.
 * @returns the solver, whose options are strict.
 * @throws UsageError where a preset has an option or a value that the solver does not know.
 * @example
 * ```ts
 * import { defineSolver, normalSolve, z } from 'retrodict/solver';
 *
 * export const solver = defineSolver({
 *   kind: 'point',
 *   name: 'ridge',
 *   summary: 'the image nearest to grey that explains the measurement',
 *   needs: { prior: 'none', linear: true, noise: 'any' },
 *   samplesPosterior: false,
 *   options: z.strictObject({ rho: z.number().positive().default(0.01).describe('weight of nearness to grey') }),
 *   presets: {},
 *   // `rho` is a number, and the operator has an adjoint: the schema and `needs` say so.
 *   run: async ({ measurement, problem: { operator } }, { rho }) =>
 *     normalSolve(operator, await operator.adjoint(measurement), rho),
 * });
 * ```
 */
export function defineSolver<
  const K extends keyof Kinds,
  const N extends Needs,
  S extends z.ZodObject,
  const P extends Readonly<Record<string, object>>,
>(definition: Definition<K, N, S, P>): DefinedSolver<K, N, S> {
  const { name, options, presets, needs } = Object(definition) as typeof definition;
  requireText(name, 'the name of the solver');
  requireMethods(definition, `solver ${name}`, ['run'], 'an object with run');
  requireMethods(options, `the options of solver ${name}`, ['strict'], 'what z.strictObject({ … }) gives');
  for (const [part, value] of Object.entries({ needs, presets })) {
    if (typeof value !== 'object' || value === null) {
      throw new UsageError(`solver ${name} has no ${part}, expected an object, {} where there are none`);
    }
  }
  for (const [problem, preset] of Object.entries(presets)) {
    parseOptions(options, `preset ${problem} of solver ${name}`, { ...preset });
  }
  return { ...definition, options: options.strict() } as unknown as DefinedSolver<K, N, S>;
}
