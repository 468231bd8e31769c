import { expect, it } from 'vitest';
import { leftToCpu } from '../../../models/onnx/beside-webgpu.js';
import { writeModel } from '../../../models/onnx/proto/write.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import { hasVulkan } from '../software-vulkan.js';
import { TestGraph } from './test-graph.js';

/** The sum of sine and cosine. */
function sines(): { bytes: Uint8Array; y: string } {
  const graph = new TestGraph(18);
  const x = graph.input('x', [256]);
  const y = graph.op('Add', [graph.op('Sin', [x]), graph.op('Cos', [x])]);
  return { bytes: writeModel(graph.model([y])), y };
}

it('sines and cosines are found by their names', () => {
  expect(leftToCpu(sines().bytes)).toEqual(['the Sin_0', 'the Cos_1']);
});

it('so are positions of maxima, antialiasing and slices that go backwards, and no others of their kind', () => {
  const graph = new TestGraph(18);
  const x = graph.input('x', [1, 1, 8, 8]);
  const pool = { kernel_shape: [2, 2], strides: [2, 2] };
  const [most] = graph.ops(2, 'MaxPool', [x], pool);
  const plain = graph.op('MaxPool', [x], pool);
  const slice = (step: number) =>
    graph.op('Slice', [
      x,
      graph.ints([6]),
      graph.ints([step < 0 ? -9 : 9]),
      graph.ints([3]),
      graph.ints([step]),
    ]);
  const resized = (antialias: number) =>
    graph.op('Resize', [x, '', '', graph.ints([1, 1, 4, 4])], { mode: 'linear', antialias });
  const [back, onward, smooth, rough] = [slice(-3), slice(1), resized(1), resized(0)];
  const model = graph.model([most, plain, back, onward, smooth, rough]);
  expect(leftToCpu(writeModel(model))).toEqual([most, back, smooth].map((name) => `the ${name}`));
});

it.runIf(hasVulkan)('are those of the CPU beside WebGPU', { timeout: 120_000 }, async () => {
  const { bytes, y } = sines();
  const data = Float32Array.from({ length: 256 }, (_, i) => i / 20);
  const runtime = await ChildRuntime.start();
  const session = await runtime.open(bytes, { device: 'webgpu', onCpu: leftToCpu(bytes) });
  const { outputs } = await session.run({ x: { type: 'float32', dims: [256], data } });
  await runtime.close();
  // WebGPU's own are off by up to 5e-4.
  for (const [i, x] of data.entries()) expect(outputs[y].data[i]).toBeCloseTo(Math.sin(x) + Math.cos(x), 6);
});
