/**
 * ONNX Runtime as a front end: it folds constants and shape arithmetic, and inlines functions and constant branches.
 * What remains needs few and simple rules.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Graph, isExternal, type Model, type TensorRef, withSubgraphs } from './graph.js';
import { readModel } from './proto/read.js';
import { writeModel } from './proto/write.js';
import type { Runtime } from './runtime.js';
import { withShapes } from './shapes.js';

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
