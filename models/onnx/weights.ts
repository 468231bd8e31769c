/** Weights by reference: models that point into a file for their large tensors. */
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { requireFile } from '../contained.js';
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

/** Reads small tensors that the model's author left in another file. */
export function withSmallValues(model: Model, folder: string): Promise<Model> {
  return withRead(model, folder, ({ length }) => length < SMALL);
}

/** Reads the tensors of these names, however large they are. */
export function withValues(model: Model, names: readonly string[], folder: string): Promise<Model> {
  return withRead(model, folder, (_, { name }) => names.includes(name));
}

async function withRead(
  model: Model,
  folder: string,
  wanted: (data: ExternalData, tensor: TensorRef) => boolean,
): Promise<Model> {
  const files = new Map<string, FileHandle>();
  try {
    const read = new Map<TensorRef, TensorRef>();
    for (const tensor of model.graph.initializers) {
      if (!isExternal(tensor.data) || !wanted(tensor.data, tensor)) continue;
      const { location, offset, length } = tensor.data;
      await requireFile(join(folder, location));
      const file = files.get(location) ?? (await open(join(folder, location)));
      files.set(location, file);
      const { buffer } = await file.read(new Uint8Array(length), 0, length, offset);
      read.set(tensor, { ...tensor, data: { bytes: buffer } });
    }
    return mapWeights(model, (tensor) => read.get(tensor) ?? tensor);
  } finally {
    for (const file of files.values()) await file.close();
  }
}

function mapWeights(model: Model, change: (tensor: TensorRef) => TensorRef): Model {
  const graph: Graph = { ...model.graph, initializers: model.graph.initializers.map(change) };
  return { ...model, graph };
}
