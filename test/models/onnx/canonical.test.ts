/** What ONNX Runtime makes of a graph before it is differentiated. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalise } from '../../../models/onnx/canonical.js';
import { isExternal, type Model } from '../../../models/onnx/graph.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import { fill, temporaryFolder } from '../../io/folders.js';
import { randomArray, runModel } from './differentiation.js';
import { TestGraph } from './test-graph.js';

let runtime: ChildRuntime;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
});
afterAll(() => runtime.close());

const canonicalOf = (model: Model, shapes: Record<string, number[]>) => {
  const folder = temporaryFolder();
  return canonicalise(runtime, model, shapes, { weights: folder, scratch: folder }, 'net.onnx');
};

/** exp(2·1·x), as [n, everything], the shape being computed from that of x. */
function withArithmetic(): Model {
  const g = new TestGraph(18);
  g.inputs.push({ name: 'x', type: 'float32', dims: ['n', 3, 'w'] });
  const factor = g.op('Mul', [g.scalar(2), g.scalar(1)]);
  const batch = g.op('Gather', [g.op('Shape', ['x']), g.ints([0])]);
  const shape = g.op('Concat', [batch, g.ints([-1])], { axis: 0 });
  return g.model([g.op('Reshape', [g.op('Exp', [g.op('Mul', ['x', factor])]), shape])]);
}

describe('canonicalise', () => {
  it('folds constants and the arithmetic of shapes, and keeps the values', async () => {
    const model = withArithmetic();
    const made = await canonicalOf(model, { x: [2, 3, 4] });
    expect(made.graph.nodes.map(({ opType }) => opType)).toEqual(['Mul', 'Exp', 'Reshape']);
    expect(made.graph.inputs.map(({ dims }) => dims)).toEqual([[2, 3, 4]]);
    const feeds = { x: randomArray([2, 3, 4], 1) };
    expect(await runModel(runtime, made, feeds)).toEqual(await runModel(runtime, model, feeds));
    // They stood in a file that is gone.
    for (const { data } of made.graph.initializers) expect(data).not.toHaveProperty('fileOffset');
  });

  it('inlines functions, those inside them too', async () => {
    const g = new TestGraph(21);
    const x = g.input('x', [1, 4, 3]);
    const model = g.model([
      g.op('GroupNormalization', [x, g.weights([4]), g.weights([4])], { num_groups: 2 }),
    ]);
    const made = await canonicalOf(model, {});
    expect(made.graph.nodes.length).toBeGreaterThan(1);
    expect(made.graph.nodes.some(({ opType }) => opType === 'GroupNormalization')).toBe(false);
  });

  it('leaves weights in another file where they are', async () => {
    const folder = temporaryFolder();
    const values = Float32Array.from({ length: 400 }, (_, i) => i / 400);
    fill(folder, { 'weights.bin': new Uint8Array(values.buffer) });
    const g = new TestGraph(18);
    const model = g.model([g.op('Mul', [g.input('x', [400]), g.constant([], [400])])]);
    const lying = { location: 'weights.bin', offset: 0, length: 1600 };
    const [weight] = model.graph.initializers;
    const graph = { ...model.graph, initializers: [{ ...weight, data: lying }] };
    const folders = { weights: folder, scratch: temporaryFolder() };
    const made = await canonicalise(runtime, { ...model, graph }, {}, folders, 'net.onnx');
    const [{ data }] = made.graph.initializers;
    expect(isExternal(data) && data).toEqual(lying);
  });

  it('asks for the sizes of inputs that the graph leaves free', async () => {
    await expect(canonicalOf(withArithmetic(), {})).rejects.toThrow(
      'Input "x" of net.onnx has shape [n,3,w]; expected inputShapes to fix it.',
    );
  });
});
