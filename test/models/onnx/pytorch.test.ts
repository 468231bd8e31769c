/** Networks exported from PyTorch, against PyTorch's own outputs and vector-Jacobian products. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differentiate } from '../../../models/onnx/differentiate.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import { ELEMENT_ARRAYS, type ElementType, type Tensor } from '../../../models/onnx/tensor.js';

interface Fixture {
  readonly inputs: readonly { name: string; shape: number[]; type: ElementType; file: string }[];
  readonly outputs: readonly { name: string; shape: number[]; file: string }[];
  readonly cotangents: readonly { output: string; file: string }[];
  readonly gradients: readonly { input: string; shape: number[]; file: string }[];
  readonly wrt: readonly string[];
}

const folder = fileURLToPath(new URL('../../fixtures/onnx/', import.meta.url));
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

let runtime: ChildRuntime;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
});
afterAll(() => runtime.close());

async function values(path: string, type: ElementType, dims: readonly number[]): Promise<Tensor> {
  const bytes = await readFile(path);
  const data = new ELEMENT_ARRAYS[type](
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  );
  return { type, dims, data };
}

/** Largest difference, relative to the largest value expected. */
function error(actual: Tensor, expected: Tensor): number {
  expect(actual.dims).toEqual(expected.dims);
  const a = actual.data as Float32Array;
  const b = expected.data as Float32Array;
  const largest = b.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  return a.reduce((m, v, i) => Math.max(m, Math.abs(v - b[i])), 0) / largest;
}

describe.each(names)('%s', (name) => {
  test('outputs and gradients are those of PyTorch', async () => {
    const path = `${folder}${name}/`;
    const fixture: Fixture = JSON.parse(await readFile(`${path}fixture.json`, 'utf8'));
    const source = { bytes: await readFile(`${path}model.onnx`), path: `${path}model.onnx`, name };
    const feeds: Record<string, Tensor> = {};
    for (const { name: input, type, shape, file } of fixture.inputs) {
      feeds[input] = await values(path + file, type, shape);
    }
    const inputShapes = Object.fromEntries(fixture.inputs.map((input) => [input.name, input.shape]));

    const split = await differentiate(runtime, source, { inputShapes, wrt: fixture.wrt });
    const cotangents: Record<string, Tensor> = {};
    for (const { output, file } of fixture.cotangents) {
      const { shape } = fixture.outputs.find((one) => one.name === output)!;
      cotangents[split.cotangents[output]] = await values(path + file, 'float32', shape);
    }
    const options = { threads: 1, externalDataFolder: split.externalDataFolder };
    const forward = await runtime.open(split.forward, options);
    const backward = await runtime.open(split.backward, options);
    const { outputs, kept } = await forward.run(feeds, { fetch: split.outputs, keep: split.residuals });
    const { outputs: gradients } = await backward.run(cotangents, { kept });
    await kept?.release();
    await forward.release();
    await backward.release();
    for (const { name: output, shape, file } of fixture.outputs) {
      expect(error(outputs[output], await values(path + file, 'float32', shape))).toBeLessThan(2e-5);
    }
    for (const { input, shape, file } of fixture.gradients) {
      const expected = await values(path + file, 'float32', shape);
      expect(error(gradients[split.gradients[input]], expected)).toBeLessThan(5e-5);
    }
  });
});
