/** Operators that are functions for TensorFlow.js: against our own, against differences, and what they leave behind. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkOperator } from '../../../problems/check.js';
import { bind } from '../../../problems/index.js';
import { isLinear } from '../../../problems/operator.js';
import { tensorflowOperator } from '../../../problems/own/tensorflow.js';
import { floatArray, zeros } from '../../../src/core/array.js';
import { UsageError } from '../../../src/core/errors.js';
import { readProblem, readSpecFiles } from '../../../src/load/problem-files.js';
import { expectSameMatrix, expectSound, linearOperatorOf } from '../sound.js';
import { tf } from './tensorflow-gradients.js';

const imageShape = [2, 6, 5];
const values = [1, 2, 3, 4, 5, 6, 7, 8, 10].map((v) => v / 46);

/** A convolution with a lopsided kernel, zero beyond the border, of the channels one by one. */
function blur(x: Tensor): Tensor {
  const kernel = tf.tensor4d([...values].reverse(), [3, 3, 1, 1]); // TensorFlow correlates
  return tf.squeeze(tf.conv2d(tf.expandDims(x, 3) as Tensor4D, kernel, 1, 'same'), [3]);
}

describe('tensorflowOperator', () => {
  it('with a linear function is the same operator as ours, forth and back', async () => {
    const operator = tensorflowOperator({ tf, imageShape, forward: blur, linear: true });
    expect(operator.outputShape).toEqual(imageShape);
    expect(isLinear(operator)).toBe(true);
    await expectSound(operator);
    const files = { '0.kernel': floatArray(Float32Array.from(values), [3, 3]) };
    await expectSameMatrix(operator, linearOperatorOf('blur:kernel=k.npy,border=zero', imageShape, files));
  });

  it('has vector-Jacobian products that differences confirm, wherever it is not linear', async () => {
    const operator = tensorflowOperator({ tf, imageShape, forward: (x) => tf.square(blur(x)) });
    expect(isLinear(operator)).toBe(false);
    await expectSound(operator);
    const x = floatArray(new Float32Array(60).fill(0.5), imageShape);
    const { pullback } = await operator.linearize(x);
    const unit = zeros(imageShape);
    unit.data[12] = 1; // the middle of row 2: 2·(x ∗ k)·k, turned
    const gradient = (await pullback(unit)).data;
    expect([...gradient.slice(6, 9), ...gradient.slice(11, 14), ...gradient.slice(16, 19)]).toEqual(
      [...values].reverse().map((value) => expect.closeTo(value, 6)),
    );
  });

  it('may measure another shape, and complex values', async () => {
    const forward = (x: Tensor) => tf.reshape(x, [30, 2]);
    const operator = tensorflowOperator({ tf, imageShape, forward, linear: true, field: 'complex' });
    expect(operator).toMatchObject({ inputShape: imageShape, outputShape: [30, 2], field: 'complex' });
    await expectSound(operator);
    expect(() => tensorflowOperator({ tf, imageShape, forward: blur, field: 'complex' }, 'op.js')).toThrow(
      'op.js gives shape [2,6,5], expected a last axis of 2',
    );
  });

  it('leaves no tensor behind, also where it fails', async () => {
    const before = tf.memory().numTensors;
    await checkOperator(tensorflowOperator({ tf, imageShape, forward: blur, linear: true }));
    expect(() => tensorflowOperator({ tf, imageShape, forward: (x) => tf.sum(x) })).toThrow(UsageError);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says what TensorFlow.js cannot differentiate', async () => {
    const operator = tensorflowOperator({ tf, imageShape, forward: (x) => tf.floor(blur(x)) });
    const { pullback } = await operator.linearize(zeros(imageShape));
    await expect(async () => pullback(zeros(imageShape))).rejects.toThrow(
      'operator cannot be differentiated by TensorFlow.js: Cannot compute gradient',
    );
  });

  it('does not share memory with what it is given', async () => {
    const operator = tensorflowOperator({ tf, imageShape, forward: (x) => x, linear: true });
    const x = zeros(imageShape);
    const y = await operator.apply(x);
    x.data[0] = 1;
    expect(y.data[0]).toBe(0);
  });

  it('refuses what gives no tensor', () => {
    const nothing = (() => undefined) as unknown as (x: Tensor) => Tensor;
    const later = (async (x: Tensor) => x) as unknown as (x: Tensor) => Tensor;
    expect(() => tensorflowOperator({ tf, imageShape, forward: nothing })).toThrow('gives undefined');
    expect(() => tensorflowOperator({ tf, imageShape, forward: later })).toThrow('gives a promise');
  });
});

describe('tensorflow:file=', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retrodict-tensorflow-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function bound(name: string, content: string) {
    const path = join(folder, name);
    await writeFile(path, content);
    const spec = await readProblem(`tensorflow:file=${path}`, 'gaussian:sigma=0.1');
    return bind(spec, { measurementShape: [1, 4, 5] }, await readSpecFiles(spec));
  }

  it('says what to install where TensorFlow.js is not', async () => {
    await expect(
      bound('nothing.mjs', 'export const create = () => ({ forward: (x) => x });'),
    ).rejects.toThrow('npm install @tensorflow/tfjs');
  });

  it('is an operator from a file that finds TensorFlow.js installed beside it', async () => {
    const installed = join(folder, 'node_modules', '@tensorflow', 'tfjs');
    await mkdir(installed, { recursive: true });
    const core = pathToFileURL(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core'));
    await writeFile(join(installed, 'index.mjs'), `export * from '${core}';`);
    await writeFile(join(installed, 'package.json'), '{"name": "@tensorflow/tfjs", "main": "index.mjs"}');
    const { operator, imageShape } = await bound(
      'squares.mjs',
      `export const imageShape = ([c, h, w]) => [w, c, h];
       export const create = (shape, tf) => ({ forward: (x) => tf.square(tf.reshape(x, [1, 4, 5])) });`,
    );
    expect(imageShape).toEqual([5, 1, 4]);
    await expectSound(operator);
  });

  it('says what a file should export', async () => {
    await expect(bound('empty.mjs', 'export const forward = 1;')).rejects.toThrow(
      'exports no operator: expected `export function create(imageShape, tf)`',
    );
  });
});
