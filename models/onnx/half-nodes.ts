/** Which nodes of a float32 graph are worth computing in float16, and can be. */
import { valuesOf } from './constants.js';
import { attributeOf, type Graph, isExternal, type Node, readBy, type TensorRef } from './graph.js';
import { elementTypeNumber } from './proto/element-types.js';

/** Operators that are computed in float16: of each number that they are given. */
const OF_ALL = [
  ...['Conv', 'ConvTranspose', 'MatMul', 'Gemm', 'Add', 'Sub', 'Mul', 'Neg', 'Sum', 'Concat', 'Identity'],
  ...['Relu', 'LeakyRelu', 'PRelu', 'Elu', 'Sigmoid', 'Tanh', 'Erf', 'Gelu', 'Softmax', 'Clip', 'Max', 'Min'],
  ...['AveragePool', 'DepthToSpace', 'SpaceToDepth', 'Transpose', 'Flatten'],
];

/** And those whose other inputs are places and sizes. */
const OF_FIRST = [
  ...['MaxPool', 'Reshape', 'Slice', 'Split', 'Squeeze', 'Unsqueeze', 'Expand', 'Tile', 'Gather', 'Resize'],
];

/** Where among its inputs an operator that is computed in float16 has numbers; all where nothing is said. */
const COMPUTED = new Map<string, readonly number[] | undefined>([
  ...OF_ALL.map((op) => [op, undefined] as const),
  ...OF_FIRST.map((op) => [op, [0]] as const),
  ['Pad', [0, 2]],
  ['Where', [1, 2]],
]);

/** Operators that look at shapes alone. */
const OF_SHAPES = ['Shape', 'Size'];

/** Operators whose answers are no floating-point numbers. */
const COUNTS = new Set([
  ...[
    ...OF_SHAPES,
    'ArgMax',
    'ArgMin',
    'NonZero',
    'Equal',
    'Greater',
    'GreaterOrEqual',
    'Less',
    'LessOrEqual',
  ],
  ...['And', 'Or', 'Xor', 'Not', 'IsNaN', 'IsInf', 'CastLike'],
]);

/** An input of so many axes is an image, codes or tokens; one of fewer is a noise level or a size. */
const AXES_OF_ARRAYS = 3;

/** The least number that float16 holds with all its digits, and the largest. */
const [LEAST, LARGEST] = [2 ** -14, 65504];

/** Where among its inputs a node that is computed in float16 has numbers. */
export function numbersOf({ opType, inputs }: Node): readonly number[] {
  const places = COMPUTED.get(opType) ?? inputs.map((_, i) => i);
  return places.filter((i) => (inputs[i] ?? '') !== '');
}

/** What of a node's answers is numbers: the second of some are places. */
export function answersOf({ opType, outputs }: Node): readonly string[] {
  return opType === 'MaxPool' || opType === 'TopK'
    ? outputs.slice(0, 1)
    : outputs.filter((name) => name !== '');
}

/**
 * Nodes that compute numbers from arrays.
 * @param given names of inputs that are float16.
 */
export function halfNodes(graph: Graph, given: readonly string[]): readonly Node[] {
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const inputs = graph.inputs.filter(({ name }) => !constants.has(name));
  const isArray = ({ dims = [] }: (typeof inputs)[number]) => dims.length >= AXES_OF_ARRAYS;
  const arrays = new Set(inputs.filter(isArray).map(({ name }) => name));
  const floats = new Set([
    ...[...graph.initializers, ...inputs].filter(({ type }) => type === 'float32').map(({ name }) => name),
    ...given,
  ]);
  const isHalf = (node: Node): boolean => {
    const value = node.opType === 'Constant' ? attributeOf(node, 'value', 'tensor') : undefined;
    if (value) constants.set(node.outputs[0], value);
    const ofArrays = !OF_SHAPES.includes(node.opType) && readBy(node).some((name) => arrays.has(name));
    if (ofArrays) for (const name of node.outputs) arrays.add(name);
    if (isFloat(node, floats)) for (const name of answersOf(node)) floats.add(name);
    if (!ofArrays || !COMPUTED.has(node.opType) || node.domain !== '') return false;
    const numbers = numbersOf(node).map((i) => node.inputs[i]);
    return numbers.every((name) => floats.has(name) && isHeld(constants.get(name)));
  };
  return graph.nodes.filter(isHalf);
}

/** Whether a node's answers are float32. */
function isFloat(node: Node, floats: ReadonlySet<string>): boolean {
  const { opType, domain, inputs, attributes } = node;
  if (domain !== '') return readBy(node).some((name) => floats.has(name));
  if (COUNTS.has(opType)) return false;
  if (opType === 'Cast') return attributeOf(node, 'to', 'int') === elementTypeNumber('float32');
  if (opType === 'Constant' || opType === 'ConstantOfShape') {
    const value = attributeOf(node, 'value', 'tensor');
    if (value) return value.type === 'float32';
    return opType === 'ConstantOfShape' || attributes.has('value_float') || attributes.has('value_floats');
  }
  const places = COMPUTED.get(opType);
  if (places) return floats.has(inputs[places[0]]);
  return readBy(node).some((name) => floats.has(name));
}

/** Whether float16 holds a constant: one small number may be what keeps a quotient finite. */
function isHeld(tensor: TensorRef | undefined): boolean {
  if (!tensor || isExternal(tensor.data) || tensor.dims.some((extent) => extent !== 1)) return true;
  const size = Math.abs(valuesOf(tensor)[0]);
  return size === 0 || (size >= LEAST && size <= LARGEST);
}
