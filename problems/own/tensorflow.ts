/** Operators of one's own, as functions for TensorFlow.js, which differentiates them. */

import { z } from 'zod';
import { requireMethods } from '../../src/core/arguments.js';
import { type FloatArray, floatArray, type Shape, zeros } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { LoadedOperator, OperatorFamily } from '../family.js';
import { type ForwardOperator, withLinearization } from '../operator.js';
import { isShape, loadedFile, notLoaded } from './module.js';

/** What is used of a tensor. */
export interface TensorFlowTensor {
  readonly shape: readonly number[];
  /** Its values, in order. */
  data(): Promise<ArrayLike<number>>;
  /** Gives its memory back. */
  dispose(): void;
}

/**
 * What is used of TensorFlow.js, which the caller brings: `@tensorflow/tfjs`, `-node` or `-node-gpu`. (`tfjs-core`
 * alone has no gradients in its build for Node.)
 */
export interface TensorFlow<Tensor extends TensorFlowTensor> {
  /** A tensor of these values. */
  tensor(values: Float32Array, shape: number[]): Tensor;
  /** Disposes of what `compute` made but its result. */
  tidy<Result extends Tensor>(compute: () => Result): Result;
  /** The vector-Jacobian product of `forward`. */
  grad(forward: (x: Tensor) => Tensor): (x: Tensor, cotangent: Tensor) => Tensor;
}

/** A forward model in TensorFlow.js. */
export interface TensorFlowFunction<Tensor> {
  /** A(x) for x of the image's shape; complex values as real ones with a last axis of 2. */
  forward(x: Tensor): Tensor;
  /** Whether A is linear (`checkOperator` shows whether that is true); if so, solvers get its adjoint. */
  readonly linear?: boolean;
  /** `real` when absent. */
  readonly field?: 'real' | 'complex';
}

/** What a file exports. */
export interface TensorFlowModule<Tensor extends TensorFlowTensor> {
  /** The operator for images of this shape, [C, H, W]. */
  create(imageShape: Shape, tf: TensorFlow<Tensor>): TensorFlowFunction<Tensor>;
  /** The shape of the images of a measurement; the measurement's own when absent. */
  imageShape?(measurementShape: Shape): Shape;
}

/**
 * An operator from a function for TensorFlow.js. The shape of its measurement is found by calling it once. Every tensor
 * that it makes is disposed of; ones made outside it stay.
 * @param name what messages call it.
 * @throws UsageError where `forward` gives no tensor; when called, where TensorFlow.js cannot differentiate it.
 * @example
 * ```ts
 * import { type TensorFlow, type TensorFlowTensor, tensorflowOperator } from 'retrodict';
 *
 * // `tf` is what `import * as tf from '@tensorflow/tfjs'` gives.
 * function identity<T extends TensorFlowTensor>(tf: TensorFlow<T>) {
 *   return tensorflowOperator({ tf, imageShape: [3, 8, 8], forward: (x) => x, linear: true });
 * }
 * console.log(typeof identity);
 * ```
 */
export function tensorflowOperator<Tensor extends TensorFlowTensor>(
  parts: TensorFlowOperator<Tensor>,
  name = 'operator',
): ForwardOperator {
  requireMethods(parts, name, ['forward'], 'an object with tf, imageShape and forward');
  const { tf, imageShape, forward, linear = false, field = 'real' } = parts;
  requireMethods(tf, 'tf', ['tensor', 'tidy', 'grad'], "what import * as tf from '@tensorflow/tfjs' gives");
  const tensor = ({ data, shape }: FloatArray) => tf.tensor(data, [...shape]);
  const forwarded = (x: FloatArray) =>
    tf.tidy(() => {
      const y = forward(tensor(x));
      if (isShape(y?.shape)) return y;
      throw new UsageError(`${name}: forward gives ${shown(y)}, expected a tensor of one axis or more`);
    });
  const probe = forwarded(zeros(imageShape));
  const outputShape = [...probe.shape];
  probe.dispose();
  if (field === 'complex' && outputShape.at(-1) !== 2) {
    throw new UsageError(
      `${name} gives shape ${JSON.stringify(outputShape)}, expected a last axis of 2: real, imaginary`,
    );
  }
  const pulledBack = (x: FloatArray, v: FloatArray) => {
    try {
      return tf.tidy(() => tf.grad(forward)(tensor(x), tensor(v)));
    } catch (error) {
      const { message } = error as Error;
      throw new UsageError(`${name} cannot be differentiated by TensorFlow.js: ${message}`, { cause: error });
    }
  };
  const shapes = { inputShape: imageShape, outputShape, field };
  const apply = (x: FloatArray) => read(forwarded(x), outputShape);
  if (linear) {
    const origin = zeros(imageShape);
    return withLinearization({ ...shapes, apply, adjoint: (y) => read(pulledBack(origin, y), imageShape) });
  }
  return {
    ...shapes,
    apply,
    linearize: async (x) => ({
      value: await apply(x),
      pullback: (v) => read(pulledBack(x, v), imageShape),
      release() {},
    }),
  };
}

/** A function for TensorFlow.js, and the shape of the images that it takes. */
export interface TensorFlowOperator<Tensor extends TensorFlowTensor> extends TensorFlowFunction<Tensor> {
  readonly tf: TensorFlow<Tensor>;
  readonly imageShape: Shape;
}

/** A copy: a backend may share memory with what it was given. */
async function read(tensor: TensorFlowTensor, shape: Shape): Promise<FloatArray> {
  try {
    return floatArray(Float32Array.from(await tensor.data()), shape);
  } finally {
    tensor.dispose();
  }
}

function shown(value: unknown): string {
  if (value instanceof Promise) return 'a promise';
  return typeof value === 'object' && value ? 'a scalar or no tensor' : String(value);
}

/** The file as `bind` takes it. @param name what messages call it. */
export function loadedTensorFlow<Tensor extends TensorFlowTensor>(
  file: TensorFlowModule<Tensor>,
  tf: TensorFlow<Tensor>,
  name: string,
): LoadedOperator {
  return loadedFile(file, name, (imageShape) =>
    tensorflowOperator({ tf, imageShape, ...file.create(imageShape, tf) }, name),
  );
}

export const tensorflow: OperatorFamily = {
  name: 'tensorflow',
  summary: 'an operator of your own: a function for TensorFlow.js, differentiated by it',
  options: z.strictObject({
    file: z
      .string()
      .describe(
        'a JavaScript module with create(imageShape, tf) → forward and, where it is linear, linear: true',
      ),
  }),
  files: { file: 'tensorflow' },
  ...notLoaded('tensorflow'),
};
