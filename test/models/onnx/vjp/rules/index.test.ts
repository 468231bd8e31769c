/** Every differentiation rule, against central differences of a float64 interpreter of the same graph. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChildRuntime } from '../../../../../models/onnx/session.js';
import { upgrade } from '../../../../../models/onnx/upgrade.js';
import { constantOps } from '../../../../../models/onnx/vjp/rules/constant.js';
import { rules } from '../../../../../models/onnx/vjp/rules/index.js';
import { splitVjp } from '../../../../../models/onnx/vjp/vjp.js';
import type { Case } from '../../cases/case.js';
import { elementwiseCases } from '../../cases/elementwise.js';
import { linearCases } from '../../cases/linear.js';
import { networkCases } from '../../cases/networks.js';
import { shapeCases } from '../../cases/shapes.js';
import {
  difference,
  gradientError,
  prepared,
  randomArray,
  runModel,
  runTensors,
  shapeOf,
  tensors,
} from '../../differentiation.js';
import { interpret, kernels } from '../../interpreter64/index.js';
import { TestGraph } from '../../test-graph.js';

/** Nothing fused, so that equal formulas give equal bits. */
const plain = { optimisation: 'disabled' } as const;

let runtime: ChildRuntime;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
});
afterAll(() => runtime.close());

const families = {
  elementwise: elementwiseCases,
  shapes: shapeCases,
  linear: linearCases,
  networks: networkCases,
};

function modelOf(example: Case) {
  const graph = new TestGraph(example.opset ?? 18);
  const outputs = example.build(graph);
  return graph.model(typeof outputs === 'string' ? [outputs] : outputs);
}

describe.each(Object.entries(families))('%s', (_, cases) => {
  test.each(cases.map((example) => [example.name, example] as const))('%s', async (_name, example) => {
    const original = modelOf(example);
    const { model, request } = await prepared(runtime, original);
    const vjp = splitVjp(model, request);
    expect(vjp.outputs.length).toBeGreaterThan(0);
    const { spread, centre, tolerance = 1e-5 } = example;
    const inputs = Object.fromEntries(
      request.wrt.map((name, i) => [name, randomArray(shapeOf(request, name), 5 + i, spread, centre)]),
    );
    const cotangents = Object.fromEntries(
      vjp.outputs.map((name, i) => [name, randomArray(shapeOf(request, name), 99 + i)]),
    );
    const forward = await runModel(runtime, vjp.forward, inputs, plain);
    const kept = Object.fromEntries([
      ...vjp.residuals.map((name) => [name, forward[name]]),
      ...vjp.outputs.map((name) => [vjp.cotangents[name], tensors(cotangents)[name]]),
    ]);
    const backward = await runTensors(runtime, vjp.backward, kept, plain);

    const truth = interpret(model, inputs);
    const asWritten = await runModel(runtime, original, inputs, plain);
    for (const name of vjp.outputs) {
      expect(forward[name].dims).toEqual(truth[name].dims);
      expect(difference(forward[name].data as Float32Array, truth[name].data), 'forward').toBeLessThan(
        tolerance,
      );
      expect(forward[name].data, 'forward of the model as it was').toEqual(asWritten[name].data);
    }
    const gradients = Object.fromEntries(
      request.wrt.map((name) => [name, backward[vjp.gradients[name]].data as Float32Array]),
    );
    for (const name of request.wrt) expect(gradients[name].length).toBe(inputs[name].data.length);

    expect(gradientError(model, inputs, cotangents, gradients), 'gradient').toBeLessThan(tolerance);
  });
});

test('every rule has a case, and every op of a case a kernel in the interpreter', () => {
  const used = new Set(
    Object.values(families).flatMap((cases) =>
      cases.flatMap((example) =>
        upgrade(modelOf(example), example.name).graph.nodes.map(({ opType }) => opType),
      ),
    ),
  );
  // ONNX Runtime makes this one; the case "RMS normalisation written out" goes through it when it is canonicalised.
  const made = ['SimplifiedLayerNormalization'];
  expect(Object.keys(rules).filter((op) => !used.has(op) && !made.includes(op))).toEqual([]);
  expect([...used].filter((op) => !(op in kernels))).toEqual([]);
  expect(Object.keys(rules).filter((op) => constantOps.has(op))).toEqual([]);
});
