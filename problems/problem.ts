/** A problem spec is data (what `--problem` and `problem.json` hold); binding it to sizes makes a problem. */
import { requireNoise, requireOperator } from '../src/core/arguments.js';
import { type FloatArray, type Shape, zeros } from '../src/core/array.js';
import type { Found, Options } from './family.js';
import type { NoiseModel } from './noise.js';
import { observedNoise } from './observed.js';
import type { ForwardOperator } from './operator.js';

/** One NAME:KEY=VALUE,… of a spec. */
export interface Term {
  readonly name: string;
  readonly options: Options;
}

/** Operators in the order light meets them, and the noise. Plain JSON. */
export interface ProblemSpec {
  readonly operators: readonly Term[];
  readonly noise?: Term;
}

/** What the measurement told of the last operator: its options, what files of them would hold, and a doubt. */
export interface FoundOperator extends Found {
  readonly options: Options;
  /** The problem as a better measurement tells it, such as what the restored image would give without noise. */
  again(clean: FloatArray): Problem;
}

/** A spec bound to sizes: what solvers see. */
export interface Problem {
  /** With every option's effective value, after validation. */
  readonly spec: ProblemSpec;
  /** Name that presets and recommendations go by: the last operator's, or `denoise`. */
  readonly name: string;
  readonly operator: ForwardOperator;
  readonly noise: NoiseModel;
  /** Shape [C, H, W] of the restored image x that the solver works on. */
  readonly imageShape: Shape;
  readonly measurementShape: Shape;
  /** What the measurement told of the operator, where that was not given. */
  readonly found?: FoundOperator;
  /** What is reported of x; differs from x where a grey picture measures the luminance of a colour image. */
  report(x: FloatArray): FloatArray;
}

/**
 * A problem made of parts that are no text: operators of one's own, combinations of operators, a stack with its noises.
 * @param noise of the measurement; where the operator leaves holes, it is not drawn there.
 * @param name what presets and messages go by; that of a shipped problem brings its presets.
 * @example
 * ```ts
 * import { noises, operators, problemOf } from 'retrodict';
 *
 * const operator = operators.denoise.create([3, 8, 8], {}, {});
 * console.log(problemOf(operator, noises.laplace.create({ scale: 0.05 }), 'denoise').name);
 * ```
 */
export function problemOf(operator: ForwardOperator, noise: NoiseModel, name = 'custom'): Problem {
  requireOperator(operator);
  requireNoise(noise);
  return {
    spec: { operators: [] },
    name,
    operator,
    noise: operator.observed ? observedNoise(noise, operator.observed) : noise,
    imageShape: operator.inputShape,
    measurementShape: operator.outputShape,
    report: (x) => x,
  };
}

/**
 * The variance of white Gaussian noise; undefined where the noise is not Gaussian or its variance differs by place.
 * @example
 * ```ts
 * import { bind, problem } from 'retrodict';
 * import { equalVariance } from 'retrodict/solver';
 *
 * const imageShape = [3, 16, 16];
 * console.log(equalVariance(bind(problem('denoise', 'gaussian:sigma=0.1'), { imageShape }))); // 0.01
 * console.log(equalVariance(bind(problem('denoise', 'poisson:gain=1/500'), { imageShape }))); // undefined
 * ```
 */
export function equalVariance(problem: Pick<Problem, 'noise' | 'measurementShape'>): number | undefined {
  const { noise, measurementShape } = Object(problem) as typeof problem;
  requireNoise(noise);
  const variance = noise.variance?.(zeros(measurementShape));
  return typeof variance === 'number' ? variance : undefined;
}
