/** Graphs in half precision: every rule's graphs stay well typed, and give what float32 gives, to 11 bits. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inHalf } from '../../../models/onnx/in-half.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import { splitVjp } from '../../../models/onnx/vjp/vjp.js';
import type { Case } from './cases/case.js';
import { elementwiseCases } from './cases/elementwise.js';
import { linearCases } from './cases/linear.js';
import { networkCases } from './cases/networks.js';
import { shapeCases } from './cases/shapes.js';
import {
  difference,
  prepared,
  randomArray,
  runModel,
  runTensors,
  splitCase,
  tensors,
} from './differentiation.js';
import { TestGraph } from './test-graph.js';

let runtime: ChildRuntime;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
});
afterAll(() => runtime.close());

const numbers = (data: ArrayLike<unknown>) => Float64Array.from(data as ArrayLike<number>, Number);

/** An image [1, 2, 4, 4] and a level [1], whose phase 1000·t scales the channels of a convolution. */
function network(): { graph: TestGraph; output: string } {
  const graph = new TestGraph(18);
  const [x, t] = [graph.input('x', [1, 2, 4, 4]), graph.input('t', [1])];
  const phase = graph.op('Sin', [graph.op('Mul', [t, graph.constant([1000, 777], [1, 2])])]);
  const scale = graph.op('Reshape', [phase, graph.ints([1, 2, 1, 1])]);
  const h = graph.op('Conv', [x, graph.weights([2, 2, 3, 3])], { pads: [1, 1, 1, 1] });
  return { graph, output: graph.op('Mul', [h, scale]) };
}

const image = { x: randomArray([1, 2, 4, 4], 1), t: { dims: [1], data: Float64Array.of(0.7371) } };

test('what is rounded is near what is not, and ends are float32', async () => {
  const { graph, output } = network();
  const model = graph.model([output]);
  const half = inHalf(model);
  const [found, truth] = [await runModel(runtime, half, image), await runModel(runtime, model, image)];
  expect(found[output].type).toBe('float32');
  const off = difference(numbers(found[output].data), numbers(truth[output].data));
  expect(off).toBeLessThan(2e-3);
  expect(off).toBeGreaterThan(1e-5);
});

test('a branch reads float32 from outside', async () => {
  const graph = new TestGraph(18);
  const x = graph.input('x', [1, 2, 2]);
  const sum = graph.op('Add', [x, x]);
  const branch = (opType: string) => ({
    kind: 'graph' as const,
    value: {
      ...{ name: opType, initializers: [], inputs: [], outputs: [{ name: 'inner' }] },
      nodes: [{ opType, domain: '', name: opType, inputs: [sum], outputs: ['inner'], attributes: new Map() }],
    },
  });
  const positive = graph.op('Greater', [
    graph.op('ReduceSum', [x], { keepdims: 0 }),
    graph.constant([0], [], 'float32'),
  ]);
  const y = graph.op('If', [positive], { then_branch: branch('Neg'), else_branch: branch('Identity') });
  const feeds = { x: { dims: [1, 2, 2], data: Float64Array.of(1, 2, 3, 0.1) } };
  const { data } = (await runModel(runtime, inHalf(graph.model([y])), feeds))[y];
  expect(difference(numbers(data), [-2, -4, -6, -0.2])).toBeLessThan(1e-4);
});

test('sizes stay whole numbers, and a number that float16 does not hold stays float32', async () => {
  const graph = new TestGraph(18);
  const x = graph.input('x', [1, 3, 4]);
  const size = graph.op('Concat', [graph.op('Shape', [x], { start: 2, end: 3 }), graph.ints([3])], {
    axis: 0,
  });
  const turned = graph.op('Reshape', [x, size]);
  const square = graph.op('ReduceMean', [graph.op('Pow', [turned, graph.scalar(2)])]);
  const root = graph.op('Sqrt', [graph.op('Add', [square, graph.scalar(1e-12)])]);
  const y = graph.op('Div', [turned, root]);
  const zeros = { x: { dims: [1, 3, 4], data: new Float64Array(12) } };
  const { dims, data } = (await runModel(runtime, inHalf(graph.model([y])), zeros))[y];
  expect(dims).toEqual([4, 3]);
  expect([...numbers(data)]).toEqual(new Array(12).fill(0));
});

test('what a gradient needs goes from graph to graph as float16', async () => {
  const { graph, output } = network();
  const { model, request } = await prepared(runtime, graph.model([graph.op('Sigmoid', [output])]));
  const vjp = splitVjp(model, { ...request, wrt: ['x'] });
  const forward = await runTensors(runtime, inHalf(vjp.forward, new Set(vjp.residuals)), tensors(image));
  const halves = vjp.residuals.filter((name) => forward[name].type === 'float16');
  expect(halves.length).toBeGreaterThan(0);
});

/** Kinks and ties tell the two apart. */
const APART = /TopK|ArgMax|Max|Min|Mod|Floor|Ceil|Round|Clip|Relu|Elu|Abs|Sign|Where|Shrink|Threshold|Sort/;

const families = { elementwiseCases, shapeCases, linearCases, networkCases };

describe.each(Object.entries(families))('%s', (_, cases) => {
  test.each(cases.map((example) => [example.name, example] as const))('%s', async (name, example: Case) => {
    const { vjp, inputs, cotangents } = await splitCase(runtime, example);
    const answers = async (half: boolean) => {
      const forward = await runTensors(
        runtime,
        half ? inHalf(vjp.forward, new Set(vjp.residuals)) : vjp.forward,
        inputs,
      );
      const kept = Object.fromEntries(vjp.residuals.map((one) => [one, forward[one]]));
      const halves = vjp.residuals.filter((one) => forward[one].type === 'float16');
      const late = half ? inHalf(vjp.backward, new Set(halves)) : vjp.backward;
      return { ...forward, ...(await runTensors(runtime, late, { ...kept, ...cotangents })) };
    };
    const [found, truth] = [await answers(true), await answers(false)];
    for (const one of [...vjp.outputs, ...Object.values(vjp.gradients)]) {
      expect(found[one].type, one).toBe(truth[one].type);
      if (APART.test(name)) continue;
      expect(difference(numbers(found[one].data), numbers(truth[one].data)), one).toBeLessThan(2e-2);
    }
  });
});
