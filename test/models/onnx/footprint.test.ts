import { expect, it } from 'vitest';
import { graphFootprint } from '../../../models/onnx/footprint.js';
import { TestGraph } from './test-graph.js';

it('counts numbers per pixel: all of them, and the most that are needed at a time', () => {
  const graph = new TestGraph(18);
  const x = graph.input('x', [1, 3, 8, 8]);
  const weights = (...dims: number[]) => graph.weights(dims);
  const full = graph.op('Conv', [x, weights(8, 3, 3, 3)], { pads: [1, 1, 1, 1] }); // 8
  const half = graph.op('Conv', [full, weights(16, 8, 2, 2)], { strides: [2, 2] }); // 16/4 = 4
  const active = graph.op('Relu', [half]); // 4
  const back = graph.op('ConvTranspose', [active, weights(16, 8, 2, 2)], { strides: [2, 2] }); // 8
  const both = graph.op('Concat', [full, back], { axis: 1 }); // 16
  const y = graph.op('Conv', [both, weights(3, 16, 1, 1)]); // 3
  // At the concatenation `full`, `back` and its output are needed.
  expect(graphFootprint(graph.model([y]).graph, 'x', 3)).toEqual({
    alive: 32,
    all: 3 + 8 + 4 + 4 + 8 + 16 + 3,
  });
});
