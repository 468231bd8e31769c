/** Weights by reference: models that point into a file for their large tensors. */
import { type ExternalData, type Graph, isExternal, type Model, type TensorRef } from './graph.js';

/** Tensors below this many bytes stand in the graph; rules may want their values. */
export const SMALL = 1024;

/** Points to the file the model was read from for each tensor that stands there as it is and is not small. */
export function byReference(model: Model, location: string): Model {
  return mapWeights(model, (tensor) => {
    if (isExternal(tensor.data)) return tensor;
    const { bytes, fileOffset } = tensor.data;
    if (fileOffset === undefined || bytes.length < SMALL) return tensor;
    return { ...tensor, data: { location, offset: fileOffset, length: bytes.length } };
  });
}

/** Takes tensors that point into `file`, which is called `location`, from there. */
export function byValue(model: Model, location: string, file: Uint8Array): Model {
  return mapWeights(model, (tensor) => {
    if (!isExternal(tensor.data) || tensor.data.location !== location) return tensor;
    const { offset, length } = tensor.data;
    return { ...tensor, data: { bytes: file.subarray(offset, offset + length) } };
  });
}

/** Reads a tensor from the file that it stands in. */
export type ReadWeights = (place: ExternalData) => Promise<Uint8Array>;

/** Reads small tensors that the model's author left in another file. */
export function withSmallValues(model: Model, read: ReadWeights): Promise<Model> {
  return withRead(model, read, ({ length }) => length < SMALL);
}

/** Reads the tensors of these names, however large they are. */
export function withValues(model: Model, names: readonly string[], read: ReadWeights): Promise<Model> {
  return withRead(model, read, (_, { name }) => names.includes(name));
}

async function withRead(
  model: Model,
  read: ReadWeights,
  wanted: (data: ExternalData, tensor: TensorRef) => boolean,
): Promise<Model> {
  const found = new Map<TensorRef, TensorRef>();
  for (const tensor of model.graph.initializers) {
    if (!isExternal(tensor.data) || !wanted(tensor.data, tensor)) continue;
    found.set(tensor, { ...tensor, data: { bytes: await read(tensor.data) } });
  }
  return mapWeights(model, (tensor) => found.get(tensor) ?? tensor);
}

function mapWeights(model: Model, change: (tensor: TensorRef) => TensorRef): Model {
  const graph: Graph = { ...model.graph, initializers: model.graph.initializers.map(change) };
  return { ...model, graph };
}
