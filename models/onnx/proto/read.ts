/** From the bytes of an .onnx file to a `Model`. */
import { fromBinary, isFieldSet, toBinary } from '@bufbuild/protobuf';
import type {
  Attribute,
  ExternalData,
  Graph,
  InlineData,
  Model,
  Node,
  TensorRef,
  ValueDeclaration,
} from '../graph.js';
import { ELEMENT_ARRAYS, type ElementType } from '../tensor.js';
import { elementTypeName } from './element-types.js';
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataLocation as DataLocation,
  FunctionProtoSchema,
  type GraphProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
} from './onnx_pb.js';

/**
 * Reads a model. Weights are views of `bytes`, not copies, and know their offset in it. Documentation strings, metadata
 * and declared types of inner values are not kept.
 * @param bytes a whole .onnx file; its external data, if any, stays where it is
 * @throws Error where the bytes are no model, or hold a tensor or attribute of a kind that is not supported
 */
export function readModel(bytes: Uint8Array): Model {
  const proto = fromBinary(ModelProtoSchema, bytes);
  if (proto.graph === undefined) throw new Error('The bytes hold no graph; expected an ONNX model.');
  return {
    irVersion: Number(proto.irVersion),
    producer: proto.producerName,
    opsets: new Map(
      proto.opsetImport.map(({ domain, version }) => [standardDomain(domain), Number(version)]),
    ),
    graph: readGraph(proto.graph, bytes),
    functions: proto.functions.map((one) => toBinary(FunctionProtoSchema, one)),
  };
}

/** 'ai.onnx' is another way to write the standard domain. */
function standardDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

function readGraph(graph: GraphProto, file: Uint8Array): Graph {
  if (graph.sparseInitializer.length > 0) {
    throw new Error(`Graph "${graph.name}" has sparse initializers; expected dense ones.`);
  }
  return {
    name: graph.name,
    nodes: graph.node.map((node) => readNode(node, file)),
    initializers: graph.initializer.map((tensor) => readTensor(tensor, file)),
    inputs: graph.input.map(readValue),
    outputs: graph.output.map(readValue),
  };
}

function readNode(node: NodeProto, file: Uint8Array): Node {
  return {
    opType: node.opType,
    domain: standardDomain(node.domain),
    name: node.name,
    inputs: node.input,
    outputs: node.output,
    attributes: new Map(node.attribute.map((one) => [one.name, readAttribute(one, node, file)])),
  };
}

function readAttribute(attribute: AttributeProto, node: NodeProto, file: Uint8Array): Attribute {
  const text = new TextDecoder();
  switch (attribute.type) {
    case AttributeType.FLOAT:
      return { kind: 'float', value: attribute.f };
    case AttributeType.INT:
      return { kind: 'int', value: Number(attribute.i) };
    case AttributeType.STRING:
      return { kind: 'string', value: text.decode(attribute.s) };
    case AttributeType.TENSOR:
      return { kind: 'tensor', value: readTensor(attribute.t!, file) };
    case AttributeType.GRAPH:
      return { kind: 'graph', value: readGraph(attribute.g!, file) };
    case AttributeType.FLOATS:
      return { kind: 'floats', value: attribute.floats };
    case AttributeType.INTS:
      return { kind: 'ints', value: attribute.ints.map(Number) };
    case AttributeType.STRINGS:
      return { kind: 'strings', value: attribute.strings.map((one) => text.decode(one)) };
    case AttributeType.TENSORS:
      return { kind: 'tensors', value: attribute.tensors.map((one) => readTensor(one, file)) };
    case AttributeType.GRAPHS:
      return { kind: 'graphs', value: attribute.graphs.map((one) => readGraph(one, file)) };
    default:
      throw new Error(
        `Attribute ${attribute.name} of ${node.opType} (node "${node.name}") is of kind ` +
          `${AttributeType[attribute.type]}, which is not supported.`,
      );
  }
}

function readTensor(tensor: TensorProto, file: Uint8Array): TensorRef {
  const type = elementTypeName(tensor.dataType, `Tensor "${tensor.name}"`);
  const data =
    tensor.dataLocation === DataLocation.EXTERNAL ? readReference(tensor) : readInline(tensor, type, file);
  return { name: tensor.name, type, dims: tensor.dims.map(Number), data };
}

function readReference(tensor: TensorProto): ExternalData {
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location');
  if (location === undefined) throw new Error(`Tensor "${tensor.name}" is external but names no file.`);
  const type = elementTypeName(tensor.dataType, `Tensor "${tensor.name}"`);
  const size = tensor.dims.reduce((n, d) => n * Number(d), ELEMENT_ARRAYS[type].BYTES_PER_ELEMENT);
  return {
    location,
    offset: Number(entries.get('offset') ?? 0),
    length: Number(entries.get('length') ?? size),
  };
}

/** Values stand in `raw_data`, or in a list of their own kind, which is brought to the same form. */
function readInline(tensor: TensorProto, type: ElementType, file: Uint8Array): InlineData {
  if (isFieldSet(tensor, TensorProtoSchema.field.rawData)) {
    const bytes = tensor.rawData;
    return bytes.buffer === file.buffer
      ? { bytes, fileOffset: bytes.byteOffset - file.byteOffset }
      : { bytes };
  }
  const values = typedValues(tensor, type);
  return { bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

function typedValues(tensor: TensorProto, type: ElementType): ArrayBufferView {
  switch (type) {
    case 'float32':
      return Float32Array.from(tensor.floatData);
    case 'float64':
      return Float64Array.from(tensor.doubleData);
    case 'int64':
      return BigInt64Array.from(tensor.int64Data);
    case 'uint64':
      return BigUint64Array.from(tensor.uint64Data);
    case 'uint32':
      return Uint32Array.from(tensor.uint64Data, Number);
    default:
      // The shorter integers, bool and the bits of float16 share one list.
      return ELEMENT_ARRAYS[type].from(tensor.int32Data);
  }
}

function readValue(value: ValueInfoProto): ValueDeclaration {
  if (value.type === undefined) return { name: value.name };
  const { case: kind, value: tensor } = value.type.value;
  if (kind !== 'tensorType') {
    throw new Error(`Value "${value.name}" is of kind ${kind ?? 'unknown'}; expected a tensor.`);
  }
  const type = elementTypeName(tensor.elemType, `Value "${value.name}"`);
  if (tensor.shape === undefined) return { name: value.name, type };
  const dims = tensor.shape.dim.map(({ value: dim }, axis) => {
    if (dim.case === 'dimValue') return Number(dim.value);
    return dim.value || `${value.name}_${axis}`;
  });
  return { name: value.name, type, dims };
}
