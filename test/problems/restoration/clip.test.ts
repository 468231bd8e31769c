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

describe('clip', () => {
  const x = line(-0.1, 0.1, 0.25, 0.6);
  it('is the image times the gain, within [0, 1]', async () => {
    expectClose((await valuesOf('clip:gain=2', x)).data, [0, 0.2, 0.5, 1]);
    expectClose(await slopesOf('clip:gain=2', x), [0, 2, 2, 0]);
    expectClose((await valuesOf('clip', x)).data, [0, 0.2, 0.5, 1]);
  });
});
