/** Emits nodes of the backward graph. */
import { constant, valuesOf } from '../constants.js';
import { type Attribute, int, ints, isExternal, type Model, type Node, type TensorRef } from '../graph.js';
import { elementTypeNumber } from '../proto/element-types.js';
import type { ElementType } from '../tensor.js';
import type { ResizeMatrices } from './resize-matrix.js';

/** Element type and shape of a value; a size by name is one that is known only when the graph runs. */
export interface ValueType {
  readonly type: ElementType;
  readonly dims: readonly (number | string)[];
}

/** Of every value of a graph. */
export type ValueTypes = ReadonlyMap<string, ValueType>;

type Attributes = Readonly<Record<string, Attribute>>;

/** Collects the nodes and constants that rules emit, and answers what they ask about the forward graph. */
export class Emitter {
  readonly nodes: Node[] = [];
  readonly initializers: TensorRef[] = [];
  /** Optional outputs that rules need of forward nodes: the outputs each such node is to have. */
  readonly extendedOutputs = new Map<Node, string[]>();
  /** Element type of the constants emitted with `scalar` and `zeros`: that of the value being differentiated. */
  type: ElementType = 'float32';

  /** Of every forward value, optional outputs that were added included. */
  readonly forwardTypes: Map<string, ValueType>;

  readonly #constants: ReadonlyMap<string, TensorRef>;
  readonly #producers = new Map<string, Node>();
  readonly #taken: Set<string>;
  readonly #shared = new Map<string, string>();
  #count = 0;

  constructor(
    model: Model,
    types: ValueTypes,
    readonly resizeMatrices: ResizeMatrices,
  ) {
    this.forwardTypes = new Map(types);
    const { nodes, inputs, initializers } = model.graph;
    this.#constants = new Map(initializers.map((tensor) => [tensor.name, tensor]));
    for (const node of nodes) for (const output of node.outputs) this.#producers.set(output, node);
    this.#taken = new Set([
      ...this.#producers.keys(),
      ...this.#constants.keys(),
      ...inputs.map(({ name }) => name),
    ]);
  }

  /** @throws Error where the shape is known only when the graph runs */
  dims(name: string): readonly number[] {
    const { dims } = this.valueType(name);
    if (!dims.every((size) => typeof size === 'number')) {
      throw new Error(
        `Value "${name}" has shape [${dims.join(', ')}]; expected one that follows from the input shapes.`,
      );
    }
    return dims;
  }

  rank(name: string): number {
    return this.valueType(name).dims.length;
  }

  valueType(name: string): ValueType {
    const found = this.forwardTypes.get(name);
    if (found === undefined) throw new Error(`The type of value "${name}" is not known.`);
    return found;
  }

  /** The forward node that makes a value. */
  producer(name: string): Node | undefined {
    return this.#producers.get(name);
  }

  /** The values of a small constant; `undefined` for what is computed, or held in another file. */
  values(name: string): number[] | undefined {
    const tensor = this.#constants.get(name);
    return tensor === undefined || isExternal(tensor.data) ? undefined : valuesOf(tensor);
  }

  /** An output that a forward node may have and now must have. */
  optionalOutput(node: Node, index: number, type: ValueType): string {
    const outputs = this.extendedOutputs.get(node) ?? [...node.outputs];
    while (outputs.length <= index) outputs.push('');
    if (outputs[index] === '') {
      outputs[index] = this.#fresh(node.opType);
      this.forwardTypes.set(outputs[index], type);
    }
    this.extendedOutputs.set(node, outputs);
    return outputs[index];
  }

  /** Emits a node with one output and returns that output's name. */
  op(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.ops(opType, inputs, attributes, 1)[0];
  }

  /** Emits a node with several outputs. */
  ops(opType: string, inputs: readonly string[], attributes: Attributes, outputs: number): string[] {
    const names = Array.from({ length: outputs }, () => this.#fresh(opType));
    this.nodes.push({
      opType,
      domain: '',
      name: names[0],
      inputs,
      outputs: names,
      attributes: new Map(Object.entries(attributes)),
    });
    return names;
  }

  add(a: string, b: string): string {
    return this.op('Add', [a, b]);
  }

  sub(a: string, b: string): string {
    return this.op('Sub', [a, b]);
  }

  mul(a: string, b: string): string {
    return this.op('Mul', [a, b]);
  }

  div(a: string, b: string): string {
    return this.op('Div', [a, b]);
  }

  neg(a: string): string {
    return this.op('Neg', [a]);
  }

  cast(value: string, type: ElementType): string {
    return this.op('Cast', [value], { to: int(elementTypeNumber(type)) });
  }

  /** `value` where the condition holds, 0 elsewhere. */
  keepWhere(condition: string, value: string): string {
    return this.op('Where', [condition, value, this.scalar(0)]);
  }

  reshape(value: string, dims: readonly number[]): string {
    return this.op('Reshape', [value, this.ints(dims)]);
  }

  transpose(value: string, perm: readonly number[]): string {
    return this.op('Transpose', [value], { perm: ints(perm) });
  }

  expand(value: string, dims: readonly number[]): string {
    return this.op('Expand', [value, this.ints(dims)]);
  }

  sum(value: string, axes: readonly number[], keepDims = true): string {
    return this.op('ReduceSum', [value, this.ints(axes)], { keepdims: int(keepDims ? 1 : 0) });
  }

  mean(value: string, axes: readonly number[]): string {
    return this.op('ReduceMean', [value, this.ints(axes)], { keepdims: int(1) });
  }

  /** Zeros before and after each axis; negative amounts crop. */
  pad(value: string, before: readonly number[], after: readonly number[]): string {
    if ([...before, ...after].every((amount) => amount === 0)) return value;
    return this.op('Pad', [value, this.ints([...before, ...after])]);
  }

  /** `pad` along one axis of a value of that many axes. */
  padAxis(value: string, rank: number, axis: number, before: number, after: number): string {
    const only = (amount: number) => Array.from({ length: rank }, (_, i) => (i === axis ? amount : 0));
    return this.pad(value, only(before), only(after));
  }

  slice(value: string, axis: number, start: number, end: number): string {
    return this.op('Slice', [value, this.ints([start]), this.ints([end]), this.ints([axis])]);
  }

  /** Reverses the given axes. */
  flip(value: string, axes: readonly number[]): string {
    const all = (number: number) => this.ints(axes.map(() => number));
    return this.op('Slice', [value, all(-1), all(-(2 ** 31)), this.ints(axes), all(-1)]);
  }

  zeros(dims: readonly number[]): string {
    return this.expand(this.scalar(0), dims);
  }

  /** Sums a value of shape `from`, the result of broadcasting, back to shape `to`. */
  unbroadcast(value: string, from: readonly number[], to: readonly number[]): string {
    const added = from.length - to.length;
    const axes = [...from.keys()].filter((i) => i < added || (to[i - added] === 1 && from[i] !== 1));
    const summed = axes.length > 0 ? this.sum(value, axes) : value;
    return added > 0 ? this.reshape(summed, to) : summed;
  }

  scalar(value: number): string {
    return this.#share(`${this.type} ${value}`, (name) => constant(name, this.type, [], [value]));
  }

  /** A constant of the type of the value being differentiated. */
  tensor(values: ArrayLike<number>, dims: readonly number[]): string {
    const name = this.#fresh('constant');
    this.initializers.push(constant(name, this.type, dims, values));
    return name;
  }

  /** A constant int64 vector, or a tensor where a shape is given. */
  ints(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.#share(`int64 ${dims}:${values}`, (name) => constant(name, 'int64', dims, values));
  }

  #share(key: string, make: (name: string) => TensorRef): string {
    let name = this.#shared.get(key);
    if (name === undefined) {
      name = this.#fresh('constant');
      this.#shared.set(key, name);
      this.initializers.push(make(name));
    }
    return name;
  }

  #fresh(stem: string): string {
    let name: string;
    do name = `vjp/${stem}_${this.#count++}`;
    while (this.#taken.has(name));
    return name;
  }
}
