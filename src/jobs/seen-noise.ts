/** The noise of a picture from a file: what is transparent is not seen, and a JPEG file has rounded what is weak. */
import { UsageError } from '../core/errors.js';
import { measureNoise, type NoiseMeasurement } from '../core/noise-measure.js';
import type { Input } from '../io/inputs.js';
import type { Picture } from '../io/picture.js';

/**
 * @param observed 0 where the problem says that nothing was measured.
 * @returns why there is nothing to measure, as the end of a sentence, where that is so.
 */
export function seenNoise(
  { array, picture }: Pick<Input, 'array' | 'picture'>,
  observed?: Float32Array,
): NoiseMeasurement | string {
  const alpha = picture?.alpha?.data;
  if (alpha?.every((value) => value === 0)) return 'wholly transparent';
  if (isOfOneColour(array)) return 'of one colour';
  try {
    return measureNoise(array, observed ?? alpha, stepOf(picture?.coding));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return alpha
      ? 'opaque in too few places to tell noise from detail'
      : 'too small to tell noise from detail';
  }
}

function isOfOneColour({ data, shape }: Input['array']): boolean {
  const plane = shape[1] * shape[2];
  return data.every((value, i) => value === data[i - (i % plane)]);
}

/** The middle one of JPEG's steps for luma's coefficients between a quarter and half of the finest, in [0, 1]. */
function stepOf(coding: Picture['coding']): number {
  if (typeof coding !== 'object') return 0;
  const steps = coding.tables.slice(0, 64).filter((_, i) => {
    const finest = Math.max(i >> 3, i % 8);
    return finest >= 2 && finest < 4;
  });
  return steps.sort((a, b) => a - b)[steps.length >> 1] / 255;
}
