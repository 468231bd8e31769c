/** Names that people type for problems, and what the problems are called here. */

/** A name that is not in the table of problems, and the one that is meant. */
export const aliases: Readonly<Record<string, string>> = {
  upscale: 'downsample',
  upsample: 'downsample',
  enlarge: 'downsample',
  'super-resolution': 'downsample',
  deblur: 'gaussian-blur',
  sharpen: 'gaussian-blur',
  denoising: 'denoise',
  dejpeg: 'jpeg',
  'jpeg-artifacts': 'jpeg',
  inpainting: 'inpaint',
  colourise: 'colorize',
  colourize: 'colorize',
  dehaze: 'haze',
  brighten: 'low-light',
};
