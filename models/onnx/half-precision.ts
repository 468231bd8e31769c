/**
 * Networks of half precision, as people export them for GPUs: what they take and give is float16. Here it becomes
 * float32, rounded at the door. Weights stay as they are. A processor without arithmetic on float16 computes in
 * float32; ONNX Runtime 1.30 on x86 then rounds nothing but weights.
 */
import { fromBinary } from '@bufbuild/protobuf';
import { type Attribute, type Graph, int, type Model, type Node, type ValueDeclaration } from './graph.js';
import { elementTypeNumber } from './proto/element-types.js';
import { ModelProtoSchema } from './proto/onnx_pb.js';
import { readModel } from './proto/read.js';
import { writeModel } from './proto/write.js';
import type { Tensor } from './tensor.js';

const HALF: number = elementTypeNumber('float16');

/** The model with float32 in place of every float16 among its inputs and outputs, and whether there were any. */
export function withFloat32Ends(bytes: Uint8Array): { bytes: Uint8Array; halfPrecision: boolean } {
  // Others are not read further: ONNX Runtime runs tensors of more types than are known here.
  const { graph } = fromBinary(ModelProtoSchema, bytes);
  const halfPrecision = [...(graph?.input ?? []), ...(graph?.output ?? [])].some(
    ({ type }) => type?.value.case === 'tensorType' && type.value.value.elemType === HALF,
  );
  return { bytes: halfPrecision ? writeModel(widened(readModel(bytes))) : bytes, halfPrecision };
}

/**
 * A pullback through float16, which holds sizes of 1e-7 to 65504 only: cotangents are brought to 1 on their way in and
 * gradients back on their way out.
 */
export async function scaledPullback(
  pullback: (cotangents: Readonly<Record<string, Tensor>>) => Promise<Tensor>,
  cotangents: Readonly<Record<string, Tensor>>,
): Promise<Tensor> {
  const size = Math.max(...Object.values(cotangents).map(({ data }) => largest(data as Float32Array)));
  if (size === 0) return pullback(cotangents);
  const scaled = Object.entries(cotangents).map(([name, v]) => [name, times(1 / size, v)]);
  return times(size, await pullback(Object.fromEntries(scaled)));
}

function largest(values: Float32Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

function times(factor: number, tensor: Tensor): Tensor {
  return { ...tensor, data: (tensor.data as Float32Array).map((value) => factor * value) };
}

function widened(model: Model): Model {
  const { graph } = model;
  const weights = new Set(graph.initializers.map(({ name }) => name));
  const inputs = graph.inputs.filter((input) => isHalf(input) && !weights.has(input.name));
  const outputs = graph.outputs.filter(isHalf);
  // The value of an input or output inside keeps another name: the card knows those outside.
  const inside = new Map([...inputs, ...outputs].map(({ name }) => [name, `${name}/half`]));
  const wide = (value: ValueDeclaration): ValueDeclaration =>
    inside.has(value.name) ? { ...value, type: 'float32' } : value;
  return {
    ...model,
    graph: {
      ...graph,
      inputs: graph.inputs.map(wide),
      outputs: graph.outputs.map(wide),
      nodes: [
        ...inputs.map(({ name }) => cast(name, inside.get(name)!, 'float16')),
        ...graph.nodes.map((node) => renamed(node, inside)),
        ...outputs.map(({ name }) => cast(inside.get(name)!, name, 'float32')),
      ],
    },
  };
}

function isHalf({ type }: ValueDeclaration): boolean {
  return type === 'float16';
}

function cast(from: string, to: string, type: 'float16' | 'float32'): Node {
  const attributes = new Map([['to', int(elementTypeNumber(type))]]);
  return { opType: 'Cast', domain: '', name: `${to}/cast`, inputs: [from], outputs: [to], attributes };
}

/** A node that reads and makes values under other names, in its subgraphs too. */
function renamed(node: Node, names: ReadonlyMap<string, string>): Node {
  const change = (name: string) => names.get(name) ?? name;
  const within = (graph: Graph): Graph => ({
    ...graph,
    nodes: graph.nodes.map((inner) => renamed(inner, names)),
    outputs: graph.outputs.map((output) => ({ ...output, name: change(output.name) })),
  });
  const attributes = [...node.attributes].map(([name, attribute]): [string, Attribute] => {
    if (attribute.kind === 'graph') return [name, { kind: 'graph', value: within(attribute.value) }];
    if (attribute.kind === 'graphs') return [name, { kind: 'graphs', value: attribute.value.map(within) }];
    return [name, attribute];
  });
  return {
    ...node,
    inputs: node.inputs.map(change),
    outputs: node.outputs.map(change),
    attributes: new Map(attributes),
  };
}
