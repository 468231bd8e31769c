/** From a `Model` to the bytes of an .onnx file. */
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { int64 } from '../constants.js';
import {
  type Attribute,
  type Graph,
  isExternal,
  type Model,
  type Node,
  type TensorRef,
  type ValueDeclaration,
} from '../graph.js';
import { elementTypeNumber } from './element-types.js';
import {
  type AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataLocation as DataLocation,
  FunctionProtoSchema,
  type GraphProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from './onnx_pb.js';

/** Writes a model; tensors given by reference stay references. */
export function writeModel(model: Model): Uint8Array {
  const proto = create(ModelProtoSchema, {
    irVersion: BigInt(model.irVersion),
    producerName: model.producer,
    opsetImport: [...model.opsets].map(([domain, version]) => ({ domain, version: BigInt(version) })),
    graph: graphMessage(model.graph),
    functions: model.functions.map((bytes) => fromBinary(FunctionProtoSchema, bytes)),
  });
  return toBinary(ModelProtoSchema, proto);
}

function graphMessage(graph: Graph): MessageInitShape<typeof GraphProtoSchema> {
  return {
    name: graph.name,
    node: graph.nodes.map(nodeMessage),
    initializer: graph.initializers.map(tensorMessage),
    input: graph.inputs.map(valueMessage),
    output: graph.outputs.map(valueMessage),
  };
}

function nodeMessage(node: Node): MessageInitShape<typeof NodeProtoSchema> {
  return {
    opType: node.opType,
    domain: node.domain === '' ? undefined : node.domain,
    name: node.name,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: [...node.attributes].map(([name, attribute]) => attributeMessage(name, attribute)),
  };
}

function attributeMessage(name: string, attribute: Attribute): MessageInitShape<typeof AttributeProtoSchema> {
  const text = new TextEncoder();
  switch (attribute.kind) {
    case 'float':
      return { name, type: AttributeType.FLOAT, f: attribute.value };
    case 'int':
      return { name, type: AttributeType.INT, i: int64(attribute.value) };
    case 'string':
      return { name, type: AttributeType.STRING, s: text.encode(attribute.value) };
    case 'tensor':
      return { name, type: AttributeType.TENSOR, t: tensorMessage(attribute.value) };
    case 'graph':
      return { name, type: AttributeType.GRAPH, g: graphMessage(attribute.value) };
    case 'floats':
      return { name, type: AttributeType.FLOATS, floats: [...attribute.value] };
    case 'ints':
      return { name, type: AttributeType.INTS, ints: attribute.value.map(int64) };
    case 'strings':
      return { name, type: AttributeType.STRINGS, strings: attribute.value.map((one) => text.encode(one)) };
    case 'tensors':
      return { name, type: AttributeType.TENSORS, tensors: attribute.value.map(tensorMessage) };
    case 'graphs':
      return { name, type: AttributeType.GRAPHS, graphs: attribute.value.map(graphMessage) };
  }
}

function tensorMessage(tensor: TensorRef): MessageInitShape<typeof TensorProtoSchema> {
  const message = {
    name: tensor.name,
    dataType: elementTypeNumber(tensor.type),
    dims: tensor.dims.map(BigInt),
  };
  const { data } = tensor;
  if (!isExternal(data)) return { ...message, rawData: data.bytes };
  return {
    ...message,
    dataLocation: DataLocation.EXTERNAL,
    externalData: [
      { key: 'location', value: data.location },
      { key: 'offset', value: String(data.offset) },
      { key: 'length', value: String(data.length) },
    ],
  };
}

function valueMessage(value: ValueDeclaration): MessageInitShape<typeof ValueInfoProtoSchema> {
  if (value.type === undefined) return { name: value.name };
  const dim = value.dims?.map((size) =>
    typeof size === 'number'
      ? { value: { case: 'dimValue' as const, value: BigInt(size) } }
      : { value: { case: 'dimParam' as const, value: size } },
  );
  const tensor = { elemType: elementTypeNumber(value.type), shape: dim === undefined ? undefined : { dim } };
  return { name: value.name, type: { value: { case: 'tensorType', value: tensor } } };
}
