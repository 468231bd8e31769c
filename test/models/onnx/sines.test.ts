import { expect, it } from 'vitest';
import { writeModel } from '../../../models/onnx/proto/write.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import { sinesIn } from '../../../models/onnx/sines.js';
import { hasVulkan } from '../software-vulkan.js';
import { TestGraph } from './test-graph.js';

/** The sum of sine and cosine. */
function sines(): { bytes: Uint8Array; y: string } {
  const graph = new TestGraph(18);
  const x = graph.input('x', [256]);
  const y = graph.op('Add', [graph.op('Sin', [x]), graph.op('Cos', [x])]);
  return { bytes: writeModel(graph.model([y])), y };
}

it('are found by their names', () => {
  expect(sinesIn(sines().bytes)).toEqual(['the Sin_0', 'the Cos_1']);
});

it.runIf(hasVulkan)('are those of the CPU beside WebGPU', { timeout: 120_000 }, async () => {
  const { bytes, y } = sines();
  const data = Float32Array.from({ length: 256 }, (_, i) => i / 20);
  const runtime = await ChildRuntime.start();
  const session = await runtime.open(bytes, { device: 'webgpu', onCpu: sinesIn(bytes) });
  const { outputs } = await session.run({ x: { type: 'float32', dims: [256], data } });
  await runtime.close();
  // WebGPU's own are off by up to 5e-4.
  for (const [i, x] of data.entries()) expect(outputs[y].data[i]).toBeCloseTo(Math.sin(x) + Math.cos(x), 6);
});
