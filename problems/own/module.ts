/** Operators of one's own, as a JavaScript module has them: plain functions of flat arrays. */

import { z } from 'zod';
import { requireExtents, requireMethods } from '../../src/core/arguments.js';
import { type FloatArray, floatArray, formatShape, type Shape, sizeOf } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { Awaitable } from '../../src/core/linearization.js';
import type { LoadedOperator, OperatorFamily } from '../family.js';
import { type ForwardOperator, withLinearization } from '../operator.js';

/**
 * An operator for images of one shape. Arrays are flat, in C order; a complex value is two numbers, real and
 * imaginary.
 */
export interface PlainOperator {
  /** Of the measurement; of a complex one with a last axis of 2. */
  readonly outputShape: Shape;
  /** `real` when absent. */
  readonly field?: 'real' | 'complex';
  /** A(x). */
  apply(x: Float32Array): Awaitable<Float32Array>;
  /** Aᵀy, of a linear operator. */
  adjoint?(y: Float32Array): Awaitable<Float32Array>;
  /** J(x)ᵀv, of a nonlinear one. */
  vjp?(x: Float32Array, v: Float32Array): Awaitable<Float32Array>;
}

/** What a module exports. */
export interface OperatorModule {
  /** The operator for images of this shape, [C, H, W]. */
  create(imageShape: Shape): PlainOperator;
  /** The shape of the images of a measurement; the measurement's own when absent. */
  imageShape?(measurementShape: Shape): Shape;
}

/**
 * An operator from plain functions: a linear one where it has an `adjoint`, else one with vector-Jacobian products.
 * What they give is checked for its size at every call.
 * @param name what messages call it.
 * @throws UsageError where it has neither `adjoint` nor `vjp`, or both, or its shape is none.
 * @example
 * ```ts
 * import { plainOperator } from 'retrodict';
 *
 * const negative = plainOperator([1, 4, 4], {
 *   outputShape: [1, 4, 4],
 *   apply: (x) => x.map((value) => 1 - value ** 2),
 *   vjp: (x, v) => v.map((value, i) => -2 * x[i] * value),
 * });
 * console.log(negative.outputShape);
 * ```
 */
export function plainOperator(inputShape: Shape, parts: PlainOperator, name = 'operator'): ForwardOperator {
  requireExtents(inputShape);
  requireMethods(parts, name, ['apply'], 'an object with outputShape, apply, and adjoint or vjp');
  const { outputShape, field = 'real', apply, adjoint, vjp } = parts;
  if ((adjoint === undefined) === (vjp === undefined)) {
    const found = adjoint ? 'both' : 'neither';
    throw new UsageError(`${name} needs an adjoint (linear) or a vjp (nonlinear), but it has ${found}`);
  }
  if (!isShape(outputShape) || (field === 'complex' && outputShape.at(-1) !== 2)) {
    throw new UsageError(
      `${name} says outputShape ${JSON.stringify(outputShape)}, expected positive whole numbers` +
        (field === 'complex' ? ', the last of them 2' : ''),
    );
  }
  const filled = (data: Float32Array, shape: Shape, what: string) => {
    if (data instanceof Float32Array && data.length === sizeOf(shape)) return floatArray(data, shape);
    throw new UsageError(
      `${name}: ${what} gives ${data?.length} values, expected ${sizeOf(shape)} of shape ${formatShape(shape)} as Float32Array`,
    );
  };
  const measured = async (x: FloatArray) => filled(await apply(x.data), outputShape, 'apply');
  const shapes = { inputShape, outputShape, field, apply: measured };
  if (adjoint) {
    return withLinearization({
      ...shapes,
      adjoint: async (y) => filled(await adjoint(y.data), inputShape, 'adjoint'),
    });
  }
  return {
    ...shapes,
    linearize: async (x) => ({
      value: await measured(x),
      pullback: async (v) => filled(await vjp!(x.data, v.data), inputShape, 'vjp'),
      release() {},
    }),
  };
}

/** The module as `bind` takes it. @param name what messages call it. */
export function loadedModule(module: OperatorModule, name: string): LoadedOperator {
  return loadedFile(module, name, (shape) => plainOperator(shape, module.create(shape), name));
}

/** A file whose images have the shape that it says, or that of the measurement where it says none. */
export function loadedFile(
  file: Pick<OperatorModule, 'imageShape'>,
  name: string,
  create: LoadedOperator['create'],
): LoadedOperator {
  return {
    imageShape(measured) {
      const shape = file.imageShape?.(measured) ?? measured;
      if (isShape(shape)) return shape;
      throw new UsageError(
        `${name}: imageShape gives ${JSON.stringify(shape)}, expected positive whole numbers`,
      );
    },
    create,
  };
}

/** Whether it is a list of one or more positive whole numbers. */
export function isShape(shape: unknown): shape is Shape {
  return (
    Array.isArray(shape) &&
    shape.length > 0 &&
    shape.every((extent) => Number.isInteger(extent) && extent > 0)
  );
}

/** Says that a file of operators has to be loaded before a problem is bound. */
export function notLoaded(name: string): LoadedOperator {
  const refuse = () => {
    throw new UsageError(`${name}:file names a file that has not been loaded`);
  };
  return { imageShape: refuse, create: refuse };
}

export const module: OperatorFamily = {
  name: 'module',
  summary: 'an operator of your own: a JavaScript module with create(imageShape) → apply, adjoint or vjp',
  options: z.strictObject({
    file: z.string().describe('the module, .js or .mjs; .ts where Node strips types'),
  }),
  files: { file: 'module' },
  ...notLoaded('module'),
};
