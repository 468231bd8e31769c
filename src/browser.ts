/**
 * retrodict in a browser: the same solvers, problems and priors, on onnxruntime-web. Nothing here needs Node; pictures
 * come and go through the canvas, and the files of a prior by their address.
 */

export type { Card } from '../models/card.js';
export { type GaussianComponent, GaussianMixture, mixturePrior } from '../models/mixture.js';
export type { Device } from '../models/onnx/runtime.js';
export type { Prior, PriorKind } from '../models/prior.js';
export { loadPrior, type WebLoadOptions, type WebPrior } from '../models/web/load.js';
export { problem } from '../problems/bind.js';
export { bind, noises, operators } from '../problems/index.js';
export { measure } from '../problems/measure.js';
export { type Problem, type ProblemSpec, problemOf } from '../problems/problem.js';
export { solvers } from '../solvers/index.js';
export { contiguous, type FloatArray, floatArray, type Shape, zeros } from './core/array.js';
export type { Checkpoint, Checkpoints, Cost, State } from './core/checkpoints.js';
export { UsageError } from './core/errors.js';
export { psnr, ssim } from './core/metrics.js';
export { type Summary, summarise } from './core/posterior.js';
export { keyedRandom, type Random, type RandomSource } from './core/random.js';
export type { Progress } from './draw-samples.js';
export { defaultPixels, pictureBlob, pixelsOf, readImage } from './io/canvas.js';
export { estimateMemory } from './memory.js';
export { sdPicture } from './report/sd.js';
export { type Posterior, type RestoreJob, restore } from './restore.js';
