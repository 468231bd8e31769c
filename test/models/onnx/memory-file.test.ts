import { closeSync, ftruncateSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { openMemoryFile, put, take } from '../../../models/onnx/memory-file.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import type { Tensor } from '../../../models/onnx/tensor.js';
import { model, node } from '../tiny-models.js';

const linux = process.platform === 'linux';

function opened(): number {
  const file = openMemoryFile()!;
  onTestFinished(() => closeSync(file));
  return file;
}

const values = Float32Array.from({ length: 3000 }, (_, i) => Math.sin(i));
const large: Tensor = { type: 'float32', dims: [3, 1000], data: values };
const others: Record<string, Tensor> = {
  bits: { type: 'float16', dims: [5001], data: Uint16Array.from({ length: 5001 }, (_, i) => i) },
  whole: { type: 'int64', dims: [700], data: BigInt64Array.from({ length: 700 }, (_, i) => -BigInt(i)) },
  double: { type: 'float64', dims: [4000], data: Float64Array.from({ length: 4000 }, (_, i) => 1 / i) },
  level: { type: 'float32', dims: [1], data: Float32Array.of(7) },
};

test.runIf(linux)('tensors come out of the file as they were put in, small ones of the message', () => {
  const file = opened();
  const passed = put(file, { large, ...others });
  expect(Object.values(passed).map(({ data }) => data.length)).toEqual([0, 0, 0, 0, 1]);
  expect(take(file, passed)).toEqual({ large, ...others });
});

test.runIf(linux)('what was taken stays when others are put there', () => {
  const file = opened();
  const { large: taken } = take(file, put(file, { large }));
  put(file, { large: { ...large, data: new Float32Array(3000).fill(9) } });
  expect(taken).toEqual(large);
});

test.runIf(linux)('parts of a buffer, and shared memory, are put there as they are', () => {
  const file = opened();
  const shared = new Float32Array(new SharedArrayBuffer(4 * 3001)).subarray(1);
  shared.set(values);
  const view: Tensor = { ...large, data: shared };
  const part: Tensor = { type: 'float32', dims: [2000], data: values.subarray(500, 2500) };
  const taken = take(file, put(file, { view, part }));
  expect(taken.view.data).toEqual(values);
  expect(taken.part.data).toEqual(values.slice(500, 2500));
});

test('without a file, or without room in it, tensors go by themselves', () => {
  const full = openSync(process.execPath, 'r');
  onTestFinished(() => closeSync(full));
  for (const file of [undefined, full]) {
    const passed = put(file, { large });
    expect(passed).toEqual({ large });
    const { data } = take(file, passed).large;
    expect(data).toEqual(values);
    expect(data.buffer).not.toBe(values.buffer);
  }
});

test.runIf(linux)('a file that was cut short is told', () => {
  const file = opened();
  const passed = put(file, { large });
  ftruncateSync(file, 8000);
  expect(() => take(file, passed)).toThrow('ends before the tensor');
});

const DOUBLE = model({
  nodes: [node('Add', ['x', 'x'], ['y'])],
  inputs: [{ name: 'x', type: 'float32', dims: ['n', 'm'] }],
  outputs: [{ name: 'y', type: 'float32', dims: ['n', 'm'] }],
});

/** What this process holds of such files: a name that ends in "(deleted)" is none any more. */
function held(): string[] {
  const targets = readdirSync('/proc/self/fd').map((file) => {
    try {
      return readlinkSync(`/proc/self/fd/${file}`);
    } catch {
      return ''; // The one that the folder was read with.
    }
  });
  return targets.filter((target) => target.startsWith('/dev/shm/retrodict'));
}

test.runIf(linux)('a runtime holds one file, which has no name, until it is closed', async () => {
  const runtime = await ChildRuntime.start();
  const double = await runtime.open(DOUBLE);
  const { outputs } = await double.run({ x: large });
  expect(outputs.y.data).toEqual(values.map((value) => 2 * value));
  expect(held()).toEqual([expect.stringMatching(/ \(deleted\)$/)]);
  await runtime.close();
  expect(held()).toEqual([]);
});
