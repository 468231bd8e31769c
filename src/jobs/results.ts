/** The files that a posterior becomes (DESIGN §5): the estimate, a picture of its standard deviation, the numbers. */
import { join } from 'node:path';
import type { FloatArray } from '../core/array.js';
import { writeFileAtomic } from '../io/atomic.js';
import { encodeNpy } from '../io/npy.js';
import { encodeNpz } from '../io/npz.js';
import { encodePicture, type Picture } from '../io/picture.js';
import { sdPicture } from '../report/sd.js';
import type { Posterior } from '../restore.js';

export type Estimate = 'mean' | 'median' | 'sample';

export interface ResultFormat {
  readonly format: 'png' | 'tiff' | 'npy';
  readonly bits: 8 | 16;
}

/** What is asked for, and for the rest what the input was; arrays become PNG files of 16 bits. */
export function resultFormat(asked: Partial<ResultFormat>, input: Picture | undefined): ResultFormat {
  return {
    format: asked.format ?? (input?.format === 'tiff' ? 'tiff' : 'png'),
    bits: asked.bits ?? input?.bits ?? 16,
  };
}

/** The image that stands for a posterior, [C, H, W]. */
export function estimateOf(posterior: Posterior, estimate: Estimate): FloatArray {
  return estimate === 'sample' ? posterior.samples[posterior.drawn] : posterior[estimate];
}

export interface Written {
  /** Relative to the output folder. */
  readonly files: readonly string[];
  /** The standard deviation that is white in the picture of it; absent where there is none. */
  readonly sdWhite?: number;
}

/**
 * Writes `NAME.png`, `NAME.sd.png` and `NAME.posterior.npz` (mean, sd, lower, upper; float32) below `out`. Without
 * an uncertainty (fewer than two samples) there is no picture of it and the archive holds the mean alone.
 * @param input gives the estimate its alpha and colour profile.
 * @throws Error in one sentence when a file cannot be written.
 */
export async function writeResults(
  posterior: Posterior,
  estimate: Estimate,
  { format, bits }: ResultFormat,
  out: string,
  name: string,
  input: Picture | undefined,
): Promise<Written> {
  const files: string[] = [];
  const write = async (ending: string, bytes: Uint8Array) => {
    await writeFileAtomic(join(out, name + ending), bytes);
    files.push(name + ending);
  };
  const image = estimateOf(posterior, estimate);
  if (format === 'npy') await write('.npy', encodeNpy(image));
  else {
    const { alpha, icc } = input ?? {};
    await write(`.${format}`, await encodePicture({ image, alpha, icc, bits, format }));
  }
  const { mean, sd, lower, upper } = posterior;
  if (!sd || !lower || !upper) {
    await write('.posterior.npz', encodeNpz({ mean }));
    return { files };
  }
  const map = sdPicture(sd);
  await write('.sd.png', await encodePicture({ image: map.image, bits: 8, format: 'png' }));
  await write('.posterior.npz', encodeNpz({ mean, sd, lower, upper }));
  return { files, sdWhite: map.white };
}
