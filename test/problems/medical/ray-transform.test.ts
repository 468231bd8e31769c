import { describe, expect, it } from 'vitest';
import { type Ray, rayTransform } from '../../../problems/medical/ray-transform.js';
import { filled, floatArray } from '../../../src/core/array.js';
import { expectSound } from '../sound.js';

const down = (x: number): Ray => ({ x, y: 0, dx: 0, dy: 1 });
const across = (y: number): Ray => ({ x: 0, y, dx: 2, dy: 0 });

describe('line integrals', () => {
  it('along rows and columns are their sums, in units of the longer side', async () => {
    const image = floatArray(Float32Array.of(1, 2, 3, 4, 5, 6), [1, 2, 3]);
    const rays = [down(0), down(2), across(0), across(1)];
    const { data } = await rayTransform([1, 2, 3], rays, [4]).apply(image);
    expect([...data]).toEqual([5, 9, 6, 15].map((sum) => expect.closeTo(sum / 3, 6)));
  });

  it('between two columns is their mean', async () => {
    const image = floatArray(Float32Array.of(1, 2, 3, 4), [1, 2, 2]);
    const { data } = await rayTransform([1, 2, 2], [down(0.25)], [1]).apply(image);
    expect(data[0]).toBeCloseTo((0.75 * (1 + 3) + 0.25 * (2 + 4)) / 2, 6);
  });

  it.each([
    [1, 1],
    [1, -1],
    [-1, 1],
    [0.5, 1],
    [1, -0.25],
  ])('through a flat image along (%d, %d) are as long as the ray in it', async (dx, dy) => {
    const side = 9;
    const middle = (side - 1) / 2;
    const ray = { x: middle, y: middle, dx, dy };
    const { data } = await rayTransform([1, side, side], [ray], [1]).apply(filled([1, side, side], 1));
    const [long, short] = [Math.max(Math.abs(dx), Math.abs(dy)), Math.min(Math.abs(dx), Math.abs(dy))];
    expect(data[0]).toBeCloseTo(Math.hypot(1, short / long), 5);
  });

  it('beside the image are nothing', async () => {
    const { data } = await rayTransform([1, 4, 4], [down(9), across(-3)], [2]).apply(filled([1, 4, 4], 1));
    expect([...data]).toEqual([0, 0]);
  });
});

it('rays at odd angles, some of them mirror images of others: adjoint and norm', async () => {
  const rays = Array.from({ length: 24 }, (_, i) => {
    const angle = (2 * Math.PI * i) / 24;
    return { x: 3 + (i % 3), y: 4, dx: Math.cos(angle), dy: Math.sin(angle) };
  });
  await expectSound(rayTransform([2, 9, 7], rays, [4, 6]));
});
