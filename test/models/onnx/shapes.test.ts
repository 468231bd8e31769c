import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Runtime } from '../../../models/onnx/runtime.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import { inferTypes, withShapes } from '../../../models/onnx/shapes.js';
import { TestGraph } from './test-graph.js';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await ChildRuntime.start();
});

afterAll(() => runtime.close());

describe('inferTypes', () => {
  it('tells type and shape of inputs, weights and every value on the way', async () => {
    const g = new TestGraph(18);
    const x = g.input('x', [2, 5]);
    const w = g.weights([5, 3]);
    const product = g.op('MatMul', [x, w]);
    const places = g.op('ArgMax', [product], { axis: 1, keepdims: 0 });
    const types = await inferTypes(runtime, g.model([places]), 'net.onnx');
    expect(Object.fromEntries(types)).toEqual({
      [x]: { type: 'float32', dims: [2, 5] },
      [w]: { type: 'float32', dims: [5, 3] },
      [product]: { type: 'float32', dims: [2, 3] },
      [places]: { type: 'int64', dims: [2] },
    });
  });
});

describe('withShapes', () => {
  const free = () => {
    const g = new TestGraph(18);
    return g.model([g.op('Relu', [g.input('x', [3])])]);
  };

  it('fixes the shapes of inputs', () => {
    const { graph } = withShapes(free(), { x: [7] }, 'net.onnx');
    expect(graph.inputs).toEqual([{ name: 'x', type: 'float32', dims: [7] }]);
  });

  it('asks for those that the graph leaves free', () => {
    const model = free();
    const inputs = [{ name: 'x', type: 'float32' as const, dims: ['n'] }];
    expect(() => withShapes({ ...model, graph: { ...model.graph, inputs } }, {}, 'net.onnx')).toThrow(
      'Input "x" of net.onnx has shape [n]; expected inputShapes to fix it.',
    );
  });
});
