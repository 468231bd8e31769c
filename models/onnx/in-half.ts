/**
 * A float32 graph in half precision: what is large is computed in float16, and all else stays as it is. Inputs and
 * outputs stay float32, and weights stay where they lie: ONNX Runtime rounds them once, when it opens the graph.
 *
 * Float16 has 11 bits and ends at 65504. So powers, quotients and sums over many values stay float32, and so does what
 * is computed from the noise level alone: a phase of 1000·t would lose all its digits.
 */
import { int, type Model, type Node, readBy, type ValueDeclaration } from './graph.js';
import { answersOf, halfNodes, numbersOf } from './half-nodes.js';
import { elementTypeNumber } from './proto/element-types.js';

/**
 * The model in half precision.
 * @param ends names of inputs that are given as float16, and of outputs that may be: those stay so that are computed
 * so. For what goes from a forward graph to its backward graph.
 */
export function inHalf(model: Model, ends: ReadonlySet<string> = new Set()): Model {
  const { graph } = model;
  const given = graph.inputs.map(({ name }) => name).filter((name) => ends.has(name));
  const halves = new Set(halfNodes(graph, given));
  // Whatever computes them, these are float32 under their own names.
  const outer = new Set([
    ...graph.nodes.flatMap(capturedBy),
    ...graph.outputs.map(({ name }) => name).filter((name) => !ends.has(name)),
  ]);
  const values = new Values(new Set([...given, ...[...halves].flatMap(answersOf)]), outer);
  for (const node of graph.nodes) {
    const numbers = halves.has(node) ? numbersOf(node) : [];
    const inputs = node.inputs.map((name, i) =>
      numbers.includes(i) ? values.half(name) : values.single(name),
    );
    for (const name of capturedBy(node)) values.single(name);
    values.nodes.push({ ...node, inputs, outputs: node.outputs.map((name) => values.called(name)) });
  }
  for (const { name } of graph.outputs) if (outer.has(name)) values.single(name);
  const declared = (value: ValueDeclaration): ValueDeclaration =>
    values.halves.has(value.name) && !outer.has(value.name) ? { ...value, type: 'float16' } : value;
  const [inputs, outputs] = [graph.inputs.map(declared), graph.outputs.map(declared)];
  return { ...model, graph: { ...graph, nodes: values.nodes, inputs, outputs } };
}

/** What the graphs inside a node read from outside. */
function capturedBy(node: Node): readonly string[] {
  return readBy(node).filter((name) => !node.inputs.includes(name));
}

/** The names of values in both types. What is asked for in the one that it was not computed in is cast, once. */
class Values {
  readonly nodes: Node[] = [];
  readonly #cast = new Set<string>();

  /** @param halves what is computed in float16. @param outer what has to be float32 under its own name. */
  constructor(
    readonly halves: ReadonlySet<string>,
    readonly outer: ReadonlySet<string>,
  ) {}

  /** By the node that computes it. */
  called(name: string): string {
    return this.halves.has(name) && this.outer.has(name) ? `${name}/half` : name;
  }

  half(name: string): string {
    return this.halves.has(name) ? this.called(name) : this.#as('float16', name, `${name}/half`);
  }

  single(name: string): string {
    if (!this.halves.has(name)) return name;
    return this.#as('float32', this.called(name), this.outer.has(name) ? name : `${name}/single`);
  }

  #as(type: 'float16' | 'float32', from: string, to: string): string {
    if (this.#cast.has(to)) return to;
    this.#cast.add(to);
    const attributes = new Map([['to', int(elementTypeNumber(type))]]);
    const [opType, name] = ['Cast', `${to}/cast`];
    this.nodes.push({ opType, domain: '', name, inputs: [from], outputs: [to], attributes });
    return to;
  }
}
