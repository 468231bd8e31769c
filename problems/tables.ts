/** What can be named in a problem spec: to add an operator or a noise, write its family and add it here. */
import { blur } from './blur.js';
import { defocusBlur } from './defocus-blur.js';
import { demosaic } from './demosaic.js';
import { denoise } from './denoise.js';
import { downsample } from './downsample.js';
import type { NoiseFamily, OperatorFamily } from './family.js';
import { gaussianBlur } from './gaussian-blur.js';
import { gaussian } from './gaussian-noise.js';
import { inpaint } from './inpaint.js';
import { colorize } from './luminance.js';
import { motionBlur } from './motion-blur.js';
import { poisson } from './poisson-noise.js';

export const operators: Readonly<Record<string, OperatorFamily>> = {
  denoise,
  inpaint,
  'gaussian-blur': gaussianBlur,
  'motion-blur': motionBlur,
  'defocus-blur': defocusBlur,
  blur,
  downsample,
  colorize,
  demosaic,
};

export const noises: Readonly<Record<string, NoiseFamily>> = { gaussian, poisson };
