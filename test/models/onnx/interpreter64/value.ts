/** Arrays of doubles, indexed the slow and plain way. */
import { attributeOf, type Node } from '../../../../models/onnx/graph.js';

/** Integers and booleans are held as doubles too. */
export interface Value {
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

/** Computes a node's outputs from its inputs; those left out are `undefined`. */
export type Kernel = (inputs: readonly Value[], node: Attributes) => Value | readonly Value[];
export type Kernels = Readonly<Record<string, Kernel>>;

/** Attributes with their defaults. */
export class Attributes {
  constructor(readonly node: Node) {}
  int = (name: string, otherwise: number) => attributeOf(this.node, name, 'int') ?? otherwise;
  float = (name: string, otherwise: number) => attributeOf(this.node, name, 'float') ?? otherwise;
  text = (name: string, otherwise: string) => attributeOf(this.node, name, 'string') ?? otherwise;
  ints = (name: string) => attributeOf(this.node, name, 'ints');
}

export const sizeOf = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1);
export const axisOf = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);
export const scalarOf = (value: Value | undefined) => value?.data[0];
export const listOf = (value: Value | undefined) => (value === undefined ? undefined : [...value.data]);

/** An array from a function of the index. */
export function build(dims: readonly number[], at: (index: number[]) => number): Value {
  const data = new Float64Array(sizeOf(dims));
  const index = dims.map(() => 0);
  for (let k = 0; k < data.length; k++) {
    data[k] = at(index);
    for (let axis = dims.length - 1; axis >= 0 && ++index[axis] === dims[axis]; axis--) index[axis] = 0;
  }
  return { dims, data };
}

export function flatIndex(dims: readonly number[], index: readonly number[]): number {
  return dims.reduce((flat, size, axis) => flat * size + index[axis], 0);
}

/** The element at an index. */
export function at(value: Value, index: readonly number[]): number {
  return value.data[flatIndex(value.dims, index)];
}

/** The element that an index of a larger, broadcast shape reads. */
export function atBroadcast(value: Value, index: readonly number[]): number {
  const skipped = index.length - value.dims.length;
  return at(
    value,
    value.dims.map((size, axis) => (size === 1 ? 0 : index[axis + skipped])),
  );
}

export function broadcastDims(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, axis) => {
    return Math.max(...shapes.map((dims) => dims[axis - rank + dims.length] ?? 1));
  });
}

export function reshape(value: Value, dims: readonly number[]): Value {
  return { dims, data: value.data };
}

export function transpose(value: Value, perm: readonly number[]): Value {
  const source = perm.map(() => 0);
  return build(
    perm.map((axis) => value.dims[axis]),
    (index) => {
      perm.forEach((axis, i) => {
        source[axis] = index[i];
      });
      return at(value, source);
    },
  );
}

/** `index` with one entry replaced. */
export const withEntry = (index: readonly number[], axis: number, entry: number) =>
  index.map((old, i) => (i === axis ? entry : old));
