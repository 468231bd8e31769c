/** Small graphs for tests, built op by op. */
import { constant } from '../../../models/onnx/constants.js';
import {
  type Attribute,
  float,
  int,
  ints,
  type Model,
  type Node,
  type TensorRef,
  text,
} from '../../../models/onnx/graph.js';
import type { ElementType, ValueInfo } from '../../../models/onnx/tensor.js';

/** Numbers in a fixed, uneven sequence from a seed: standard normal, by Box and Muller. */
export function normals(count: number, seed: number): Float64Array {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return Float64Array.from({ length: count }, () => {
    return Math.sqrt(-2 * Math.log(uniform() + 1e-12)) * Math.cos(2 * Math.PI * uniform());
  });
}

type Plain = number | string | readonly number[] | Attribute;

export class TestGraph {
  readonly nodes: Node[] = [];
  readonly initializers: TensorRef[] = [];
  readonly inputs: ValueInfo[] = [];
  #count = 0;

  constructor(readonly opset: number) {}

  input(name: string, dims: readonly number[], type: ElementType = 'float32'): string {
    this.inputs.push({ name, type, dims });
    return name;
  }

  /** Attributes: strings, integers and lists of integers as they are; floats as `float(…)`. */
  op(opType: string, inputs: readonly string[], attributes: Record<string, Plain> = {}): string {
    return this.ops(1, opType, inputs, attributes)[0];
  }

  ops(
    outputs: number,
    opType: string,
    inputs: readonly string[],
    attributes: Record<string, Plain> = {},
  ): string[] {
    const names = Array.from({ length: outputs }, () => `${opType}_${this.#count++}`);
    const entries = Object.entries(attributes).map(([key, value]): [string, Attribute] => [
      key,
      attribute(value),
    ]);
    this.nodes.push({
      opType,
      domain: '',
      name: `the ${names[0]}`,
      inputs,
      outputs: names,
      attributes: new Map(entries),
    });
    return names;
  }

  /** A constant of random values; all above zero where asked. */
  weights(
    dims: readonly number[],
    options: { scale?: number; positive?: boolean; type?: ElementType } = {},
  ): string {
    const count = dims.reduce((a, b) => a * b, 1);
    const values = normals(count, 77 + this.#count).map((value) => {
      const scaled = value * (options.scale ?? 1);
      return options.positive ? Math.abs(scaled) + 0.3 : scaled;
    });
    return this.constant(values, dims, options.type);
  }

  constant(values: ArrayLike<number>, dims: readonly number[], type: ElementType = 'float32'): string {
    const name = `constant_${this.#count++}`;
    this.initializers.push(constant(name, type, dims, values));
    return name;
  }

  scalar(value: number): string {
    return this.constant([value], []);
  }

  ints(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.constant(values, dims, 'int64');
  }

  model(outputs: readonly string[]): Model {
    const { nodes, initializers, inputs } = this;
    return {
      irVersion: this.opset >= 23 ? 11 : this.opset >= 21 ? 10 : 8,
      producer: 'test',
      opsets: new Map([['', this.opset]]),
      functions: [],
      graph: { name: 'test', nodes, initializers, inputs, outputs: outputs.map((name) => ({ name })) },
    };
  }
}

function attribute(value: Plain): Attribute {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') return int(value);
  return 'kind' in value ? value : ints(value);
}

export { float };
