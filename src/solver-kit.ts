/**
 * `retrodict/solver`: what solvers are made of, ours and yours. A solver in one JavaScript file is
 * `export const solver = defineSolver({ … })`; samples/solvers/ilvr.js is one.
 */

// Declaring a solver, and what it is given.
export { z } from 'zod';
export type { DifferentiablePrior, DiffusionPrior, LatentPrior, Prior } from '../models/prior.js';
export type { NoiseModel } from '../problems/noise.js';
// What the measurement says: likelihoods, their gradients, draws and fits.
export { devianceOf, residualOf } from '../problems/noise.js';
// Linear systems, optimisers, chains of linearizations.
export { normalSolve } from '../problems/normal-solve.js';
export { countObserved } from '../problems/observed.js';
export type { ForwardOperator, LinearOperator, SingularValues } from '../problems/operator.js';
export { isLinear } from '../problems/operator.js';
export type { Problem } from '../problems/problem.js';
export { equalVariance } from '../problems/problem.js';
export { defineSolver, type TaskOf } from '../solvers/define-solver.js';
// Steps from one noise level to the next.
export { ancestralStep, ddimStep, nextState, noised, startState } from '../solvers/parts/ancestral.js';
export { dataDrawOptions, drawGivenData } from '../solvers/parts/data-draw.js';
export { equivariantDenoise } from '../solvers/parts/equivariant.js';
export { fitMeasurement } from '../solvers/parts/fit-measurement.js';
export { guidedChain } from '../solvers/parts/guided-chain.js';
// Weighted particles, and images of a latent prior.
export { type LatentImages, latentImages } from '../solvers/parts/latent-images.js';
export { curvatureByPixel, likelihoodCurvature, likelihoodGradient } from '../solvers/parts/likelihood.js';
// Noise levels.
export { noiseLevelOptions, noiseLevels, noiseRange } from '../solvers/parts/noise-levels.js';
export { particleStreams } from '../solvers/parts/particles.js';
export { eachParticle, Population } from '../solvers/parts/population.js';
export { eulerFlow } from '../solvers/parts/probability-flow.js';
export {
  resamplingOption,
  type Twist,
  twistedParticles,
} from '../solvers/parts/twisted-particles.js';
export type { Context, Ensemble, EnsembleContext, Needs, Solver, Task } from '../solvers/solver.js';
export { Adam } from './core/adam.js';
// Arrays and vectors.
export { type FloatArray, filled, floatArray, mapArray, type Shape, sizeOf, zeros } from './core/array.js';
export type { State } from './core/checkpoints.js';
export { conjugateGradients } from './core/conjugate-gradients.js';
export { UsageError } from './core/errors.js';
export { gmres } from './core/gmres.js';
export { type Awaitable, andThen, type Linearization } from './core/linearization.js';
export type { Random, RandomSource } from './core/random.js';
export { geometricSigmas, karrasSigmas, vpSigma, vpSigmas, vpTime } from './core/schedule.js';
export { vpScale } from './core/units.js';
export { axpy, difference, dot, norm, scale } from './core/vector.js';
