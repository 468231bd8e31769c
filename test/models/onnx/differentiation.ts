/** What the tests of rules share: preparing a graph, running its gradient, and the truth to compare it with. */

import type { Model } from '../../../models/onnx/graph.js';
import { writeModel } from '../../../models/onnx/proto/write.js';
import { measureResizes } from '../../../models/onnx/resize-matrices.js';
import type { Runtime, SessionOptions } from '../../../models/onnx/runtime.js';
import { inferTypes } from '../../../models/onnx/shapes.js';
import type { Tensor } from '../../../models/onnx/tensor.js';
import { upgrade } from '../../../models/onnx/upgrade.js';
import { type SplitVjp, splitVjp, type VjpRequest } from '../../../models/onnx/vjp/vjp.js';
import type { Case } from './cases/case.js';
import { interpret, type Value } from './interpreter64/index.js';
import { normals, TestGraph } from './test-graph.js';

export type Arrays = Readonly<Record<string, Value>>;

/** A model in the forms that rules know, and the request to differentiate all its outputs by all its inputs. */
export async function prepared(
  runtime: Runtime,
  original: Model,
): Promise<{ model: Model; request: VjpRequest }> {
  const model = upgrade(original, 'the case');
  const types = await inferTypes(runtime, model, 'the case');
  const resizeMatrices = await measureResizes(runtime, model, types, 'the case');
  const wrt = model.graph.inputs.map(({ name }) => name);
  return { model, request: { name: 'the case', wrt, types, resizeMatrices } };
}

/** A case as both its graphs, with what they are fed: inputs and cotangents of normal numbers. */
export async function splitCase(runtime: Runtime, example: Case) {
  const graph = new TestGraph(example.opset ?? 18);
  const built = example.build(graph);
  const whole = graph.model(typeof built === 'string' ? [built] : built);
  const { model, request } = await prepared(runtime, whole);
  const vjp = splitVjp(model, request);
  const draw = (name: string, seed: number, like: Partial<Case>) =>
    randomArray(shapeOf(request, name), seed, like.spread, like.centre);
  const inputs = request.wrt.map((name, i) => [name, draw(name, 5 + i, example)]);
  const cotangents = vjp.outputs.map((name, i) => [vjp.cotangents[name], draw(name, 99 + i, {})]);
  return {
    vjp,
    inputs: tensors(Object.fromEntries(inputs)),
    cotangents: tensors(Object.fromEntries(cotangents)),
  };
}

export function shapeOf(request: VjpRequest, name: string): readonly number[] {
  return request.types.get(name)!.dims as readonly number[];
}

/** Both graphs as one: inputs and cotangents in, outputs and gradients out. */
export function joined({
  forward,
  backward,
  residuals,
}: Pick<SplitVjp, 'forward' | 'backward' | 'residuals'>): Model {
  const [first, second] = [forward.graph, backward.graph];
  const outer = ({ name }: { readonly name: string }) => !residuals.includes(name);
  const initializers = new Map([...first.initializers, ...second.initializers].map((one) => [one.name, one]));
  return {
    ...forward,
    opsets: new Map([...forward.opsets, ...backward.opsets]),
    graph: {
      name: first.name,
      nodes: [...first.nodes, ...second.nodes],
      initializers: [...initializers.values()],
      inputs: [...first.inputs, ...second.inputs.filter(outer)],
      outputs: [...first.outputs.filter(outer), ...second.outputs],
    },
  };
}

/** The vector-Jacobian product of a model in one graph. */
export function jointVjp(model: Model, request: VjpRequest) {
  const split = splitVjp(model, request);
  return { ...split, joint: joined(split) };
}

/** Normal numbers, rounded to float32 so that both sides start from the same. */
export function randomArray(dims: readonly number[], seed: number, spread = 1, centre = 0): Value {
  const count = dims.reduce((a, b) => a * b, 1);
  return { dims, data: normals(count, seed).map((value) => Math.fround(centre + spread * value)) };
}

export function runModel(
  runtime: Runtime,
  model: Model,
  feeds: Arrays,
  options: SessionOptions = {},
): Promise<Record<string, Tensor>> {
  return runTensors(runtime, model, tensors(feeds), options);
}

export async function runTensors(
  runtime: Runtime,
  model: Model,
  feeds: Record<string, Tensor>,
  options: SessionOptions = {},
): Promise<Record<string, Tensor>> {
  const session = await runtime.open(writeModel(model), { threads: 1, ...options });
  try {
    return (await session.run(feeds)).outputs;
  } finally {
    await session.release();
  }
}

export function tensors(values: Arrays): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(values).map(([name, { dims, data }]) => [
      name,
      { type: 'float32', dims, data: Float32Array.from(data) },
    ]),
  );
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
}

const norm = (a: ArrayLike<number>) => Math.sqrt(dot(a, a));

/** Largest difference relative to the largest value. */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 1e-30;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
  }
  return worst / largest;
}

/**
 * How far gradients are from the truth along random directions u: |⟨gradient, u⟩ − ⟨cotangent, Ju⟩| relative to
 * |cotangent|·|Ju|, with Ju by central differences in float64.
 */
export function gradientError(
  model: Model,
  inputs: Arrays,
  cotangents: Arrays,
  gradients: Record<string, ArrayLike<number>>,
): number {
  const h = 1e-6;
  let worst = 0;
  for (let direction = 0; direction < 4; direction++) {
    const along = Object.fromEntries(
      Object.entries(inputs).map(([name, { dims }], i) => [
        name,
        randomArray(dims, 1000 + 7 * direction + i),
      ]),
    );
    const moved = (step: number): Arrays =>
      Object.fromEntries(
        Object.entries(inputs).map(([name, { dims, data }]) => {
          return [name, { dims, data: data.map((value, k) => value + step * along[name].data[k]) }];
        }),
      );
    const ahead = interpret(model, moved(h));
    const behind = interpret(model, moved(-h));
    let expected = 0;
    let scale = 1e-6;
    for (const [output, cotangent] of Object.entries(cotangents)) {
      const change = ahead[output].data.map((value, k) => (value - behind[output].data[k]) / (2 * h));
      expected += dot(change, cotangent.data);
      scale += norm(change) * norm(cotangent.data);
    }
    const actual = Object.entries(along).reduce(
      (sum, [name, { data }]) => sum + dot(gradients[name], data),
      0,
    );
    worst = Math.max(worst, Math.abs(actual - expected) / scale);
  }
  return worst;
}
