/** Every rule on WebGPU, against the CPU: operators of a device are not always right (ConvTranspose was not). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChildRuntime } from '../../../../../models/onnx/session.js';
import { splitVjp } from '../../../../../models/onnx/vjp/vjp.js';
import { hasVulkan } from '../../../software-vulkan.js';
import type { Case } from '../../cases/case.js';
import { elementwiseCases } from '../../cases/elementwise.js';
import { linearCases } from '../../cases/linear.js';
import { networkCases } from '../../cases/networks.js';
import { shapeCases } from '../../cases/shapes.js';
import { difference, prepared, randomArray, runTensors, shapeOf, tensors } from '../../differentiation.js';
import { TestGraph } from '../../test-graph.js';

/** Of the largest value; transcendental functions of graphics processors are that coarse. */
const TOLERANCE = 2e-3;

const all = [...linearCases, ...networkCases, ...elementwiseCases, ...shapeCases];
const first = ({ name }: Case) => (/transpose/i.test(name) ? 0 : 1);
const cases = [...all].sort((a, b) => first(a) - first(b));

describe.runIf(hasVulkan)('on WebGPU', { timeout: 120_000 }, () => {
  let runtime: ChildRuntime;
  beforeAll(async () => {
    runtime = await ChildRuntime.start();
  });
  afterAll(() => runtime.close());

  test.each(cases.map((example) => [example.name, example] as const))('%s', async (_name, example) => {
    const graph = new TestGraph(example.opset ?? 18);
    const built = example.build(graph);
    const { model, request } = await prepared(
      runtime,
      graph.model(typeof built === 'string' ? [built] : built),
    );
    const vjp = splitVjp(model, request);
    const { spread, centre } = example;
    const inputs = tensors(
      Object.fromEntries(
        request.wrt.map((name, i) => [name, randomArray(shapeOf(request, name), 5 + i, spread, centre)]),
      ),
    );
    const cotangents = Object.fromEntries(
      vjp.outputs.map((name, i) => [vjp.cotangents[name], randomArray(shapeOf(request, name), 99 + i)]),
    );
    const truth = await runTensors(runtime, vjp.forward, inputs);
    // Both backward graphs start from the same, or kinks would tell them apart.
    const kept = Object.fromEntries(vjp.residuals.map((name) => [name, truth[name]]));
    const fed = { ...kept, ...tensors(cotangents) };
    const gradients = await runTensors(runtime, vjp.backward, fed);
    const found = {
      ...(await runTensors(runtime, vjp.forward, inputs, { device: 'webgpu' })),
      ...(await runTensors(runtime, vjp.backward, fed, { device: 'webgpu' })),
    };
    for (const [name, { data, type }] of Object.entries({ ...truth, ...gradients })) {
      if (type !== 'float32') continue;
      expect(difference(found[name].data as Float32Array, data as Float32Array), name).toBeLessThan(
        TOLERANCE,
      );
    }
  });
});
