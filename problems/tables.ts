/** What can be named in a problem spec: to add an operator or a noise, write its family and add it here. */
import { parseOptions } from '../src/core/options.js';
import { blur } from './blur/blur.js';
import { defocusBlur } from './blur/defocus-blur.js';
import { gaussianBlur } from './blur/gaussian-blur.js';
import { motionBlur } from './blur/motion-blur.js';
import { spaceVaryingBlur } from './blur/space-varying-blur.js';
import { hadamard } from './compressed/hadamard.js';
import { randomProjection } from './compressed/random-projection.js';
import { singlePixel } from './compressed/single-pixel.js';
import type { NoiseFamily, OperatorFamily } from './family.js';
import { ct } from './medical/ct.js';
import { emission } from './medical/emission.js';
import { mri } from './medical/mri.js';
import { correlated } from './noises/correlated.js';
import { gaussian } from './noises/gaussian.js';
import { laplace } from './noises/laplace.js';
import { logPoisson } from './noises/log-poisson.js';
import { poisson } from './noises/poisson.js';
import { poissonGaussian } from './noises/poisson-gaussian.js';
import { rician } from './noises/rician.js';
import { saltPepper } from './noises/salt-pepper.js';
import { speckle } from './noises/speckle.js';
import { uniform } from './noises/uniform.js';
import { module } from './own/module.js';
import { onnx } from './own/onnx.js';
import { tensorflow } from './own/tensorflow.js';
import { clip } from './restoration/clip.js';
import { colorize } from './restoration/colorize.js';
import { demosaic } from './restoration/demosaic.js';
import { denoise } from './restoration/denoise.js';
import { downsample } from './restoration/downsample.js';
import { haze } from './restoration/haze.js';
import { inpaint } from './restoration/inpaint.js';
import { jpeg } from './restoration/jpeg.js';
import { lowLight } from './restoration/low-light.js';
import { quantize } from './restoration/quantize.js';
import { satellite } from './restoration/satellite.js';
import { pansharpen } from './spectra/pansharpen.js';
import { unmixing } from './spectra/unmixing.js';
import { closurePhases } from './waves/closure-phases.js';
import { codedDiffraction } from './waves/coded-diffraction.js';
import { interferometry } from './waves/interferometry.js';
import { phaseRetrieval } from './waves/phase-retrieval.js';
import { ptychography } from './waves/ptychography.js';
import { scattering } from './waves/scattering.js';

/** As `bind` takes them, which has parsed the options: every operator that a problem can name. */
export const operatorFamilies: Readonly<Record<string, OperatorFamily>> = {
  denoise,
  inpaint,
  'gaussian-blur': gaussianBlur,
  'motion-blur': motionBlur,
  'defocus-blur': defocusBlur,
  blur,
  'space-varying-blur': spaceVaryingBlur,
  downsample,
  colorize,
  demosaic,
  jpeg,
  quantize,
  clip,
  haze,
  'low-light': lowLight,
  satellite,
  'random-projection': randomProjection,
  hadamard,
  'single-pixel': singlePixel,
  mri,
  ct,
  emission,
  interferometry,
  'closure-phases': closurePhases,
  scattering,
  pansharpen,
  unmixing,
  'phase-retrieval': phaseRetrieval,
  'coded-diffraction': codedDiffraction,
  ptychography,
  module,
  onnx,
  tensorflow,
};

/** The same of noises. */
export const noiseFamilies: Readonly<Record<string, NoiseFamily>> = {
  gaussian,
  correlated,
  poisson,
  'poisson-gaussian': poissonGaussian,
  laplace,
  uniform,
  'salt-pepper': saltPepper,
  speckle,
  rician,
  'log-poisson': logPoisson,
};

/**
 * Every operator that a problem can name, by its name. Each checks its options in our words, whoever calls it.
 * @example
 * ```ts
 * import { operators } from 'retrodict';
 *
 * const mosaic = operators.demosaic.create([3, 16, 16], { pattern: 'rggb' }, {});
 * console.log(Object.keys(operators), mosaic.outputShape);
 * ```
 */
export const operators = mapValues(operatorFamilies, (family) => ({
  ...family,
  imageShape: (shape, options, files) =>
    family.imageShape(shape, parseOptions(family.options, family.name, options), files),
  create: (shape, options, files, measured) =>
    family.create(shape, parseOptions(family.options, family.name, options), files, measured),
}));

/**
 * Every noise that a problem can name, by its name. Each checks its options in our words, whoever calls it.
 * @example
 * ```ts
 * import { noises, zeros } from 'retrodict';
 *
 * const rician = noises.rician.create({ sigma: 0.05 });
 * console.log(Object.keys(noises), rician.logLikelihood(zeros([1, 2, 2]), zeros([1, 2, 2])));
 * ```
 */
export const noises = mapValues(noiseFamilies, (family) => ({
  ...family,
  create: (options) => family.create(parseOptions(family.options, family.name, options)),
}));

function mapValues<T>(
  table: Readonly<Record<string, T>>,
  change: (value: T) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [name, change(value)]));
}
