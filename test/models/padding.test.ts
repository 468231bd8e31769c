import { describe, expect, test } from 'vitest';
import { cut, pad, padAdjoint, paste, roundUp } from '../../models/padding.js';
import { floatArray, zeros } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { dot } from '../../src/core/vector.js';

const random = keyedRandom(0, 'padded', 0);
const ramp = (channels: number, height: number, width: number) =>
  floatArray(
    Float32Array.from({ length: channels * height * width }, (_, i) => i),
    [channels, height, width],
  );

test('rounds up to the grid', () => {
  expect([roundUp(1, 8), roundUp(8, 8), roundUp(9, 8), roundUp(5, 1)]).toEqual([8, 8, 16, 5]);
});

describe('padding', () => {
  test('mirrors at the bottom and the right without repeating the edge', () => {
    expect([...pad(ramp(1, 2, 3), 4, 5).data]).toEqual([
      ...[0, 1, 2, 1, 0],
      ...[3, 4, 5, 4, 3],
      ...[0, 1, 2, 1, 0],
      ...[3, 4, 5, 4, 3],
    ]);
  });

  test('goes to and fro where the image is smaller than what is missing', () => {
    expect([...pad(ramp(1, 1, 3), 1, 9).data]).toEqual([0, 1, 2, 1, 0, 1, 2, 1, 0]);
    expect([...pad(ramp(2, 1, 1), 2, 3).data]).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
    expect([...pad(ramp(1, 1, 2), 1, 5).data]).toEqual([0, 1, 0, 1, 0]);
  });

  test.each([
    [1, 1, 8, 8],
    [5, 9, 8, 16],
    [2, 3, 8, 8],
    [8, 8, 8, 8],
  ])('of %i×%i to %i×%i has its adjoint', (h, w, height, width) => {
    const x = random('x', h, w).normals([3, h, w]);
    const v = random('v', h, w).normals([3, height, width]);
    const left = dot(pad(x, height, width).data, v.data);
    const right = dot(x.data, padAdjoint(v, h, w).data);
    expect(Math.abs(left - right)).toBeLessThan(1e-5 * Math.max(1, Math.abs(left)));
  });
});

test('cutting out and laying in are adjoint', () => {
  const x = random('image').normals([2, 7, 9]);
  const part = random('part').normals([2, 3, 4]);
  const laid = zeros([2, 7, 9]);
  paste(part, laid, 2, 5);
  expect(dot(cut(x, 2, 5, 3, 4).data, part.data)).toBeCloseTo(dot(x.data, laid.data), 5);
  expect([...cut(ramp(1, 3, 3), 1, 1, 2, 2).data]).toEqual([4, 5, 7, 8]);
});
