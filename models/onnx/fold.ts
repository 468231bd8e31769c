/**
 * Constant folding by the runtime itself: what does not depend on the inputs is computed once, in a graph of its own.
 * For places where ONNX Runtime cannot write its own rewriting of a graph to a file (see canonical.ts), as in a
 * browser. It inlines no functions and no branches: those are errors when a rule is asked for.
 */
import { constant } from './constants.js';
import { attributeOf, type Graph, type Model, type Node, subgraphs, type TensorRef } from './graph.js';
import { writeModel } from './proto/write.js';
import type { Runtime } from './runtime.js';
import { inferTypes } from './shapes.js';
import type { Tensor } from './tensor.js';
import type { ValueTypes } from './vjp/emitter.js';

/** Shapes that become known by one pass make more constants in the next; real models take two. */
const MOST_PASSES = 8;

/** The model, whose inputs have fixed shapes, with initializers in place of all that is the same for every input. */
export async function folded(runtime: Runtime, model: Model, name: string): Promise<Model> {
  let current = model;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const types = await inferTypes(runtime, current, name);
    const known = withKnownShapes(withoutConstantNodes(current), types);
    const next = await evaluated(runtime, known, name);
    const settled = next.graph.nodes.length === current.graph.nodes.length;
    current = next;
    if (settled) break;
  }
  return current;
}

/** Constant nodes are initializers written otherwise. */
function withoutConstantNodes(model: Model): Model {
  return replaced(model, (node) => {
    if (node.opType !== 'Constant' || node.domain !== '') return undefined;
    const [output] = node.outputs;
    const value = attributeOf(node, 'value', 'tensor');
    if (value !== undefined) return { ...value, name: output };
    const ints = attributeOf(node, 'value_ints', 'ints');
    if (ints !== undefined) return constant(output, 'int64', [ints.length], ints);
    const floats = attributeOf(node, 'value_floats', 'floats');
    if (floats !== undefined) return constant(output, 'float32', [floats.length], floats);
    const int = attributeOf(node, 'value_int', 'int');
    if (int !== undefined) return constant(output, 'int64', [], [int]);
    const float = attributeOf(node, 'value_float', 'float');
    return float === undefined ? undefined : constant(output, 'float32', [], [float]);
  });
}

/** The shape of a value is a constant where it is known, whatever the value is. */
function withKnownShapes(model: Model, types: ValueTypes): Model {
  return replaced(model, (node) => {
    if (node.domain !== '' || (node.opType !== 'Shape' && node.opType !== 'Size')) return undefined;
    const dims = types.get(node.inputs[0])?.dims ?? ['unknown'];
    if (dims.some((size) => typeof size !== 'number')) return undefined;
    const sizes = dims as readonly number[];
    const [output] = node.outputs;
    if (node.opType === 'Size') return constant(output, 'int64', [], [sizes.reduce((a, b) => a * b, 1)]);
    const end = attributeOf(node, 'end', 'int');
    const part = sizes.slice(attributeOf(node, 'start', 'int') ?? 0, end);
    return constant(output, 'int64', [part.length], part);
  });
}

function replaced(model: Model, constantFor: (node: Node) => TensorRef | undefined): Model {
  const initializers: TensorRef[] = [];
  const nodes = model.graph.nodes.filter((node) => {
    const tensor = constantFor(node);
    if (tensor !== undefined) initializers.push(tensor);
    return tensor === undefined;
  });
  return withGraph(model, { nodes, initializers: [...model.graph.initializers, ...initializers] });
}

/** Runs the nodes all of whose inputs are constant. */
async function evaluated(runtime: Runtime, model: Model, name: string): Promise<Model> {
  const { graph } = model;
  const known = new Set(graph.initializers.map((tensor) => tensor.name));
  const done = new Set(graph.nodes.filter((node) => isConstant(node, known)));
  if (done.size === 0) return model;
  const left = graph.nodes.filter((node) => !done.has(node));
  const read = new Set([...left.flatMap((node) => node.inputs), ...graph.outputs.map((one) => one.name)]);
  for (const node of left)
    for (const inner of subgraphs(node)) for (const one of namesIn(inner)) read.add(one);
  const wanted = [...done].flatMap((node) => node.outputs).filter((output) => read.has(output));
  const fed = new Set([...done].flatMap((node) => node.inputs));
  const constants = graph.initializers.filter((tensor) => fed.has(tensor.name));
  const outputs = wanted.map((output) => ({ name: output }));
  const part: Graph = { name: 'constants', nodes: [...done], initializers: constants, inputs: [], outputs };
  const results =
    wanted.length === 0 ? {} : await run(runtime, { ...model, functions: [], graph: part }, name);
  const initializers = [...graph.initializers, ...wanted.map((output) => held(output, results[output]))];
  return withGraph(model, { nodes: left, initializers });
}

/** Marks its outputs as known where it is. */
function isConstant(node: Node, known: Set<string>): boolean {
  const random = node.opType.startsWith('Random') || node.opType === 'Bernoulli';
  if (random || node.domain !== '' || subgraphs(node).length > 0) return false;
  if (!node.inputs.every((input) => input === '' || known.has(input))) return false;
  for (const output of node.outputs) known.add(output);
  return true;
}

function namesIn(graph: Graph): string[] {
  return graph.nodes.flatMap((node) => [...node.inputs, ...subgraphs(node).flatMap(namesIn)]);
}

async function run(runtime: Runtime, model: Model, name: string): Promise<Record<string, Tensor>> {
  const session = await runtime.open(writeModel(model), { name, threads: 1, optimisation: 'disabled' });
  try {
    return (await session.run({})).outputs;
  } finally {
    await session.release();
  }
}

function held(name: string, { type, dims, data }: Tensor): TensorRef {
  return {
    name,
    type,
    dims,
    data: { bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) },
  };
}

function withGraph(model: Model, change: Partial<Graph>): Model {
  return { ...model, graph: { ...model.graph, ...change } };
}
