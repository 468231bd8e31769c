/**
 * Sines and cosines, which WebGPU may have off by 2⁻¹¹ (W3C, WebGPU Shading Language, accuracy of built-in functions).
 * Networks are told the noise level by them, so that every pixel would be off.
 */
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from './proto/onnx_pb.js';

/** The names of the nodes of a model that compute them. */
export function sinesIn(bytes: Uint8Array): readonly string[] {
  const nodes = fromBinary(ModelProtoSchema, bytes).graph?.node ?? [];
  return nodes
    .filter(({ opType, name }) => /^(Sin|Cos)$/.test(opType) && name !== '')
    .map(({ name }) => name);
}
