import { expect, it } from 'vitest';
import { constant } from '../../../../models/onnx/constants.js';
import { int } from '../../../../models/onnx/graph.js';
import { emittedTypes } from '../../../../models/onnx/vjp/emitted-types.js';
import type { ValueTypes } from '../../../../models/onnx/vjp/emitter.js';
import { node } from '../../tiny-models.js';

const types: ValueTypes = new Map([
  ['x', { type: 'float32', dims: [2, 1, 4] }],
  ['b', { type: 'float32', dims: [3, 1] }],
  ['free', { type: 'float32', dims: ['h', 4] }],
]);
const axes = constant('axes', 'int64', [1], [2]);
const shape = constant('shape', 'int64', [1], [8]);
const constants = new Map([axes, shape].map((tensor) => [tensor.name, tensor]));
const typeOf = (...one: Parameters<typeof node>) => emittedTypes([node(...one)], types, constants).get('y');

it('pointwise results are broadcast, conditions are bool, and a cast says its type', () => {
  expect(typeOf('Mul', ['x', 'b'], ['y'])).toEqual({ type: 'float32', dims: [2, 3, 4] });
  expect(typeOf('Greater', ['x', 'b'], ['y'])).toEqual({ type: 'bool', dims: [2, 3, 4] });
  expect(typeOf('Cast', ['x'], ['y'], { to: int(10) })).toEqual({ type: 'float16', dims: [2, 1, 4] });
});

it('sums along axes keep them with size 1, and a shape is taken as it is given', () => {
  expect(typeOf('ReduceSum', ['x', 'axes'], ['y'], { keepdims: int(1) })?.dims).toEqual([2, 1, 1]);
  expect(typeOf('Reshape', ['x', 'shape'], ['y'])?.dims).toEqual([8]);
});

it('of what is not known nothing is said', () => {
  expect(typeOf('Mul', ['x', 'nowhere'], ['y'])).toBeUndefined();
  expect(typeOf('Mul', ['free', 'x'], ['y'])).toBeUndefined();
  expect(typeOf('Conv', ['x', 'b'], ['y'])).toBeUndefined();
});
