/** Measures what Resize nodes do, by running them on unit vectors. */
import { GradientError } from '../../src/core/errors.js';
import { constant, valuesOf } from './constants.js';
import { attributeOf, describeNode, type Model, type Node, type TensorRef } from './graph.js';
import { writeModel } from './proto/write.js';
import type { Runtime } from './runtime.js';
import type { ValueTypes } from './vjp/emitter.js';
import type { ResizeMatrices, ResizeMatrix } from './vjp/resize-matrix.js';

/**
 * The matrix of every resized axis of every Resize node.
 * @throws Error for nodes whose axes cannot be resized one at a time
 */
export async function measureResizes(
  runtime: Runtime,
  model: Model,
  types: ValueTypes,
  name: string,
): Promise<ResizeMatrices> {
  const all = new Map<string, Map<number, ResizeMatrix>>();
  const measured = new Map<string, ResizeMatrix>();
  for (const node of model.graph.nodes) {
    if (node.opType !== 'Resize' || node.domain !== '') continue;
    const from = types.get(node.inputs[0])!.dims as readonly number[];
    const to = types.get(node.outputs[0])!.dims as readonly number[];
    // A shape that is not known is an error where the rule is applied, if it is.
    if ([...from, ...to].some((size) => typeof size !== 'number')) continue;
    const scales = scalesOf(node, model, from, to, name);
    const matrices = new Map<number, ResizeMatrix>();
    for (let axis = 0; axis < from.length; axis++) {
      if (from[axis] === to[axis] && scales[axis] === 1) continue;
      const key = JSON.stringify([
        [...node.attributes],
        from.length,
        axis,
        from[axis],
        to[axis],
        scales[axis],
      ]);
      const matrix =
        measured.get(key) ?? (await measure(runtime, model, node, from, to, axis, scales[axis], name));
      measured.set(key, matrix);
      matrices.set(axis, matrix);
    }
    all.set(node.outputs[0], matrices);
  }
  return all;
}

/** The factor of each axis, which where scales are given is not quite the ratio of the sizes. */
function scalesOf(
  node: Node,
  model: Model,
  from: readonly number[],
  to: readonly number[],
  name: string,
): number[] {
  const refuse = (reason: string) => {
    throw new GradientError(`${name} cannot be differentiated at ${describeNode(node)}: ${reason}.`);
  };
  if (attributeOf(node, 'coordinate_transformation_mode', 'string') === 'tf_crop_and_resize') {
    refuse('it crops and resizes in one; expected another coordinate_transformation_mode');
  }
  if ((attributeOf(node, 'keep_aspect_ratio_policy', 'string') ?? 'stretch') !== 'stretch') {
    refuse('its keep_aspect_ratio_policy ties its axes together; expected stretch');
  }
  if (!node.inputs[2]) return to.map((size, axis) => size / from[axis]);
  const tensor = model.graph.initializers.find((one) => one.name === node.inputs[2]);
  const given = tensor === undefined ? [] : valuesOf(tensor);
  // Scales were left out by passing none, before inputs could be left out.
  if (given.length === 0) return to.map((size, axis) => size / from[axis]);
  const axes = attributeOf(node, 'axes', 'ints') ?? given.map((_, i) => i);
  const scales = from.map(() => 1);
  axes.forEach((axis, i) => {
    scales[axis < 0 ? axis + from.length : axis] = given[i];
  });
  return scales;
}

/** Resizes a batch of unit vectors along one axis, the other axes being of size 1. */
async function measure(
  runtime: Runtime,
  model: Model,
  node: Node,
  from: readonly number[],
  to: readonly number[],
  axis: number,
  scale: number,
  name: string,
): Promise<ResizeMatrix> {
  const size = from[axis];
  if (axis === 0) {
    throw new GradientError(
      `${name} cannot be differentiated at ${describeNode(node)}: it resizes the batch axis.`,
    );
  }
  const dims = from.map((_, i) => (i === 0 || i === axis ? size : 1));
  const bySizes = Boolean(node.inputs[3]);
  const factors = dims.map((_, i) => (i === axis ? scale : 1));
  const target: TensorRef = bySizes
    ? constant(
        'target',
        'int64',
        [dims.length],
        dims.map((one, i) => (i === axis ? to[axis] : one)),
      )
    : constant('target', 'float32', [dims.length], factors);
  const attributes = new Map([...node.attributes].filter(([key]) => key !== 'axes'));
  const inputs = bySizes ? ['x', '', '', 'target'] : ['x', '', 'target'];
  const probe: Model = {
    ...model,
    functions: [],
    graph: {
      name: 'probe',
      nodes: [{ ...node, attributes, inputs, outputs: ['y'] }],
      initializers: [target],
      inputs: [{ name: 'x', type: 'float32', dims }],
      outputs: [{ name: 'y' }],
    },
  };
  const session = await runtime.open(writeModel(probe), { name, threads: 1 });
  try {
    const units = Float32Array.from({ length: size * size }, (_, k) => (k % (size + 1) === 0 ? 1 : 0));
    const { outputs } = await session.run({ x: { type: 'float32', dims, data: units } });
    const response = outputs.y.data as Float32Array;
    const values = Float32Array.from(
      response,
      (_, k) => response[(k % size) * to[axis] + Math.floor(k / size)],
    );
    return { from: size, to: to[axis], values };
  } finally {
    await session.release();
  }
}
