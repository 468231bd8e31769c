/**
 * The graphs of the shipped priors against the truth that PyTorch left when it exported them
 * (models/training/graphs.py).
 */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { differentiate } from '../../models/onnx/differentiate.js';
import { readModel } from '../../models/onnx/proto/read.js';
import { ChildRuntime } from '../../models/onnx/session.js';
import type { Tensor, ValueInfo } from '../../models/onnx/tensor.js';
import type { FloatArray } from '../../src/core/array.js';
import { decodeNpz } from '../../src/io/npz.js';

const truths = fileURLToPath(new URL('../fixtures/weights/', import.meta.url));
const weights = fileURLToPath(new URL('../../models/weights/', import.meta.url));
const suffix = '.truth.npz';
const graphs = readdirSync(truths, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith(suffix))
  .map((path) => path.slice(0, -suffix.length));

let runtime: ChildRuntime;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
});
afterAll(() => runtime.close());

function tensor({ data, shape }: FloatArray, { type }: Partial<ValueInfo>): Tensor {
  if (type !== 'int64') return { type: 'float32', dims: shape, data: data as Float32Array };
  return { type, dims: shape, data: BigInt64Array.from(data, (value) => BigInt(value)) };
}

/** Largest difference, relative to the largest value expected. */
function error(actual: Tensor, expected: FloatArray): number {
  expect(actual.dims).toEqual(expected.shape);
  const largest = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const differences = expected.data.map((value, i) => Math.abs(Number(actual.data[i]) - value));
  return differences.reduce((most, value) => Math.max(most, value), 0) / largest;
}

describe.each(graphs)('%s', (name) => {
  test('values and vector-Jacobian products are those of PyTorch', async () => {
    const path = `${weights}${name}.onnx`;
    const bytes = new Uint8Array(await readFile(path));
    const { graph } = readModel(bytes);
    const content = await decodeNpz(new Uint8Array(await readFile(`${truths}${name}${suffix}`)), name);
    const truth = (key: string) => content[key].array;
    const feeds = Object.fromEntries(
      graph.inputs.map((input) => [input.name, tensor(truth(input.name), input)]),
    );

    const session = await runtime.open(path, { threads: 1 });
    const { outputs } = await session.run(feeds);
    await session.release();
    for (const output of graph.outputs) {
      expect(error(outputs[output.name], truth(output.name))).toBeLessThan(2e-5);
    }

    const wrt = graph.inputs.map((input) => input.name).filter((input) => `gradient.${input}` in content);
    if (wrt.length === 0) return;
    const inputShapes = Object.fromEntries(graph.inputs.map(({ name }) => [name, truth(name).shape]));
    const gradient = await differentiate(runtime, { bytes, path, name }, { inputShapes, wrt });
    const options = { threads: 1, externalDataFolder: gradient.externalDataFolder };
    const forward = await runtime.open(gradient.forward, options);
    const backward = await runtime.open(gradient.backward, options);
    const cotangents = Object.entries(gradient.cotangents).map(([output, input]) => [
      input,
      tensor(truth(`cotangent.${output}`), { type: 'float32' }),
    ]);
    const { kept } = await forward.run(feeds, { fetch: gradient.outputs, keep: gradient.residuals });
    const found = await backward.run(Object.fromEntries(cotangents), { kept });
    await kept?.release();
    await forward.release();
    await backward.release();
    for (const input of wrt) {
      expect(error(found.outputs[gradient.gradients[input]], truth(`gradient.${input}`))).toBeLessThan(5e-5);
    }
  });
});
