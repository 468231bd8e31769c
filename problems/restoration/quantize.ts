/** Bit depth: values are rounded to a few levels. */
import { z } from 'zod';
import { type FloatArray, type Shape, zeros } from '../../src/core/array.js';
import type { OperatorFamily } from '../family.js';
import { type ForwardOperator, straightThrough } from '../operator.js';
import { requireShape } from '../parts/planes.js';
import { clipping } from './clip.js';

const options = z.strictObject({
  bits: z.int().min(1).max(16).describe('bits per value: 2^bits levels from 0 to 1'),
});

export const quantize: OperatorFamily<typeof options> = {
  name: 'quantize',
  summary: 'few bits: values clipped to [0, 1] and rounded to 2^bits levels',
  options,
  imageShape: (shape) => shape,
  create: (shape, { bits }) => quantizing(shape, bits),
};

/** Rounds to the nearest of the levels k/(2^bits − 1), a half upwards; its surrogate clips and does not round. */
function quantizing(shape: Shape, bits: number): ForwardOperator {
  const steps = 2 ** bits - 1;
  const apply = (x: FloatArray) => {
    requireShape(x, shape);
    const out = zeros(shape);
    for (let i = 0; i < out.data.length; i++) {
      out.data[i] = Math.round(Math.min(Math.max(x.data[i], 0), 1) * steps) / steps;
    }
    return out;
  };
  return { ...straightThrough(apply, clipping(shape, 1)), pixelwise: true };
}
