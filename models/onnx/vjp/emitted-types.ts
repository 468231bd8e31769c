/**
 * Types and shapes of emitted values, from those of what they are computed from. ONNX Runtime tells those of the
 * forward values; of the operators that rules emit only the ones that take part in derivatives of pointwise functions
 * and in statistics are known here, and of others nothing is said.
 */
import { valuesOf } from '../constants.js';
import { attributeOf, isExternal, type Node, type TensorRef } from '../graph.js';
import { elementTypeName } from '../proto/element-types.js';
import type { ValueType, ValueTypes } from './emitter.js';

const ARITHMETIC = ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Sum', 'Where', 'Cast'];
const FUNCTIONS = ['Neg', 'Abs', 'Sign', 'Sqrt', 'Reciprocal', 'Exp', 'Log', 'Erf', 'Identity'];
const PERIODIC = ['Sin', 'Cos', 'Sinh', 'Cosh', 'Tanh', 'Sigmoid', 'Softplus'];
const CONDITIONS = ['Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal', 'And'];
const POINTWISE = new Set([...ARITHMETIC, ...FUNCTIONS, ...PERIODIC, ...CONDITIONS]);

/** @param types of the forward values and all constants */
export function emittedTypes(
  nodes: readonly Node[],
  types: ValueTypes,
  constants: ReadonlyMap<string, TensorRef>,
): ValueTypes {
  const known = new Map(types);
  for (const { name, type, dims } of constants.values()) known.set(name, { type, dims });
  for (const node of nodes) {
    const inputs = node.inputs.map((name) => known.get(name));
    const output = inputs.every((input) => input !== undefined)
      ? outputType(node, inputs, constants)
      : undefined;
    if (output !== undefined) known.set(node.outputs[0], output);
  }
  return known;
}

function outputType(
  node: Node,
  inputs: readonly ValueType[],
  constants: ReadonlyMap<string, TensorRef>,
): ValueType | undefined {
  const { opType } = node;
  const [{ type, dims }] = inputs;
  if (POINTWISE.has(opType)) {
    const shape = broadcast(inputs.map((input) => input.dims));
    if (shape === undefined) return undefined;
    if (CONDITIONS.includes(opType)) return { type: 'bool', dims: shape };
    if (opType === 'Where') return { type: inputs[1].type, dims: shape };
    if (opType === 'Cast') return { type: elementTypeName(attributeOf(node, 'to', 'int')!, node.name), dims };
    return { type, dims: shape };
  }
  const numbers = constants.get(node.inputs[1]);
  if (numbers === undefined || isExternal(numbers.data)) return undefined;
  if (opType === 'Reshape') return { type, dims: valuesOf(numbers) };
  if (opType === 'ReduceMean' || opType === 'ReduceSum') {
    if (attributeOf(node, 'keepdims', 'int') !== 1) return undefined;
    const axes = valuesOf(numbers);
    return { type, dims: dims.map((size, axis) => (axes.includes(axis) ? 1 : size)) };
  }
  return undefined;
}

/** `undefined` where an extent is known only when the graph runs. */
function broadcast(shapes: readonly (readonly (number | string)[])[]): number[] | undefined {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const sizes = Array.from({ length: rank }, (_, axis) => {
    const along = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return along.find((size) => size !== 1) ?? 1;
  });
  return shapes.flat().every((size) => typeof size === 'number') ? (sizes as number[]) : undefined;
}
