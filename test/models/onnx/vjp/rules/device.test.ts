/**
 * Rules on another device, against the CPU: operators of devices are not always right, and ConvTranspose is the one
 * that most issues are about. `RULES_ON=cuda` tries all of them on that device. Without it, those of linear operators
 * are tried on WebGPU, which in software takes some seconds for each.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Device } from '../../../../../models/onnx/runtime.js';
import { ChildRuntime } from '../../../../../models/onnx/session.js';
import { hasVulkan } from '../../../software-vulkan.js';
import type { Case } from '../../cases/case.js';
import { elementwiseCases } from '../../cases/elementwise.js';
import { linearCases } from '../../cases/linear.js';
import { networkCases } from '../../cases/networks.js';
import { shapeCases } from '../../cases/shapes.js';
import { difference, runTensors, splitCase } from '../../differentiation.js';

/** Of the largest value; 2e-7 was the most that was seen. */
const TOLERANCE = 1e-5;

const asked = process.env['RULES_ON'] as Device | undefined;
const device = asked ?? 'webgpu';
const cases = asked
  ? [...elementwiseCases, ...shapeCases, ...linearCases, ...networkCases]
  : linearCases.filter(({ name }) => /^(ConvTranspose|MatMul|Gemm|Einsum)/.test(name));

/** What WebGPU in onnxruntime-node 1.30.0 does not understand. */
const refused = ({ name }: Case) => device === 'webgpu' && name.startsWith('Einsum') && name.includes('...');

describe.runIf(hasVulkan || device !== 'webgpu')(`on ${device}`, { timeout: 120_000 }, () => {
  let runtime: ChildRuntime;
  beforeAll(async () => {
    runtime = await ChildRuntime.start();
  });
  afterAll(() => runtime.close());

  test.each(cases.map((example) => [example.name, example] as const))('%s', async (_name, example) => {
    const { vjp, inputs, cotangents } = await splitCase(runtime, example);
    if (refused(example)) {
      const run = runTensors(runtime, vjp.forward, inputs, { device });
      await expect(run).rejects.toThrow(/^ONNX Runtime failed in model: its Einsum .*\.$/);
      return;
    }
    const truth = await runTensors(runtime, vjp.forward, inputs);
    // Both backward graphs start from the same, or kinks would tell them apart.
    const kept = Object.fromEntries(vjp.residuals.map((name) => [name, truth[name]]));
    const fed = { ...kept, ...cotangents };
    const gradients = await runTensors(runtime, vjp.backward, fed);
    const found = {
      ...(await runTensors(runtime, vjp.forward, inputs, { device })),
      ...(await runTensors(runtime, vjp.backward, fed, { device })),
    };
    for (const [name, { data, type }] of Object.entries({ ...truth, ...gradients })) {
      if (type !== 'float32') continue;
      expect(difference(found[name].data as Float32Array, data as Float32Array), name).toBeLessThan(
        TOLERANCE,
      );
    }
  });
});
