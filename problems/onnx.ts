/** Operators that are ONNX graphs, differentiated by rewriting them (models/onnx). */
import { z } from 'zod';
import type { SplitDifferentiation } from '../models/onnx/cache.js';
import type { ModelSource, SplitModels } from '../models/onnx/index.js';
import { Pool } from '../models/onnx/pool.js';
import type { Runtime, Session, Tensor, ValueInfo } from '../models/onnx/session.js';
import { type FloatArray, floatArray, formatShape, type Shape, sizeOf, zeros } from '../src/core/array.js';
import { UsageError } from '../src/core/errors.js';
import type { Linearization } from '../src/core/linearization.js';
import type { LoadedOperator, OperatorFamily } from './family.js';
import { notLoaded } from './module.js';
import type { ForwardOperator } from './operator.js';

const extents = z.string().regex(/^[1-9]\d*(x[1-9]\d*)*$/, 'must be extents such as 3x128x128');

const options = z.strictObject({
  file: z.string().describe('the graph, .onnx: one float32 input, the image, and one float32 output'),
  linear: z
    .boolean()
    .default(false)
    .describe('the graph is linear in the image: `retrodict check` shows whether that is true'),
  image: extents.optional().describe('shape CxHxW of the image, where the graph does not fix it'),
  output: extents.optional().describe('shape of the measurement, where the graph does not fix it'),
});

/** A graph that is open, and what makes its gradients. */
export interface OpenGraph {
  readonly source: ModelSource;
  readonly runtime: Runtime;
  readonly session: Session;
  readonly differentiate: SplitDifferentiation;
}

interface Gradient {
  readonly models: SplitModels;
  readonly forward: Session;
  readonly backward: Session;
}

/** How many image sizes have their gradient graphs loaded at a time. */
const SIZES_LOADED = 2;

/**
 * The graph as `bind` takes it. Its image has the input's axes, but for a first one of extent 1 where there are four.
 * An axis of the output that is named as one of the input has its extent; others that are free are named by `output`.
 * @throws UsageError where the graph has not one float32 input and one float32 output.
 */
export function loadedGraph(graph: OpenGraph): LoadedOperator {
  const { name } = graph.source;
  const input = onlyFloat(graph.session.inputs, `${name}: inputs`);
  const output = onlyFloat(graph.session.outputs, `${name}: outputs`);
  const gradients = new Pool<Gradient>(SIZES_LOADED, async ({ forward, backward }) => {
    await forward.release();
    await backward.release();
  });
  return {
    imageShape(measured, given) {
      const { image } = options.parse(given);
      if (image !== undefined) return parseExtents(image);
      return resolved(input, output, measured, `${name}: its image`, 'image');
    },
    create(shape, given) {
      const { linear, output: said } = options.parse(given);
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
      return graphOperator(graph, gradients, { input, output, shape, outputShape, linear });
    },
  };
}

interface Bound {
  readonly input: ValueInfo;
  readonly output: ValueInfo;
  readonly shape: Shape;
  readonly outputShape: Shape;
  readonly linear: boolean;
}

function graphOperator(
  { source, runtime, session, differentiate }: OpenGraph,
  gradients: Pool<Gradient>,
  { input, output, shape, outputShape, linear }: Bound,
): ForwardOperator {
  const dims = withBatch(input, shape);
  const feed = (x: FloatArray): Record<string, Tensor> => ({
    [input.name]: { type: 'float32', dims, data: x.data },
  });
  const measured = ({ data, dims: found }: Tensor) => {
    if (data.length === sizeOf(outputShape)) return floatArray(data as Float32Array, outputShape);
    throw new UsageError(
      `${source.name} gives ${formatShape(found)} for an image of ${formatShape(shape)}, expected ${formatShape(outputShape)}`,
    );
  };
  const gradient = () =>
    gradients.take(dims.join('×'), async () => {
      const models = await differentiate(runtime, source, {
        inputShapes: { [input.name]: dims },
        wrt: [input.name],
        outputs: [output.name],
        mode: 'split',
      });
      const { externalDataFolder } = models;
      const forward = await runtime.open(models.forward, { name: source.name, externalDataFolder });
      const name = `the gradient of ${source.name}`;
      return { models, forward, backward: await runtime.open(models.backward, { name, externalDataFolder }) };
    });
  const linearize = async (x: FloatArray): Promise<Linearization> => {
    const lease = await gradient();
    const { models, forward, backward } = lease.value;
    try {
      const keep = models.residuals;
      const { outputs, kept } = await forward.run(feed(x), { fetch: [output.name], keep });
      return {
        value: measured(outputs[output.name]),
        async pullback(v) {
          const cotangent = { type: 'float32', dims: withBatch(output, outputShape), data: v.data } as const;
          const result = await backward.run({ [models.cotangents[output.name]]: cotangent }, { kept });
          const { data } = result.outputs[models.gradients[input.name]];
          return floatArray(data as Float32Array, shape);
        },
        release() {
          void kept?.release();
          lease.end();
        },
      };
    } catch (error) {
      lease.end();
      throw error;
    }
  };
  const parts: ForwardOperator = {
    inputShape: shape,
    outputShape,
    field: 'real',
    apply: async (x) => measured((await session.run(feed(x))).outputs[output.name]),
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

function onlyFloat(values: readonly ValueInfo[], what: string): ValueInfo {
  const [value] = values;
  if (values.length === 1 && value.type === 'float32') return value;
  const found = values.map(({ name, type }) => `"${name}" (${type})`).join(', ');
  throw new UsageError(`${what} are ${found}, expected one of float32`);
}

/** Without the axis of a batch. */
function axesOf({ dims }: ValueInfo): readonly (number | string)[] {
  return dims.length === 4 ? dims.slice(1) : dims;
}

function withBatch({ dims }: ValueInfo, shape: Shape): readonly number[] {
  return dims.length === shape.length + 1 ? [1, ...shape] : shape;
}

/** The shape of `value`, whose free axes have the extents of the same names in the other's shape. */
function resolved(
  value: ValueInfo,
  other: ValueInfo,
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

export const onnx: OperatorFamily = {
  name: 'onnx',
  summary: 'an operator of your own: an ONNX graph, differentiated here',
  options,
  files: { file: 'onnx' },
  ...notLoaded('onnx'),
};
