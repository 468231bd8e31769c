/**
 * A graph split at its last convolution u = W∗φ + b, after which its answer is an affine function of u, value by value:
 * whitening, skips and shuffled pixels. Three rewritings follow from that: a graph that gives φ too, one with other
 * weights, and one that says how far the answer is off where the weights are (BayesDiff, Kou et al. 2024,
 * arXiv 2310.11142, but with the variance in closed form where its code draws weights).
 */
import { constant } from './constants.js';
import { attributeOf, describeNode, type Graph, type Model, type Node, type TensorRef } from './graph.js';

/** The last convolution of a graph. */
export interface LastConvolution {
  readonly node: Node;
  /** The value that it is of: [1, C, h, w]. */
  readonly features: string;
  /** [M, C, kh, kw] */
  readonly weight: TensorRef;
  /** [M] */
  readonly bias?: TensorRef;
  /** The nodes from it to the answer, in order. */
  readonly tail: readonly Node[];
}

/** Ops of one value that are affine in it and keep values apart. */
const OF_ONE = [
  ...['Identity', 'Cast', 'Neg', 'Reshape', 'Transpose', 'DepthToSpace', 'SpaceToDepth', 'Slice', 'Split'],
  ...['Squeeze', 'Unsqueeze', 'Pad', 'Flatten', 'Gather', 'Concat'],
];

/**
 * Finds the last convolution before an output.
 * @throws Error naming the model, and the op that is in the way: there is no convolution, its weights are computed, or
 * what follows it is not affine.
 */
export function lastConvolution({ graph }: Model, output: string, model: string): LastConvolution {
  const behind = ancestors(graph, output);
  const place = graph.nodes.findLastIndex((node) => node.opType === 'Conv' && behind.has(node));
  if (place < 0) throw new Error(`${model} has no convolution before its output "${output}".`);
  const node = graph.nodes[place];
  const moving = new Set(node.outputs);
  const tail = graph.nodes.slice(place + 1).filter((after) => {
    if (!behind.has(after) || !after.inputs.some((name) => moving.has(name))) return false;
    requireAffine(after, moving, model);
    for (const name of after.outputs) moving.add(name);
    return true;
  });
  const [features, weight, bias] = node.inputs;
  const group = attributeOf(node, 'group', 'int') ?? 1;
  if (group !== 1) throw new Error(`${model}: ${describeNode(node)} has ${group} groups; expected 1.`);
  const held = (name: string) => {
    const found = graph.initializers.find((tensor) => tensor.name === name);
    if (found?.type === 'float32') return found;
    const what = found ? `of type ${found.type}` : 'computed';
    throw new Error(
      `${model}: the weights of ${describeNode(node)} are ${what}; expected float32 in the graph.`,
    );
  };
  return { node, features, weight: held(weight), bias: bias ? held(bias) : undefined, tail };
}

function ancestors({ nodes }: Graph, output: string): Set<Node> {
  const wanted = new Set([output]);
  const found = new Set<Node>();
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    found.add(node);
    for (const name of node.inputs) wanted.add(name);
  }
  return found;
}

function requireAffine(node: Node, moving: ReadonlySet<string>, model: string): void {
  const { opType, inputs } = node;
  const places = inputs.flatMap((name, i) => (moving.has(name) ? [i] : []));
  const alone = places.length === 1;
  const affine =
    (OF_ONE.includes(opType) && (alone ? places[0] === 0 || opType === 'Concat' : opType === 'Concat')) ||
    (['Add', 'Sub', 'Mul'].includes(opType) && alone) ||
    (opType === 'Div' && alone && places[0] === 0);
  if (affine) return;
  throw new Error(
    `${model}: after its last convolution comes ${describeNode(node)}; expected what is affine, value by value.`,
  );
}

/** The same graph, which also gives the features. */
export function withFeatures(model: Model, { features }: LastConvolution): Model {
  return withOutputs(model, [features]);
}

/** The same graph with other weights of the last convolution; a bias of zeros where it had none. */
export function withWeights(
  model: Model,
  { node, weight }: LastConvolution,
  weights: Float32Array,
  bias: Float32Array,
): Model {
  const [w, b] = ['retrodict.weights', 'retrodict.bias'];
  const drawn = [constant(w, 'float32', weight.dims, weights), constant(b, 'float32', [bias.length], bias)];
  const { graph } = model;
  const changed = { ...node, inputs: [node.inputs[0], w, b] };
  const nodes = graph.nodes.map((one) => (one === node ? changed : one));
  return { ...model, graph: { ...graph, nodes, initializers: [...graph.initializers, ...drawn] } };
}

/** The output of `withDeviation` that says how far the answer is off. */
export const DEVIATION = 'retrodict.deviation';

/**
 * The same graph with one more output, the standard deviation of each value of `output` where the weights are
 * independent and normal: √(Σₖ φₖ² vₖ + v_b), taken through what follows the convolution.
 * @param variances of the weights [C, kh, kw] of one channel of the answer, alike for all of them, and of its bias.
 */
export function withDeviation(
  model: Model,
  last: LastConvolution,
  output: string,
  variances: Float32Array,
): Model {
  const { node, features, weight, tail } = last;
  const [channels, ...kernel] = weight.dims;
  const size = variances.length - 1;
  const repeated = new Float32Array(channels * size);
  for (let channel = 0; channel < channels; channel++)
    repeated.set(variances.subarray(0, size), channel * size);
  const own = (name: string) => `retrodict.${name}`;
  const law = [
    constant(own('variances'), 'float32', [channels, ...kernel], repeated),
    constant(own('bias-variance'), 'float32', [channels], new Float32Array(channels).fill(variances[size])),
  ];
  const squared = plain('Mul', [features, features], own('squares'));
  const variance = {
    ...node,
    name: '',
    inputs: [squared.outputs[0], own('variances'), own('bias-variance')],
    outputs: [own('variance')],
  };
  const deviation = plain('Sqrt', [own('variance')], own('off'));
  const nothing = plain('Sub', [own('off'), own('off')], own('nothing'));
  // What is affine, value by value, takes a deviation as it takes a difference of two values.
  const [off, none] = [copied(tail, node, own('off')), copied(tail, node, own('nothing'))];
  const ends = [off.rename(output), none.rename(output)];
  const difference = plain('Sub', ends, own('difference'));
  const absolute = plain('Abs', [own('difference')], DEVIATION);
  const added = [squared, variance, deviation, nothing, ...off.nodes, ...none.nodes, difference, absolute];
  const { graph } = model;
  const whole = {
    ...graph,
    nodes: [...graph.nodes, ...added],
    initializers: [...graph.initializers, ...law],
  };
  return withOutputs({ ...model, graph: whole }, [DEVIATION]);
}

function plain(opType: string, inputs: readonly string[], output: string): Node {
  return { opType, domain: '', name: '', inputs, outputs: [output], attributes: new Map() };
}

/** The nodes after the convolution once more, with `start` in place of what it gives. */
function copied(tail: readonly Node[], convolution: Node, start: string) {
  const names = new Map([[convolution.outputs[0], start]]);
  const rename = (name: string) => names.get(name) ?? name;
  const nodes = tail.map((node) => {
    const inputs = node.inputs.map(rename);
    for (const name of node.outputs) if (name !== '') names.set(name, `${start}.${name}`);
    return { ...node, name: '', inputs, outputs: node.outputs.map(rename) };
  });
  return { nodes, rename };
}

function withOutputs(model: Model, names: readonly string[]): Model {
  const { graph } = model;
  return { ...model, graph: { ...graph, outputs: [...graph.outputs, ...names.map((name) => ({ name }))] } };
}
