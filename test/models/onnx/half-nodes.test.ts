/** Which nodes are computed in float16. */
import { expect, test } from 'vitest';
import { answersOf, halfNodes, numbersOf } from '../../../models/onnx/half-nodes.js';
import { node } from '../tiny-models.js';
import { TestGraph } from './test-graph.js';

const halvesOf = (graph: TestGraph, output: string, given: readonly string[] = []) =>
  halfNodes(graph.model([output]).graph, given).map(({ opType }) => opType);

test('what depends on an image is, what depends on the level alone is not', () => {
  const graph = new TestGraph(18);
  const [x, t] = [graph.input('x', [1, 1, 2, 2]), graph.input('t', [1])];
  const scale = graph.op('Mul', [t, graph.scalar(2)]);
  expect(halvesOf(graph, graph.op('Relu', [graph.op('Add', [x, scale])]))).toEqual(['Add', 'Relu']);
});

test('powers, quotients, sizes, counts and constants that would vanish are not', () => {
  const graph = new TestGraph(18);
  const x = graph.input('x', [1, 2, 2]);
  const root = graph.op('Sqrt', [graph.op('Add', [graph.op('Pow', [x, x]), graph.scalar(1e-12)])]);
  const quotient = graph.op('Div', [x, root]);
  const length = graph.op('Concat', [graph.op('Shape', [x]), graph.ints([1])], { axis: 0 });
  const where = graph.op('Where', [graph.op('Greater', [x, x]), quotient, x]);
  expect(halvesOf(graph, graph.op('Reshape', [where, length]))).toEqual(['Where', 'Reshape']);
});

test('sizes that are computed with are not', () => {
  const graph = new TestGraph(18);
  const x = graph.input('x', [1, 2, 2]);
  // Float16 has no 2049.
  const size = graph.op('Mul', [graph.op('Cast', [graph.op('Shape', [x])], { to: 1 }), graph.scalar(2)]);
  const y = graph.op('Resize', [x, '', '', graph.op('Cast', [size], { to: 7 })]);
  expect(halvesOf(graph, y)).toEqual(['Resize']);
});

test('an input that is given as float16 is a number, too', () => {
  const graph = new TestGraph(18);
  const x = graph.input('x', [1, 2, 2], 'float16');
  const y = graph.op('Neg', [x]);
  expect(halvesOf(graph, y)).toEqual([]);
  expect(halvesOf(graph, y, ['x'])).toEqual(['Neg']);
});

test('places among inputs and answers are told from numbers', () => {
  expect(numbersOf(node('Pad', ['x', 'pads', 'value'], ['y']))).toEqual([0, 2]);
  expect(numbersOf(node('Conv', ['x', 'w'], ['y']))).toEqual([0, 1]);
  expect(numbersOf(node('Clip', ['x', '', 'most'], ['y']))).toEqual([0, 2]);
  expect(answersOf(node('MaxPool', ['x'], ['y', 'places']))).toEqual(['y']);
  expect(answersOf(node('Split', ['x'], ['y', 'z']))).toEqual(['y', 'z']);
});
