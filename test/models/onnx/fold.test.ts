/** Constant folding by the runtime, against ONNX Runtime's own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folded } from '../../../models/onnx/fold.js';
import type { Model } from '../../../models/onnx/graph.js';
import type { Runtime } from '../../../models/onnx/runtime.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import { difference, randomArray, runModel } from './differentiation.js';
import { TestGraph } from './test-graph.js';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
});
afterAll(() => runtime.close());

const ops = ({ graph }: Model) => graph.nodes.map(({ opType }) => opType);

async function same(before: Model, after: Model, dims: readonly number[]): Promise<void> {
  const x = randomArray(dims, 7);
  const options = { optimisation: 'disabled' } as const;
  const [truth, found] = [
    await runModel(runtime, before, { x }, options),
    await runModel(runtime, after, { x }, options),
  ];
  const [name] = Object.keys(truth);
  expect(found[name].dims).toEqual(truth[name].dims);
  expect(difference(found[name].data as Float32Array, truth[name].data as Float32Array)).toBe(0);
}

describe('folded', () => {
  it('computes what shapes alone decide', async () => {
    const g = new TestGraph(18);
    const x = g.input('x', [2, 3, 4]);
    const first = g.op('Slice', [
      g.op('Shape', [x]),
      g.constant([0], [1], 'int64'),
      g.constant([1], [1], 'int64'),
    ]);
    const model = g.model([
      g.op('Reshape', [x, g.op('Concat', [first, g.constant([-1], [1], 'int64')], { axis: 0 })]),
    ]);
    const made = await folded(runtime, model, 'net.onnx');
    expect(ops(made)).toEqual(['Reshape']);
    await same(model, made, [2, 3, 4]);
  });

  it('computes weights from weights, and leaves what the input decides', async () => {
    const g = new TestGraph(18);
    const x = g.input('x', [2, 5]);
    const weights = g.op('Transpose', [g.op('Exp', [g.weights([3, 5])])], { perm: [1, 0] });
    const model = g.model([g.op('Relu', [g.op('MatMul', [x, weights])])]);
    const made = await folded(runtime, model, 'net.onnx');
    expect(ops(made)).toEqual(['MatMul', 'Relu']);
    await same(model, made, [2, 5]);
  });

  it('takes random numbers for no constants', async () => {
    const g = new TestGraph(18);
    const x = g.input('x', [4]);
    const noise = g.op('RandomNormalLike', [g.weights([4])]);
    const made = await folded(runtime, g.model([g.op('Add', [x, noise])]), 'net.onnx');
    expect(ops(made)).toEqual(['RandomNormalLike', 'Add']);
  });
});
