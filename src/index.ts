/**
 * retrodict restores images with pretrained generative priors: from a measurement y = A(x) + noise, a description of A
 * and of the noise, and a prior, samples of x given y and what they say about every pixel.
 */

export { type Cap, loadCap, type ResidualLaw } from '../models/cap.js';
export type { Card } from '../models/card.js';
export { type LoadOptions, listPriors, loadPrior } from '../models/load.js';
export { type LogProbabilityOptions, logProbability } from '../models/log-probability.js';
export { type GaussianComponent, GaussianMixture, mixturePrior } from '../models/mixture.js';
export { type Device, devices, type Precision, precisions } from '../models/onnx/runtime.js';
export type { Conditioning, DiffusionPrior, LatentPrior, Prior, PriorKind } from '../models/prior.js';
export { tiled } from '../models/tiled.js';
export type { TileOptions } from '../models/tiles.js';
export { compose } from '../problems/algebra/compose.js';
export { crop } from '../problems/algebra/crop.js';
export { scaled } from '../problems/algebra/scaled.js';
export { stack, stackNoise } from '../problems/algebra/stack.js';
export { sum } from '../problems/algebra/sum.js';
export { problem } from '../problems/bind.js';
export { type CheckResult, checkOperator } from '../problems/check.js';
export type { LoadedOperator, NoiseFamily, OperatorFamily } from '../problems/family.js';
export { type BindContext, bind, type KnownSize, noises, operators } from '../problems/index.js';
export { measure } from '../problems/measure.js';
export { filteredBackprojection } from '../problems/medical/filtered-backprojection.js';
export type { NoiseModel } from '../problems/noise.js';
export { type ForwardOperator, isLinear, type LinearOperator, type Window } from '../problems/operator.js';
export { type OperatorModule, type PlainOperator, plainOperator } from '../problems/own/module.js';
export {
  type TensorFlow,
  type TensorFlowFunction,
  type TensorFlowModule,
  type TensorFlowOperator,
  type TensorFlowTensor,
  tensorflowOperator,
} from '../problems/own/tensorflow.js';
export { type Problem, type ProblemSpec, problemOf, type Term } from '../problems/problem.js';
export { solvers } from '../solvers/index.js';
export { unconditionalOptions } from '../solvers/parts/unconditional.js';
export type {
  ChainSolver,
  Context,
  Ensemble,
  EnsembleSolver,
  Needs,
  PointSolver,
  Solver,
  Task,
} from '../solvers/solver.js';
export { type BenchOptions, type BenchResult, bench } from './bench/bench.js';
export type { Bootstrap } from './bootstrap.js';
export type { Calibrated, Calibrating } from './calibrated.js';
export type { CalibrationCard } from './calibration-card.js';
export { type CarriedDeviation, type CarryOptions, carriedDeviation } from './carried-deviation.js';
export {
  type Description,
  describe,
  type Entry,
  type Kind,
  kinds,
  list,
} from './catalogue.js';
export { contiguous, type FloatArray, floatArray, type Shape, zeros } from './core/array.js';
export type { Checkpoint, Checkpoints, Cost, State } from './core/checkpoints.js';
export { UsageError } from './core/errors.js';
export { type NumberSummary, regionMean, summariseNumber } from './core/functional.js';
export type { PromiseKind } from './core/interval-calibration.js';
export type { Levels } from './core/levels.js';
export type { Awaitable, Linearization } from './core/linearization.js';
export { psnr, ssim } from './core/metrics.js';
export { estimateNoise } from './core/noise-estimate.js';
export { measureNoise, type NoiseMeasurement } from './core/noise-measure.js';
export { describeNoise, hidingSigma, pixelSigma } from './core/noise-words.js';
export type { OptionDescription } from './core/option-help.js';
export { type Summary, summarise } from './core/posterior.js';
export { keyedRandom, type Random, type RandomSource } from './core/random.js';
export { coverageCurve, crps, rankHistogram } from './core/sample-scores.js';
export {
  type IntervalScore,
  intervalScore,
  sparsification,
  spreadSkill,
} from './core/spread-scores.js';
export { heldByPlace, type Stratum } from './core/strata.js';
export { defaults } from './defaults.js';
export { type DeviceEntry, listDevices } from './devices.js';
export type { Progress } from './draw-samples.js';
export { decodeNpy, encodeNpy, type NpyArray } from './io/npy.js';
export { decodeNpz, encodeNpz } from './io/npz.js';
export { defaultLimits, type Picture, type PictureLimits } from './io/picture.js';
export { readPicture, writePicture } from './io/picture-file.js';
export { type CalibrationJob, calibrateFolder } from './jobs/calibrate-folder.js';
export type { Doubt } from './jobs/doubts.js';
export { type MergeJob, mergeRanges } from './jobs/merge-ranges.js';
export type { PageRange } from './jobs/pages.js';
export { type ReportJob, reportFolder } from './jobs/report-folder.js';
export {
  type FolderEvent,
  type FolderJob,
  type FolderSummary,
  restoreFolder,
} from './jobs/restore-folder.js';
export type { RestoredLine } from './jobs/restore-item.js';
export { type SampleEvent, type SampleJob, samplePrior } from './jobs/sample-prior.js';
export {
  type SimulationEvent,
  type SimulationJob,
  type SimulationSummary,
  simulateFolder,
} from './jobs/simulate-folder.js';
export { type LoadedCalibration, readCalibration } from './load/calibration-file.js';
export { writeLastLayer } from './load/measured-layer.js';
export { writeProbedCard } from './load/probed-card.js';
export { type ProblemTrust, readProblem, readSpecFiles, type SpecFiles } from './load/problem-files.js';
export { type LoadedSolver, loadSolver } from './load/solver-file.js';
export { estimateMemory, type MemoryTask } from './memory.js';
export { contactSheet, type Labelled } from './report/contact-sheet.js';
export { sdPicture } from './report/sd.js';
export { drawRange, type Posterior, type RestoreJob, restore } from './restore.js';
export type { DrawnRange, SampleRange } from './sample-range.js';
