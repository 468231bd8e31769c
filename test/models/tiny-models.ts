/** Small ONNX graphs for tests, put together by hand. */
import type { Attribute, Graph, Node, TensorRef, ValueDeclaration } from '../../models/onnx/graph.js';
import { writeModel } from '../../models/onnx/proto/write.js';

/** `node('Add', ['a', 'b'], ['c'])` */
export function node(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
): Node {
  return { opType, domain: '', name: '', inputs, outputs, attributes: new Map(Object.entries(attributes)) };
}

export function float32(name: string, dims: readonly number[], values: readonly number[]): TensorRef {
  return { name, type: 'float32', dims, data: { bytes: new Uint8Array(Float32Array.from(values).buffer) } };
}

/** A list of whole numbers. */
export function int64(name: string, values: readonly number[]): TensorRef {
  const bytes = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
  return { name, type: 'int64', dims: [values.length], data: { bytes } };
}

/** The bytes of a model of opset 18. */
export function model(graph: {
  nodes: readonly Node[];
  inputs: readonly ValueDeclaration[];
  outputs: readonly ValueDeclaration[];
  initializers?: readonly TensorRef[];
}): Uint8Array {
  const complete: Graph = { name: 'test', initializers: [], ...graph };
  return writeModel({
    irVersion: 8,
    producer: 'test',
    opsets: new Map([['', 18]]),
    graph: complete,
    functions: [],
  });
}
