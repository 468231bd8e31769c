/** Operators that are ONNX graphs; whoever opens them brings what differentiates them (models/onnx). */
import { z } from 'zod';
import { type FloatArray, floatArray, formatShape, type Shape, sizeOf, zeros } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { Linearization } from '../../src/core/linearization.js';
import type { LoadedOperator, OperatorFamily } from '../family.js';
import type { ForwardOperator } from '../operator.js';
import { notLoaded } from './module.js';

const extents = z.string().regex(/^[1-9]\d*(x[1-9]\d*)*$/, 'expected extents, such as 3x128x128');

const options = z.strictObject({
  file: z.string().describe('the graph, .onnx: one float32 input, the image, and one float32 output'),
  linear: z
    .boolean()
    .default(false)
    .describe('the graph is linear in the image: `retrodict check` shows whether that is true'),
  image: extents.optional().describe('shape CxHxW of the image, where the graph does not fix it'),
  output: extents.optional().describe('shape of the measurement, where the graph does not fix it'),
});

/** An input or output of a graph; extents that it leaves open are names. */
export interface GraphValue {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly (number | string)[];
}

/** A graph that is open, and its gradient. Arrays have the graph's axes, that of a batch included. */
export interface OpenGraph {
  /** What messages call it. */
  readonly name: string;
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  /** Its first output for its first input. */
  run(x: FloatArray): Promise<FloatArray>;
  linearize(x: FloatArray): Promise<Linearization>;
  /** Gives back its memory and process. */
  close(): Promise<void>;
}

/**
 * The graph as `bind` takes it. Its image has the input's axes, but for a first one of extent 1 where there are four.
 * An axis of the output that is named as one of the input has its extent; others that are free are named by `output`.
 * @throws UsageError where the graph has not one float32 input and one float32 output.
 */
export function loadedGraph(graph: OpenGraph): LoadedOperator<typeof options> {
  const { name } = graph;
  const input = onlyFloat(graph.inputs, `${name}: inputs`);
  const output = onlyFloat(graph.outputs, `${name}: outputs`);
  return {
    imageShape(measured, { image }) {
      if (image !== undefined) return parseExtents(image);
      return resolved(input, output, measured, `${name}: its image`, 'image');
    },
    create(shape, { linear, output: said }) {
      const fits = axesOf(input).every((axis, i) => typeof axis === 'string' || axis === shape[i]);
      if (!fits || axesOf(input).length !== shape.length) {
        throw new UsageError(
          `${name} takes images of ${axesOf(input).join('×')}, but the image is ${formatShape(shape)}`,
        );
      }
      const outputShape =
        said === undefined
          ? resolved(output, input, shape, `${name}: its measurement`, 'output')
          : parseExtents(said);
      return graphOperator(graph, { input, output, shape, outputShape, linear });
    },
    close: () => graph.close(),
  };
}

interface Bound {
  readonly input: GraphValue;
  readonly output: GraphValue;
  readonly shape: Shape;
  readonly outputShape: Shape;
  readonly linear: boolean;
}

function graphOperator(
  graph: OpenGraph,
  { input, output, shape, outputShape, linear }: Bound,
): ForwardOperator {
  const fed = (x: FloatArray) => floatArray(x.data, withBatch(input, shape));
  const measured = (y: FloatArray) => {
    if (y.data.length === sizeOf(outputShape)) return floatArray(y.data, outputShape);
    throw new UsageError(
      `${graph.name} gives ${formatShape(y.shape)} for an image of ${formatShape(shape)}, expected ${formatShape(outputShape)}`,
    );
  };
  const linearize = async (x: FloatArray): Promise<Linearization> => {
    const { value, pullback, release } = await graph.linearize(fed(x));
    return {
      value: measured(value),
      async pullback(v) {
        const { data } = await pullback(floatArray(v.data, withBatch(output, outputShape)));
        return floatArray(data, shape);
      },
      release,
    };
  };
  const parts: ForwardOperator = {
    inputShape: shape,
    outputShape,
    field: 'real',
    apply: async (x) => measured(await graph.run(fed(x))),
    linearize,
  };
  if (!linear) return parts;
  // The derivative of a linear graph is the same everywhere: taken once, at 0.
  let derivative: Promise<Linearization> | undefined;
  const adjoint = async (y: FloatArray) => {
    derivative ??= linearize(zeros(shape));
    return (await derivative).pullback(y);
  };
  return Object.assign(parts, { adjoint });
}

function onlyFloat(values: readonly GraphValue[], what: string): GraphValue {
  const [value] = values;
  if (values.length === 1 && value.type === 'float32') return value;
  const found = values.map(({ name, type }) => `"${name}" (${type})`).join(', ');
  throw new UsageError(`${what} are ${found}, expected one of float32`);
}

/** Without the axis of a batch. */
function axesOf({ dims }: GraphValue): readonly (number | string)[] {
  return dims.length === 4 ? dims.slice(1) : dims;
}

function withBatch({ dims }: GraphValue, shape: Shape): readonly number[] {
  return dims.length === shape.length + 1 ? [1, ...shape] : shape;
}

/** The shape of `value`, whose free axes have the extents of the same names in the other's shape. */
function resolved(
  value: GraphValue,
  other: GraphValue,
  otherShape: Shape,
  what: string,
  option: string,
): Shape {
  const known = axesOf(other);
  return axesOf(value).map((axis) => {
    const extent = typeof axis === 'number' ? axis : otherShape[known.indexOf(axis)];
    if (extent !== undefined) return extent;
    throw new UsageError(`${what} has the free axis "${axis}"; the option ${option} has to say its shape`);
  });
}

function parseExtents(text: string): Shape {
  return text.split('x').map(Number);
}

export const onnx: OperatorFamily<typeof options> = {
  name: 'onnx',
  summary: 'an operator of your own: an ONNX graph, differentiated here',
  options,
  files: { file: 'onnx' },
  ...notLoaded('onnx'),
};
