/**
 * ONNX graphs as this project sees them: plain objects, without the int64, oneof and optional-field noise of the
 * protobuf messages (proto/ translates). Everything here is treated as immutable; a change makes new objects.
 */
import type { ElementType, ValueInfo } from './tensor.js';

export interface Model {
  readonly irVersion: number;
  readonly producer: string;
  /** Operator set versions by domain; the standard one is ''. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: Graph;
  /** Model-local functions, untouched (serialised FunctionProto messages). */
  readonly functions: readonly Uint8Array[];
}

export interface Graph {
  readonly name: string;
  /** In an order in which each node comes after those it reads from. */
  readonly nodes: readonly Node[];
  readonly initializers: readonly TensorRef[];
  readonly inputs: readonly ValueDeclaration[];
  readonly outputs: readonly ValueDeclaration[];
}

/** Names of values are strings; an input or output left out is ''. */
export interface Node {
  readonly opType: string;
  /** '' for the standard operators. */
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

interface AttributeValues {
  readonly float: number;
  readonly int: number;
  readonly string: string;
  readonly tensor: TensorRef;
  readonly graph: Graph;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly strings: readonly string[];
  readonly tensors: readonly TensorRef[];
  readonly graphs: readonly Graph[];
}

type AttributeKind = keyof AttributeValues;
export type Attribute = {
  readonly [Kind in AttributeKind]: { readonly kind: Kind; readonly value: AttributeValues[Kind] };
}[AttributeKind];

/** A declared input or output of a graph; ONNX Runtime infers what is left out. */
export type ValueDeclaration = Pick<ValueInfo, 'name'> & Partial<ValueInfo>;

/** A constant tensor, held here or by reference to a file. */
export interface TensorRef {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: InlineData | ExternalData;
}

export interface InlineData {
  /** Little-endian, row-major. */
  readonly bytes: Uint8Array;
  /** Where these bytes start in the model file they were read from, if they stand there as they are. */
  readonly fileOffset?: number;
}

export interface ExternalData {
  /** File name relative to the folder of the model, or to the folder named when the model is opened. */
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

export function isExternal(data: InlineData | ExternalData): data is ExternalData {
  return 'location' in data;
}

/** Subgraphs (of If, Loop, Scan) that a node holds as attributes. */
export function subgraphs(node: Node): readonly Graph[] {
  return [...node.attributes.values()].flatMap((attribute) => {
    if (attribute.kind === 'graph') return [attribute.value];
    return attribute.kind === 'graphs' ? attribute.value : [];
  });
}

/** The node with the graphs that it holds changed. */
export function withSubgraphs(node: Node, change: (graph: Graph) => Graph): Node {
  const attributes = [...node.attributes].map(([name, attribute]): [string, Attribute] => {
    if (attribute.kind === 'graph') return [name, { kind: 'graph', value: change(attribute.value) }];
    if (attribute.kind === 'graphs') return [name, { kind: 'graphs', value: attribute.value.map(change) }];
    return [name, attribute];
  });
  return { ...node, attributes: new Map(attributes) };
}

/** Every value a node reads: its inputs and what its subgraphs capture from outside. */
export function readBy(node: Node): string[] {
  return [...node.inputs.filter((name) => name !== ''), ...subgraphs(node).flatMap(capturedBy)];
}

function capturedBy(graph: Graph): string[] {
  const own = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.map(({ name }) => name),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ]);
  const read = [...graph.nodes.flatMap(readBy), ...graph.outputs.map(({ name }) => name)];
  return read.filter((name) => !own.has(name));
}

/** How messages name a node: its name, or the value it makes where it has none. */
export function describeNode(node: Node): string {
  const op = node.domain === '' ? node.opType : `${node.domain}.${node.opType}`;
  return `${op} (node "${node.name || node.outputs.find((name) => name !== '')}")`;
}

/**
 * The value of an attribute, `undefined` where the node does not have it.
 * @throws Error where it has it in another kind
 */
export function attributeOf<Kind extends AttributeKind>(
  node: Node,
  name: string,
  kind: Kind,
): AttributeValues[Kind] | undefined {
  const attribute = node.attributes.get(name);
  if (attribute === undefined) return undefined;
  if (attribute.kind !== kind) {
    throw new Error(
      `${describeNode(node)} has attribute ${name} of kind ${attribute.kind}; expected ${kind}.`,
    );
  }
  return attribute.value as AttributeValues[Kind];
}

/** Attributes, by kind. */
export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const text = (value: string): Attribute => ({ kind: 'string', value });
