import { describe, expect, it } from 'vitest';
import { type FloatArray, floatArray } from '../../../src/core/array.js';
import { operatorOf } from '../sound.js';

const line = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);

const valuesOf = (text: string, x: FloatArray) => operatorOf(text, x.shape).apply(x);

async function slopesOf(text: string, x: FloatArray): Promise<number[]> {
  const { pullback } = await operatorOf(text, x.shape).linearize(x);
  return [...(await pullback(floatArray(new Float32Array(x.data.length).fill(1), x.shape))).data];
}

function expectClose(found: ArrayLike<number>, expected: number[]): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 6);
}

describe('quantize', () => {
  const x = line(-0.2, 0.16, 0.17, 0.49, 0.51, 0.9, 1.3);
  it('rounds to the nearest of 2^bits levels', async () => {
    expectClose((await valuesOf('quantize:bits=2', x)).data, [0, 0, 1 / 3, 1 / 3, 2 / 3, 1, 1]);
    expectClose((await valuesOf('quantize:bits=1', x)).data, [0, 0, 0, 0, 1, 1, 1]);
  });
  it('has the gradient of clipping alone', async () => {
    expectClose(await slopesOf('quantize:bits=2', x), [0, 1, 1, 1, 1, 1, 0]);
  });
});
