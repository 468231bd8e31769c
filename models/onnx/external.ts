/** Where a graph's weights lie beside it. */
import { fromBinary } from '@bufbuild/protobuf';
import {
  TensorProto_DataLocation as DataLocation,
  type ModelProto,
  ModelProtoSchema,
  type TensorProto,
} from './proto/onnx_pb.js';

/** More nodes than any network in use has; a graph of that size takes minutes to read and longer to differentiate. */
const MOST_NODES = 200_000;

/**
 * Every file that tensors of a model point to, in its subgraphs, attributes and functions too, relative to its folder.
 * @param name what messages call the model.
 * @throws Error where the bytes are no model, or one that is nested or long beyond all use.
 */
export function externalLocations(bytes: Uint8Array, name: string): string[] {
  const found = new Set<string>();
  const limits = { nodes: 0 };
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
    const { $typeName: type } = value as { $typeName?: string };
    if (type === 'onnx.NodeProto' && ++limits.nodes > MOST_NODES) {
      throw new Error(`${name} has more than ${MOST_NODES} nodes; no network in use has.`);
    }
    if (type === 'onnx.TensorProto') collect(value as TensorProto, found);
    else for (const part of Object.values(value)) visit(part);
  };
  visit(decoded(bytes, name));
  return [...found];
}

function decoded(bytes: Uint8Array, name: string): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw new Error(`${name} is no ONNX model, was cut off, or nests graphs too deeply.`, { cause: error });
  }
}

function collect({ dataLocation, externalData }: TensorProto, found: Set<string>): void {
  if (dataLocation !== DataLocation.EXTERNAL) return;
  const location = externalData.find(({ key }) => key === 'location')?.value;
  if (location !== undefined) found.add(location);
}
