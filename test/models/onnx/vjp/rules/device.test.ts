/**
 * Rules on another device, against the CPU: operators of devices are not always right, and ConvTranspose is the one
 * that most issues are about. `RULES_ON=cuda` tries all of them on that device. Without it, those of linear operators
 * are tried on WebGPU, which in software takes some seconds for each.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leftToCpu } from '../../../../../models/onnx/beside-webgpu.js';
import type { Model } from '../../../../../models/onnx/graph.js';
import { writeModel } from '../../../../../models/onnx/proto/write.js';
import type { Device } from '../../../../../models/onnx/runtime.js';
import { ChildRuntime } from '../../../../../models/onnx/session.js';
import { hasVulkan } from '../../../software-vulkan.js';
import type { Case } from '../../cases/case.js';
import { elementwiseCases } from '../../cases/elementwise.js';
import { linearCases } from '../../cases/linear.js';
import { networkCases } from '../../cases/networks.js';
import { shapeCases } from '../../cases/shapes.js';
import { difference, runTensors, splitCase } from '../../differentiation.js';

/** Of the largest value. WebGPU's own tangent and arc cosine are off by 3e-5, all else that was seen by 2e-7. */
const tolerance = ({ name }: Case) => (/Tan|Acos/.test(name) ? 1e-4 : 1e-5);

const asked = process.env['RULES_ON'] as Device | undefined;
const device = asked ?? 'webgpu';
const cases = asked
  ? [...elementwiseCases, ...shapeCases, ...linearCases, ...networkCases]
  : linearCases.filter(({ name }) => /^(ConvTranspose|MatMul|Gemm|Einsum)/.test(name));

/** What WebGPU in onnxruntime-node 1.30.0 does not understand, or not in software, which has no float16. */
const refused = ({ name }: Case) =>
  device === 'webgpu' &&
  ((name.startsWith('Einsum') && name.includes('...')) || name === 'Cast to half and back');

/** As a session of a prior is opened. */
const opened = (model: Model) => ({
  device,
  ...(device === 'webgpu' && { onCpu: leftToCpu(writeModel(model)) }),
});

describe.runIf(hasVulkan || device !== 'webgpu')(`on ${device}`, { timeout: 120_000 }, () => {
  let runtime: ChildRuntime;
  beforeAll(async () => {
    runtime = await ChildRuntime.start();
  });
  afterAll(() => runtime.close());

  test.each(cases.map((example) => [example.name, example] as const))('%s', async (_name, example) => {
    const { vjp, inputs, cotangents } = await splitCase(runtime, example);
    if (refused(example)) {
      const run = runTensors(runtime, vjp.forward, inputs, opened(vjp.forward));
      await expect(run).rejects.toThrow(/^ONNX Runtime failed in model: its (Einsum|Cast) .*\.$/);
      return;
    }
    const truth = await runTensors(runtime, vjp.forward, inputs);
    // Both backward graphs start from the same, or kinks would tell them apart.
    const kept = Object.fromEntries(vjp.residuals.map((name) => [name, truth[name]]));
    const fed = { ...kept, ...cotangents };
    const gradients = await runTensors(runtime, vjp.backward, fed);
    const found = {
      ...(await runTensors(runtime, vjp.forward, inputs, opened(vjp.forward))),
      ...(await runTensors(runtime, vjp.backward, fed, opened(vjp.backward))),
    };
    for (const [name, { data, type }] of Object.entries({ ...truth, ...gradients })) {
      if (type !== 'float32') continue;
      expect(difference(found[name].data as Float32Array, data as Float32Array), name).toBeLessThan(
        tolerance(example),
      );
    }
  });
});
