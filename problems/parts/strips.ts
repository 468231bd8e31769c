/** Operators that measure strips of the image's rows apart from one another, such as blocks of pixels. */
import { type FloatArray, floatArray, zeros } from '../../src/core/array.js';
import type { Awaitable } from '../../src/core/linearization.js';
import { type LinearOperator, type Strip, withLinearization } from '../operator.js';
import { type ImageShape, requireShape } from './planes.js';

/** [C, H, W] ↦ the measurements of the strips, one after the other. */
export function inStrips(inputShape: ImageShape, strips: readonly Strip[]): LinearOperator {
  const last = strips[strips.length - 1];
  const total = last.start + last.operator.outputShape[0];
  return withLinearization({
    inputShape,
    outputShape: [total],
    strips,
    async apply(x) {
      requireShape(x, inputShape);
      const out = new Float32Array(total);
      for (const { operator, top, start } of strips) {
        out.set((await operator.apply(rowsOf(x, top, operator.inputShape[1]))).data, start);
      }
      return floatArray(out, [total]);
    },
    async adjoint(y) {
      const out = zeros(inputShape);
      for (const { operator, top, start } of strips) {
        const part = y.data.subarray(start, start + operator.outputShape[0]);
        putRows(await operator.adjoint(floatArray(part, [part.length])), out, top);
      }
      return out;
    },
  });
}

/** What is made of an image strip by strip, laid together. */
export async function eachStrip(
  strips: readonly Strip[],
  x: FloatArray,
  act: (part: FloatArray, operator: LinearOperator) => Awaitable<FloatArray>,
): Promise<FloatArray> {
  const out = zeros(x.shape);
  for (const { operator, top } of strips) {
    putRows(await act(rowsOf(x, top, operator.inputShape[1]), operator), out, top);
  }
  return out;
}

function rowsOf(x: FloatArray, top: number, count: number): FloatArray {
  const [channels, height, width] = x.shape;
  const part = zeros([channels, count, width]);
  for (let c = 0; c < channels; c++) {
    const start = (c * height + top) * width;
    part.data.set(x.data.subarray(start, start + count * width), c * count * width);
  }
  return part;
}

function putRows(part: FloatArray, x: FloatArray, top: number): void {
  const [channels, count, width] = part.shape;
  for (let c = 0; c < channels; c++) {
    const values = part.data.subarray(c * count * width, (c + 1) * count * width);
    x.data.set(values, (c * x.shape[1] + top) * width);
  }
}
