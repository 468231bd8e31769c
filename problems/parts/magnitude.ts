/** What a detector that sees no phase makes of a complex field. */
import { z } from 'zod';
import { type FloatArray, floatArray, zeros } from '../../src/core/array.js';
import type { ForwardOperator, LinearOperator } from '../operator.js';

export const quantityOption = z
  .enum(['amplitude', 'intensity'])
  .default('amplitude')
  .describe('what is measured: the absolute value, or its square');

type Quantity = z.infer<typeof quantityOption>;

/**
 * x ↦ |Lx| or |Lx|². The derivative of |z| at z = 0, which has none, is taken for 0.
 * @param field L, whose measurement is complex.
 */
export function magnitude(field: LinearOperator, quantity: Quantity): ForwardOperator {
  const outputShape = field.outputShape.slice(0, -1);
  const detect = ({ data }: FloatArray) => {
    const out = zeros(outputShape);
    const values = out.data;
    const squared = quantity === 'intensity';
    for (let i = 0; i < values.length; i++) {
      const re = data[2 * i];
      const im = data[2 * i + 1];
      const intensity = re * re + im * im;
      values[i] = squared ? intensity : Math.sqrt(intensity);
    }
    return out;
  };
  return {
    inputShape: field.inputShape,
    outputShape,
    field: 'real',
    apply: async (x) => detect(await field.apply(x)),
    async linearize(x) {
      const complex = await field.apply(x);
      const value = detect(complex);
      const pullback = (v: FloatArray) => {
        const [amplitudes, waves, given] = [value.data, complex.data, v.data];
        const cotangent = new Float32Array(waves.length);
        const squared = quantity === 'intensity';
        for (let i = 0; i < given.length; i++) {
          const amplitude = amplitudes[i];
          const gain = given[i] * (squared ? 2 : amplitude === 0 ? 0 : 1 / amplitude);
          cotangent[2 * i] = gain * waves[2 * i];
          cotangent[2 * i + 1] = gain * waves[2 * i + 1];
        }
        return field.adjoint(floatArray(cotangent, field.outputShape));
      };
      return { value, pullback, release() {} };
    },
  };
}
