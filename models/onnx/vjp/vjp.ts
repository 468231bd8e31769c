/**
 * Reverse-mode differentiation of a graph: one backward sweep that emits, for each active node, the nodes which take
 * the cotangents of its outputs to those of its inputs.
 */
import { GradientError } from '../../../src/core/errors.js';
import {
  describeNode,
  type Graph,
  type Model,
  type Node,
  type TensorRef,
  type ValueDeclaration,
} from '../graph.js';
import { activity, isFloat } from './activity.js';
import { emittedTypes } from './emitted-types.js';
import { Emitter, type ValueTypes } from './emitter.js';
import { partition } from './partition.js';
import { prune } from './prune.js';
import type { ResizeMatrices } from './resize-matrix.js';
import { Application } from './rule.js';
import { rules } from './rules/index.js';

export interface VjpRequest {
  /** What messages call the model. */
  readonly name: string;
  /** Inputs to differentiate with respect to. */
  readonly wrt: readonly string[];
  /** Outputs that get a cotangent; all of floating point when absent. */
  readonly outputs?: readonly string[];
  /** Element type and shape of every value, inputs and initializers included. */
  readonly types: ValueTypes;
  readonly resizeMatrices?: ResizeMatrices;
}

interface Names {
  readonly outputs: readonly string[];
  /** The input that takes the cotangent of each output. */
  readonly cotangents: Readonly<Record<string, string>>;
  /** The output that holds the gradient with respect to each input. */
  readonly gradients: Readonly<Record<string, string>>;
}

export interface SplitVjp extends Names {
  readonly forward: Model;
  readonly backward: Model;
  /** Outputs of `forward`, none of them also one of `outputs`, that are inputs of `backward`. */
  readonly residuals: readonly string[];
}

interface Sweep extends Names {
  readonly emit: Emitter;
  /** Forward nodes, some with optional outputs added that the backward nodes read. */
  readonly forward: readonly Node[];
}

/** A forward model that also gives what the backward model needs of it, and computes early what saves keeping more. */
export function splitVjp(model: Model, request: VjpRequest): SplitVjp {
  const { emit, forward, ...names } = sweep(model, request);
  const { types } = request;
  const initializers = [...model.graph.initializers, ...emit.initializers];
  const gradients = Object.values(names.gradients);
  const { nodes } = prune(emit.nodes, initializers, gradients);
  const constants = new Map(initializers.map((tensor) => [tensor.name, tensor]));
  const residualTypes = new Map(emittedTypes(nodes, emit.forwardTypes, constants));
  const { early, late } = partition(
    nodes,
    Object.values(names.cotangents),
    new Set(constants.keys()),
    residualTypes,
  );
  const needed = prune(late, initializers, gradients);
  const made = new Set([
    ...needed.nodes.flatMap(({ outputs }) => outputs),
    ...initializers.map(({ name }) => name),
    ...Object.values(names.cotangents),
  ]);
  const read = [...needed.read].filter((name) => !made.has(name));

  // Inputs and outputs of the model that are also residuals pass through under a name of their own.
  const outward = new Set([...model.graph.inputs.map(({ name }) => name), ...names.outputs]);
  const residualOf = new Map(read.map((name) => [name, outward.has(name) ? `residual/${name}` : name]));
  const copies = [...residualOf].filter(([name, residual]) => name !== residual);
  const residuals = [...residualOf.values()];

  for (const [name, residual] of copies) residualTypes.set(residual, types.get(name)!);
  const forwardNeeds = prune(
    [...forward, ...early, ...copies.map(([name, residual]) => identity(name, residual))],
    initializers,
    [...names.outputs, ...residuals],
  );
  const backwardNodes = needed.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => residualOf.get(name) ?? name),
  }));
  const forwardOutputs = [...declare(names.outputs, types), ...declare(residuals, residualTypes)];
  const backwardInputs = [...declare(residuals, residualTypes), ...cotangentInputs(names, types)];
  return {
    ...names,
    forward: rebuilt(model, forwardNeeds, model.graph.inputs, forwardOutputs),
    backward: rebuilt(
      model,
      { ...needed, nodes: backwardNodes },
      backwardInputs,
      gradientOutputs(names, types),
    ),
    residuals,
  };
}

function sweep(model: Model, request: VjpRequest): Sweep {
  const { graph } = model;
  const { types, wrt } = request;
  const outputs =
    request.outputs ?? graph.outputs.map(({ name }) => name).filter((name) => isFloat(types, name));
  if (outputs.length === 0) {
    throw new Error(`${request.name} has no output to differentiate; expected one of floating point.`);
  }
  requireKnown(graph, request, outputs);
  const active = activity(graph, types, wrt, outputs);
  const emit = new Emitter(model, types, request.resizeMatrices ?? new Map());

  const cotangents = Object.fromEntries(outputs.map((name) => [name, `ct/${name}`]));
  const gradients = Object.fromEntries(wrt.map((name) => [name, `grad/${name}`]));
  const parts = new Map<string, string[]>();
  const add = (value: string, cotangent: string) =>
    parts.set(value, [...(parts.get(value) ?? []), cotangent]);
  const total = (value: string): string | undefined => {
    const found = parts.get(value);
    if (found === undefined || found.length === 1) return found?.[0];
    const sum = found.length === 2 ? emit.add(found[0], found[1]) : emit.op('Sum', found);
    parts.set(value, [sum]);
    return sum;
  };

  for (const name of outputs) add(name, cotangents[name]);
  for (const node of [...active.nodes].reverse()) {
    const ofOutputs = node.outputs.map((name) => (active.values.has(name) ? total(name) : undefined));
    const first = ofOutputs.findIndex((cotangent) => cotangent !== undefined);
    if (first < 0) continue;
    emit.type = types.get(node.outputs[first])?.type ?? 'float32';
    const ofInputs = applyRule(emit, node, ofOutputs, active.values, request.name);
    node.inputs.forEach((name, i) => {
      const cotangent = ofInputs[i];
      if (cotangent !== undefined && active.values.has(name)) add(name, cotangent);
    });
  }
  for (const name of wrt) {
    emit.type = emit.valueType(name).type;
    emit.nodes.push(identity(total(name) ?? emit.zeros(emit.dims(name)), gradients[name]));
  }
  const forward = graph.nodes.map((node) => {
    const extended = emit.extendedOutputs.get(node);
    return extended === undefined ? node : { ...node, outputs: extended };
  });
  return { emit, forward, outputs, cotangents, gradients };
}

function applyRule(
  emit: Emitter,
  node: Node,
  cotangents: readonly (string | undefined)[],
  active: ReadonlySet<string>,
  name: string,
): readonly (string | undefined)[] {
  const rule = node.domain === '' && Object.hasOwn(rules, node.opType) ? rules[node.opType] : undefined;
  if (rule === undefined) {
    throw new GradientError(
      `${name} cannot be differentiated at ${describeNode(node)}: there is no rule for this operator.`,
    );
  }
  return rule(emit, new Application(node, cotangents, active, name));
}

function requireKnown(graph: Graph, { name, types, wrt }: VjpRequest, outputs: readonly string[]): void {
  const find = (wanted: readonly string[], among: readonly ValueDeclaration[], what: string) => {
    const names = among.map((one) => one.name);
    for (const one of wanted) {
      if (!names.includes(one)) {
        throw new Error(
          `${name} has no ${what} "${one}"; expected one of ${names.map((n) => `"${n}"`).join(', ')}.`,
        );
      }
      if (!isFloat(types, one)) {
        throw new Error(
          `The ${what} "${one}" of ${name} is ${types.get(one)?.type}; expected floating point.`,
        );
      }
    }
  };
  find(wrt, graph.inputs, 'input');
  find(outputs, graph.outputs, 'output');
}

function identity(from: string, to: string): Node {
  return { opType: 'Identity', domain: '', name: to, inputs: [from], outputs: [to], attributes: new Map() };
}

function declare(names: readonly string[], types: ValueTypes): ValueDeclaration[] {
  return names.map((name) => ({ name, ...types.get(name) }));
}

function cotangentInputs({ cotangents }: Names, types: ValueTypes): ValueDeclaration[] {
  return Object.entries(cotangents).map(([output, name]) => ({ ...types.get(output), name }));
}

function gradientOutputs({ gradients }: Names, types: ValueTypes): ValueDeclaration[] {
  return Object.entries(gradients).map(([input, name]) => ({ ...types.get(input), name }));
}

function rebuilt(
  model: Model,
  { nodes, initializers }: { nodes: readonly Node[]; initializers: readonly TensorRef[] },
  inputs: readonly ValueDeclaration[],
  outputs: readonly ValueDeclaration[],
): Model {
  const domains = new Set(['', ...nodes.map(({ domain }) => domain)]);
  return {
    ...model,
    opsets: new Map([...model.opsets].filter(([domain]) => domains.has(domain))),
    graph: { name: model.graph.name, nodes, initializers, inputs, outputs },
  };
}
