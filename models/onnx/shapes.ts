/** The shapes of a graph's values: those of its inputs are given, and ONNX Runtime infers all others. */
import type { Model } from './graph.js';
import { writeModel } from './proto/write.js';
import type { Runtime } from './runtime.js';
import type { ValueType, ValueTypes } from './vjp/emitter.js';

/** ONNX Runtime tells type and shape of a graph's outputs: so all values are made outputs. */
export async function inferTypes(
  runtime: Runtime,
  model: Model,
  name: string,
  externalDataFolder?: string,
): Promise<ValueTypes> {
  const { graph } = model;
  const values = new Set(graph.nodes.flatMap(({ outputs }) => outputs).filter((output) => output !== ''));
  const outputs = [...values].map((value) => ({ name: value }));
  const session = await runtime.open(writeModel({ ...model, graph: { ...graph, outputs } }), {
    name,
    threads: 1,
    optimisation: 'disabled',
    externalDataFolder,
  });
  await session.release();
  const types = new Map<string, ValueType>();
  for (const { name: value, type, dims } of [...session.inputs, ...session.outputs]) {
    types.set(value, { type, dims });
  }
  for (const { name: value, type, dims } of graph.initializers) types.set(value, { type, dims });
  return types;
}

/** The model for inputs of these shapes only. @throws Error naming the first input whose shape is not given. */
export function withShapes(
  model: Model,
  shapes: Readonly<Record<string, readonly number[]>>,
  name: string,
): Model {
  const inputs = model.graph.inputs.map((input) => {
    const dims = Object.hasOwn(shapes, input.name) ? shapes[input.name] : input.dims;
    if (dims === undefined || dims.some((size) => typeof size !== 'number')) {
      throw new Error(
        `Input "${input.name}" of ${name} has shape [${input.dims ?? '?'}]; expected inputShapes to fix it.`,
      );
    }
    return { ...input, dims };
  });
  return { ...model, graph: { ...model.graph, inputs } };
}
