/** High dynamic range: what is brighter than white is white. */
import { z } from 'zod';
import type { Shape } from '../../src/core/array.js';
import type { OperatorFamily } from '../family.js';
import type { ForwardOperator } from '../operator.js';
import { pointwise } from '../parts/pointwise.js';

const options = z.strictObject({
  gain: z
    .number()
    .gt(0)
    .max(1000)
    .default(2)
    .describe('the exposure: what the image is multiplied by before it is clipped to [0, 1]'),
});

export const clip: OperatorFamily<typeof options> = {
  name: 'clip',
  summary: 'overexposure: the image times a gain, clipped to [0, 1]',
  options,
  imageShape: (shape) => shape,
  create: (shape, { gain }) => clipping(shape, gain),
};

/** x ↦ min(max(gain·x, 0), 1). The derivative is exact but at the two corners, where it is taken from within. */
export function clipping(shape: Shape, gain: number): ForwardOperator {
  return pointwise(shape, (x, result, slopes) => {
    for (let i = 0; i < x.length; i++) {
      const value = gain * x[i];
      result[i] = Math.min(Math.max(value, 0), 1);
      slopes[i] = value >= 0 && value <= 1 ? gain : 0;
    }
  });
}
