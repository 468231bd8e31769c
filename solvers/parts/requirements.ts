/** What solvers take from a task once `matching` has let it through. */
import type { DiffusionPrior, Prior } from '../../models/prior.js';
import { isLinear, type LinearOperator, type SingularValues } from '../../problems/operator.js';
import type { Problem } from '../../problems/problem.js';
import { zeros } from '../../src/core/array.js';
import { vpSigma } from '../../src/core/schedule.js';

/** @throws Error when the prior is of another kind. */
export function diffusionPrior(prior: Prior | undefined): DiffusionPrior {
  if (prior?.kind !== 'diffusion') {
    throw new Error(`expected a prior of kind diffusion, found ${prior?.kind ?? 'none'}`);
  }
  return prior;
}

/** @throws Error when the prior is of another kind or cannot be differentiated. */
export function differentiablePrior(prior: Prior | undefined): DifferentiablePrior {
  const model = diffusionPrior(prior);
  if (!hasGradient(model))
    throw new Error(`expected a prior with a gradient, but prior ${model.name} has none`);
  return model;
}

export type DifferentiablePrior = DiffusionPrior & Required<Pick<DiffusionPrior, 'linearize'>>;

function hasGradient(prior: DiffusionPrior): prior is DifferentiablePrior {
  return prior.linearize !== undefined;
}

/** @throws Error when the operator is not linear. */
export function linearOperator(problem: Problem): LinearOperator {
  if (!isLinear(problem.operator))
    throw new Error(`expected a linear operator, but ${problem.name} is not linear`);
  return problem.operator;
}

/** @throws Error when the operator does not offer its singular value decomposition. */
export function singularValues(problem: Problem): SingularValues {
  const { svd } = linearOperator(problem);
  if (svd === undefined) throw new Error(`expected singular values, but ${problem.name} has none`);
  return svd;
}

/** The variance of white Gaussian noise; undefined where the noise is not Gaussian or its variance differs by place. */
export function equalVariance(problem: Problem): number | undefined {
  const variance = problem.noise.variance?.(zeros(problem.measurementShape));
  return typeof variance === 'number' ? variance : undefined;
}

/** @throws Error when the noise is not white and Gaussian. */
export function gaussianVariance(problem: Problem): number {
  const variance = equalVariance(problem);
  if (variance === undefined) {
    throw new Error(`expected Gaussian noise of equal variance, but the noise is ${problem.noise.name}`);
  }
  return variance;
}

/** DDPM's lowest noise level: below it an image in 8 bits has nothing left to denoise. */
const LOWEST = vpSigma(1 / 1000);

/** The levels a chain may visit before 0: those the prior knows, at most `sigmaMax`, from DDPM's lowest up. */
export function noiseRange(
  prior: Pick<DiffusionPrior, 'sigmaRange'>,
  sigmaMax: number,
): { lowest: number; highest: number } {
  const [min, max] = prior.sigmaRange;
  return { lowest: Math.max(min, LOWEST), highest: Math.min(max, sigmaMax) };
}
