/** What can be named in a problem spec: to add an operator or a noise, write its family and add it here. */
import { blur } from './blur.js';
import { clip } from './clip.js';
import { closurePhases } from './closure-phases.js';
import { codedDiffraction } from './coded-diffraction.js';
import { ct } from './ct.js';
import { defocusBlur } from './defocus-blur.js';
import { demosaic } from './demosaic.js';
import { denoise } from './denoise.js';
import { downsample } from './downsample.js';
import { emission } from './emission.js';
import type { NoiseFamily, OperatorFamily } from './family.js';
import { gaussianBlur } from './gaussian-blur.js';
import { gaussian } from './gaussian-noise.js';
import { hadamard } from './hadamard.js';
import { haze } from './haze.js';
import { inpaint } from './inpaint.js';
import { interferometry } from './interferometry.js';
import { jpeg } from './jpeg.js';
import { laplace } from './laplace-noise.js';
import { logPoisson } from './log-poisson-noise.js';
import { lowLight } from './low-light.js';
import { colorize } from './luminance.js';
import { module } from './module.js';
import { motionBlur } from './motion-blur.js';
import { mri } from './mri.js';
import { onnx } from './onnx.js';
import { pansharpen } from './pansharpen.js';
import { phaseRetrieval } from './phase-retrieval.js';
import { poissonGaussian } from './poisson-gaussian-noise.js';
import { poisson } from './poisson-noise.js';
import { ptychography } from './ptychography.js';
import { quantize } from './quantize.js';
import { randomProjection } from './random-projection.js';
import { rician } from './rician-noise.js';
import { saltPepper } from './salt-pepper-noise.js';
import { satellite } from './satellite.js';
import { scattering } from './scattering.js';
import { singlePixel } from './single-pixel.js';
import { spaceVaryingBlur } from './space-varying-blur.js';
import { speckle } from './speckle-noise.js';
import { tensorflow } from './tensorflow.js';
import { uniform } from './uniform-noise.js';
import { unmixing } from './unmixing.js';

export const operators: Readonly<Record<string, OperatorFamily>> = {
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

export const noises: Readonly<Record<string, NoiseFamily>> = {
  gaussian,
  poisson,
  'poisson-gaussian': poissonGaussian,
  laplace,
  uniform,
  'salt-pepper': saltPepper,
  speckle,
  rician,
  'log-poisson': logPoisson,
};
