/** Where a chain begins that restores more of a scene than the picture shows: `operator.frame`. */
import type { LinearOperator } from '../../problems/operator.js';
import { type FloatArray, filled, mapArray } from '../../src/core/array.js';
import { difference } from '../../src/core/vector.js';
import { explaining } from './data-step.js';

/** Weight of the even tone against the measurement, of an operator of norm 1. */
const EVEN = 0.1;

/**
 * The even tone that explains the measurement best, by channel, and what the measurement says besides, smoothly.
 * Beyond the frame the chain keeps what it begins with: were that grey, the edges of a dark picture would turn darker
 * to make up for it.
 * @returns of the operator's input shape.
 */
export async function sceneStart(operator: LinearOperator, measurement: FloatArray): Promise<FloatArray> {
  const start = await evenTone(operator, measurement);
  const residual = difference(measurement, await operator.apply(start));
  const change = await explaining(operator, residual, EVEN);
  return mapArray(start, (value, i) => value + change.data[i]);
}

/** The even tone that explains a measurement best, by channel, of the operator's input shape. */
export async function evenTone(operator: LinearOperator, measurement: FloatArray): Promise<FloatArray> {
  const { inputShape } = operator;
  const [channels] = inputShape;
  let start = filled(inputShape, 0);
  for (let sweep = 0; sweep < 2; sweep++) {
    for (let channel = 0; channel < channels; channel++) {
      const one = channelOf(inputShape, channel);
      const seen = (await operator.apply(one)).data;
      const left = difference(measurement, await operator.apply(start)).data;
      const [product, square] = [inner(seen, left), inner(seen, seen)];
      const tone = square > 0 ? product / square : 0;
      start = mapArray(start, (value, i) => value + tone * one.data[i]);
    }
  }
  return start;
}

/** 1 in one channel, 0 in the others. */
function channelOf(shape: readonly number[], channel: number): FloatArray {
  const pixels = shape[1] * shape[2];
  return mapArray(filled(shape, 1), (_, i) => (Math.floor(i / pixels) === channel ? 1 : 0));
}

function inner(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
