/** Operators of one's own: JavaScript modules and ONNX graphs, from a file to a sound operator. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { int, ints } from '../../../models/onnx/graph.js';
import { checkOperator } from '../../../problems/check.js';
import { bind } from '../../../problems/index.js';
import { isLinear } from '../../../problems/operator.js';
import { floatArray, zeros } from '../../../src/core/array.js';
import { readProblem, readSpecFiles, type SpecFiles } from '../../../src/load/problem-files.js';
import { float32, model, node } from '../../models/tiny-models.js';
import { expectSameMatrix, expectSound, linearOperatorOf } from '../sound.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retrodict-own-'));
});

afterAll(async () => {
  for (const files of opened) await files.close();
  await rm(folder, { recursive: true });
});

const opened: SpecFiles[] = [];

async function bound(spec: string, size: { imageShape: number[] } | { measurementShape: number[] }) {
  const parsed = await readProblem(spec, 'gaussian:sigma=0.1');
  const files = await readSpecFiles(parsed);
  opened.push(files);
  return bind(parsed, size, files);
}

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const declared = (name: string, dims: (number | string)[]) => ({ name, type: 'float32' as const, dims });

/** A convolution with a lopsided kernel, of stride 1 or 2, and what may follow it. */
function convolution(input: (number | string)[], output: (number | string)[], squared = false, stride = 1) {
  const attributes = new Map(
    Object.entries({ pads: ints([1, 1, 1, 1]), strides: ints([stride, stride]), group: int(1) }),
  );
  const convolve = node('Conv', ['x', 'kernel'], [squared ? 'z' : 'y'], Object.fromEntries(attributes));
  return model({
    nodes: squared ? [convolve, node('Mul', ['z', 'z'], ['y'])] : [convolve],
    inputs: [declared('x', input)],
    outputs: [declared('y', output)],
    initializers: [
      float32(
        'kernel',
        [1, 1, 3, 3],
        [1, 2, 3, 4, 5, 6, 7, 8, 10].map((v) => v / 46),
      ),
    ],
  });
}

const files = {
  '0.kernel': floatArray(Float32Array.from([10, 8, 7, 6, 5, 4, 3, 2, 1].map((v) => v / 46)), [3, 3]),
};

describe('module', () => {
  it('notices weights that change while the graph’s file stays, in its values, gradient and hash', async () => {
    const bytes = (w: number) => new Uint8Array(Float32Array.of(w, w).buffer);
    const graph = model({
      nodes: [node('Mul', ['x', 'w'], ['y'])],
      inputs: [{ name: 'x', type: 'float32', dims: [2, 'h', 2] }],
      outputs: [{ name: 'y', type: 'float32', dims: [2, 'h', 2] }],
      initializers: [
        { name: 'w', type: 'float32', dims: [2], data: { location: 'w.bin', offset: 0, length: 8 } },
      ],
    });
    const path = await write('weighted.onnx', graph);
    const found: { gradient: number; hash: string }[] = [];
    for (const w of [2, 3]) {
      await write('w.bin', bytes(w));
      const spec = await readProblem(`onnx:file=${path},linear`, 'gaussian:sigma=0.1');
      const files = await readSpecFiles(spec);
      opened.push(files);
      const { operator } = bind(spec, { imageShape: [2, 3, 2] }, files);
      const { pullback } = await operator.linearize(zeros([2, 3, 2]));
      const ones = floatArray(new Float32Array(12).fill(1), [2, 3, 2]);
      found.push({ gradient: (await pullback(ones)).data[0], hash: files.hashes['0.file'] });
    }
    expect(found.map(({ gradient }) => gradient)).toEqual([2, 3]);
    expect(found[0].hash).not.toBe(found[1].hash);
  });
});

describe('onnx', () => {
  it('is linear where told, of any size where the graph is', async () => {
    const path = await write('convolution.onnx', convolution(['n', 1, 'h', 'w'], ['n', 1, 'h', 'w']));
    const { operator } = await bound(`onnx:file=${path},linear`, { measurementShape: [1, 6, 5] });
    expect(isLinear(operator)).toBe(true);
    await expectSound(operator);
    // Graphs correlate where a blur convolves.
    await expectSameMatrix(operator, linearOperatorOf('blur:kernel=k.npy,border=zero', [1, 6, 5], files));
    const other = await bound(`onnx:file=${path},linear`, { imageShape: [1, 3, 4] });
    await expectSound(other.operator);
  });

  it('has vector-Jacobian products where it is not linear', async () => {
    const path = await write('squares.onnx', convolution([1, 1, 6, 5], [1, 1, 6, 5], true));
    const { operator } = await bound(`onnx:file=${path}`, { imageShape: [1, 6, 5] });
    expect(isLinear(operator)).toBe(false);
    await expectSound(operator);
    const lie = await bound(`onnx:file=${path},linear`, { imageShape: [1, 6, 5] });
    const failed = (await checkOperator(lie.operator)).filter(({ ok }) => !ok).map(({ check }) => check);
    expect(failed).toContain('linearity: A(ax + bz) = aAx + bAz');
  });

  it('is told the shapes that the graph leaves open', async () => {
    const path = await write('halves.onnx', convolution([1, 1, 'h', 'w'], [1, 1, 'h2', 'w2'], false, 2));
    const spec = `onnx:file=${path},linear,image=1x6x8,output=1x3x4`;
    const { operator } = await bound(spec, { measurementShape: [1, 3, 4] });
    await expectSound(operator);
    await expect(bound(`onnx:file=${path}`, { imageShape: [1, 6, 8] })).rejects.toThrow(
      'halves.onnx: its measurement has the free axis "h2"; the option output has to say its shape',
    );
    await expect(bound(`onnx:file=${path}`, { measurementShape: [1, 3, 4] })).rejects.toThrow(
      'the option image',
    );
    const wrong = await bound(`onnx:file=${path},output=1x3x3`, { imageShape: [1, 6, 8] });
    await expect((async () => wrong.operator.apply(zeros([1, 6, 8])))()).rejects.toThrow('expected 1×3×3');
  });

  it('gives its thread back when it is closed', async () => {
    const path = await write('closed.onnx', convolution([1, 1, 6, 5], [1, 1, 6, 5]));
    const { operator } = await bound(`onnx:file=${path}`, { imageShape: [1, 6, 5] });
    await operator.apply(zeros([1, 6, 5]));
    await opened.at(-1)!.close();
    await expect((async () => operator.apply(zeros([1, 6, 5])))()).rejects.toThrow('was closed');
  });

  it('refuses other images and what is no graph', async () => {
    const path = await write('fixed.onnx', convolution([1, 1, 6, 5], [1, 1, 6, 5]));
    await expect(bound(`onnx:file=${path}`, { imageShape: [3, 6, 5] })).rejects.toThrow(
      'fixed.onnx takes images of 1×6×5, but the image is 3×6×5',
    );
    const text = await write('text.onnx', 'no graph');
    await expect(bound(`onnx:file=${text}`, { imageShape: [1, 6, 5] })).rejects.toThrow('does not open');
  });
});
