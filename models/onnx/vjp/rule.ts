/** What a differentiation rule is given, and what it gives back. */
import { GradientError } from '../../../src/core/errors.js';
import { attributeOf, describeNode, type Node } from '../graph.js';
import type { Emitter } from './emitter.js';

/**
 * Emits the nodes that turn the cotangents of a node's outputs into those of its inputs, and returns their names in
 * the order of the inputs; `undefined` where an input has no gradient or none is wanted.
 */
export type Rule = (emit: Emitter, at: Application) => readonly (string | undefined)[];

export type RuleTable = Readonly<Record<string, Rule>>;

/** One node in the backward sweep. */
export class Application {
  constructor(
    readonly node: Node,
    /** Cotangents of the outputs, in order; `undefined` for outputs that nothing active reads. */
    readonly cotangents: readonly (string | undefined)[],
    private readonly wanted: ReadonlySet<string>,
    /** What messages call the model. */
    private readonly model: string,
  ) {}

  get inputs(): readonly string[] {
    return this.node.inputs;
  }

  get outputs(): readonly string[] {
    return this.node.outputs;
  }

  /** The first input. */
  get x(): string {
    return this.node.inputs[0];
  }

  /** The first output. */
  get y(): string {
    return this.node.outputs[0];
  }

  /** The cotangent of the first output, for rules that differentiate no other. */
  get g(): string {
    const [first, ...others] = this.cotangents;
    if (first === undefined || others.some((other) => other !== undefined)) {
      this.refuse('only its first output has a rule, and the result depends on another');
    }
    return first;
  }

  /** Whether the cotangent of an input leads to a gradient that was asked for. */
  wants(input: number): boolean {
    return this.wanted.has(this.node.inputs[input]);
  }

  int(name: string, otherwise: number): number {
    return attributeOf(this.node, name, 'int') ?? otherwise;
  }

  float(name: string, otherwise: number): number {
    return attributeOf(this.node, name, 'float') ?? otherwise;
  }

  text(name: string, otherwise: string): string {
    return attributeOf(this.node, name, 'string') ?? otherwise;
  }

  ints(name: string): readonly number[] | undefined {
    return attributeOf(this.node, name, 'ints');
  }

  /** @throws Error saying which node of which model cannot be differentiated, and why */
  refuse(reason: string): never {
    throw new GradientError(
      `${this.model} cannot be differentiated at ${describeNode(this.node)}: ${reason}.`,
    );
  }
}
