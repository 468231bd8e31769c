/** What is reported where operators take more of the scene than the picture shows. */
import { expect, it } from 'vitest';
import { framed } from '../../problems/frame.js';
import type { ForwardOperator } from '../../problems/operator.js';
import { identity } from '../../problems/restoration/denoise.js';
import { floatArray } from '../../src/core/array.js';

const seeing = (frame: ForwardOperator['frame'], shape: number[]): ForwardOperator => ({
  ...identity(shape),
  frame,
});
/** Each pixel holds its row and column. */
const scene = (height: number, width: number) =>
  floatArray(
    Float32Array.from({ length: height * width }, (_, i) => 100 * Math.floor(i / width) + (i % width)),
    [1, height, width],
  );

it('the whole image where no operator has a frame', () => {
  const image = scene(3, 3);
  expect(framed([1, 3, 3], [identity([1, 3, 3])])(image)).toBe(image);
});

it('the window of the operator', () => {
  const report = framed([1, 5, 6], [seeing({ top: 1, left: 2, height: 2, width: 3 }, [1, 5, 6])]);
  const { shape, data } = report(scene(5, 6));
  expect(shape).toEqual([1, 2, 3]);
  expect([...data]).toEqual([102, 103, 104, 202, 203, 204]);
});

it('the window of an operator behind one that halves, in the larger pixels', () => {
  // Behind the halving the image has 4×6 pixels, of which a ring of one is beyond the picture.
  const ring = seeing({ top: 1, left: 1, height: 2, width: 4 }, [1, 4, 6]);
  const report = framed([1, 8, 12], [identity([1, 8, 12]), ring]);
  const { shape, data } = report(scene(8, 12));
  expect(shape).toEqual([1, 4, 8]);
  expect([data[0], data.at(-1)]).toEqual([202, 509]);
});
