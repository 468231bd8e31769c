/**
 * ONNX Runtime as a front end: it folds constants and shape arithmetic, inlines functions and constant branches, and
 * infers the type and shape of every value. What remains needs few and simple rules.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Graph, isExternal, type Model, type TensorRef, withSubgraphs } from './graph.js';
import { readModel } from './proto/read.js';
import { writeModel } from './proto/write.js';
import type { Runtime } from './runtime.js';
import type { ValueType, ValueTypes } from './vjp/emitter.js';

/** Where a model's external weights lie, and where files may be left for as long as it is worked on. */
interface Folders {
  readonly weights: string;
  readonly scratch: string;
}

/** Inlining one function uncovers others and what can be folded in them; real models take two or three passes. */
const MOST_PASSES = 8;

/**
 * The model as ONNX Runtime rewrites it for the given input shapes. Weights given by reference stay references.
 * Only rewritings that are exact are asked for (level `basic`); others would also bring in operators of its own.
 */
export async function canonicalise(
  runtime: Runtime,
  model: Model,
  inputShapes: Readonly<Record<string, readonly number[]>>,
  folders: Folders,
  name: string,
): Promise<Model> {
  let current = withShapes(model, inputShapes, name);
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const optimisedModelPath = join(folders.scratch, `pass-${pass}.onnx`);
    const session = await runtime.open(writeModel(current), {
      name,
      threads: 1,
      optimisation: 'basic',
      optimisedModelPath,
      externalDataFolder: folders.weights,
    });
    await session.release();
    const next = foldedApart(readModel(await readFile(optimisedModelPath)), current, pass);
    const settled = next.graph.nodes.length === current.graph.nodes.length;
    current = next;
    if (settled) break;
  }
  return {
    ...current,
    graph: { ...current.graph, initializers: current.graph.initializers.map(withoutOffset) },
  };
}

/**
 * What a pass folded, under names of that pass: ONNX Runtime counts anew in the next, and would use the same ones
 * again.
 */
function foldedApart(model: Model, before: Model, pass: number): Model {
  const known = new Set([...before.graph.initializers, ...model.graph.outputs].map(({ name }) => name));
  const folded = model.graph.initializers.filter(({ name }) => !known.has(name));
  const names = new Map(folded.map(({ name }) => [name, `folded-${pass}/${name}`]));
  const initializers = model.graph.initializers.map((tensor) => ({
    ...tensor,
    name: names.get(tensor.name) ?? tensor.name,
  }));
  return { ...model, graph: { ...renamed(model.graph, names), initializers } };
}

/** The graph, and those inside its nodes, reading the values by other names. */
function renamed(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const nodes = graph.nodes.map((node) => ({
    ...withSubgraphs(node, (inner) => renamed(inner, names)),
    inputs: node.inputs.map((name) => names.get(name) ?? name),
  }));
  return { ...graph, nodes };
}

/** Bytes that stand in a scratch file must not be pointed to. */
function withoutOffset(tensor: TensorRef): TensorRef {
  return isExternal(tensor.data) ? tensor : { ...tensor, data: { bytes: tensor.data.bytes } };
}

function withShapes(model: Model, shapes: Readonly<Record<string, readonly number[]>>, name: string): Model {
  const inputs = model.graph.inputs.map((input) => {
    const dims = Object.hasOwn(shapes, input.name) ? shapes[input.name] : input.dims;
    if (dims === undefined || dims.some((size) => typeof size !== 'number')) {
      throw new Error(
        `Input "${input.name}" of ${name} has shape [${input.dims ?? '?'}]; expected inputShapes to fix it.`,
      );
    }
    return { ...input, dims };
  });
  return { ...model, graph: { ...model.graph, inputs } };
}

/** Element type and shape of every value, which ONNX Runtime tells of a graph's outputs: so all are made outputs. */
export async function inferTypes(
  runtime: Runtime,
  model: Model,
  folders: Folders,
  name: string,
): Promise<ValueTypes> {
  const { graph } = model;
  const values = new Set(graph.nodes.flatMap(({ outputs }) => outputs).filter((output) => output !== ''));
  const outputs = [...values].map((value) => ({ name: value }));
  const session = await runtime.open(writeModel({ ...model, graph: { ...graph, outputs } }), {
    name,
    threads: 1,
    optimisation: 'disabled',
    externalDataFolder: folders.weights,
  });
  await session.release();
  const types = new Map<string, ValueType>();
  for (const { name: value, type, dims } of [...session.inputs, ...session.outputs]) {
    types.set(value, { type, dims });
  }
  for (const { name: value, type, dims } of graph.initializers) types.set(value, { type, dims });
  return types;
}
