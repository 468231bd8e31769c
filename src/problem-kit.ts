/** `retrodict/problem`: what operators and noises are made of, ours and yours. */

// Operators from operators.
export { affine } from '../problems/algebra/affine.js';
export { compose } from '../problems/algebra/compose.js';
export { crop } from '../problems/algebra/crop.js';
export { scaled } from '../problems/algebra/scaled.js';
export { stack, stackNoise } from '../problems/algebra/stack.js';
export { sum } from '../problems/algebra/sum.js';
// Is it right?
export { type CheckOptions, type CheckResult, checkOperator, estimateNorm } from '../problems/check.js';
// What an operator and a noise are.
export type { NoiseFamily, OperatorFamily } from '../problems/family.js';
export { measure } from '../problems/measure.js';
export { devianceOf, type LogDensity, type NoiseModel, residualOf, sumOf } from '../problems/noise.js';
// Linear systems, transforms, arrays, random numbers.
export { normalSolve } from '../problems/normal-solve.js';
export {
  type ForwardOperator,
  isLinear,
  type LinearOperator,
  linearizeLinear,
  linearPartOf,
  type SingularValues,
  straightThrough,
  type Window,
  withLinearization,
} from '../problems/operator.js';
export { type OperatorModule, type PlainOperator, plainOperator } from '../problems/own/module.js';
// Operators from numbers and functions.
export { circularConvolution } from '../problems/parts/convolution.js';
export { diagonal } from '../problems/parts/diagonal.js';
export { cosineFilter, mirroredConvolution } from '../problems/parts/mirrored.js';
export { type ImageShape, imageShape, requireShape } from '../problems/parts/planes.js';
export { pointwise } from '../problems/parts/pointwise.js';
export { randomSigns, randomSubset } from '../problems/parts/selection.js';
export type { Kernel } from '../problems/parts/transfer.js';
export { type Problem, problemOf } from '../problems/problem.js';
export { type FloatArray, filled, floatArray, mapArray, type Shape, sizeOf, zeros } from './core/array.js';
export { CentredFft2d } from './core/centred-fft2d.js';
export { conjugateGradients } from './core/conjugate-gradients.js';
export { Dct2d } from './core/dct.js';
export { UsageError } from './core/errors.js';
export { RealFft2d } from './core/fft2d.js';
export { type Awaitable, andThen, type Linearization } from './core/linearization.js';
export { keyedRandom, type Random, type RandomSource } from './core/random.js';
export { axpy, difference, dot, norm, scale } from './core/vector.js';
