/** Which values a gradient flows through. */
import { type Graph, type Node, readBy } from '../graph.js';
import type { ValueTypes } from './emitter.js';
import { constantOps } from './rules/constant.js';

interface Activity {
  /** Values that depend differentiably on the inputs asked for, and that the outputs depend on. */
  readonly values: ReadonlySet<string>;
  /** Nodes that make such values, in order. */
  readonly nodes: readonly Node[];
}

/** Values reached from `wrt` along nodes with non-zero gradient, and reaching `outputs` along them. */
export function activity(
  graph: Graph,
  types: ValueTypes,
  wrt: readonly string[],
  outputs: readonly string[],
): Activity {
  const flowing = graph.nodes.filter((node) => passesGradient(node, types));
  const reached = new Set(wrt);
  const detached = new Set<Node>();
  for (const node of flowing) {
    if (isDetached(node, graph, reached)) detached.add(node);
    else if (readBy(node).some((name) => reached.has(name))) {
      for (const output of node.outputs) if (output !== '') reached.add(output);
    }
  }
  const values = new Set(outputs.filter((name) => reached.has(name)));
  const nodes: Node[] = [];
  for (const node of [...flowing].reverse()) {
    if (detached.has(node) || !node.outputs.some((name) => values.has(name))) continue;
    nodes.unshift(node);
    for (const name of readBy(node)) if (reached.has(name)) values.add(name);
  }
  return { values, nodes };
}

/**
 * Whether a node is the difference of a straight-through estimator, z + (q − z) with a q that no gradient flows
 * through, as vector quantisation is written: its author took the gradient of z alone, but exporters forget what they
 * detach, and the two would cancel.
 */
function isDetached(node: Node, graph: Graph, reached: ReadonlySet<string>): boolean {
  const [q, z] = node.inputs;
  if (node.opType !== 'Sub' || node.domain !== '' || reached.has(q) || !reached.has(z)) return false;
  const readers = graph.nodes.filter((other) => readBy(other).includes(node.outputs[0]));
  return readers.length > 0 && readers.every(({ opType, inputs }) => opType === 'Add' && inputs.includes(z));
}

function passesGradient(node: Node, types: ValueTypes): boolean {
  if (node.domain !== '') return true;
  if (node.opType === 'Cast' || node.opType === 'CastLike')
    return isFloat(types, node.outputs[0]) && isFloat(types, node.inputs[0]);
  return !constantOps.has(node.opType);
}

export function isFloat(types: ValueTypes, name: string): boolean {
  return types.get(name)?.type.startsWith('float') ?? false;
}
