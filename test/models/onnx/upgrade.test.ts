/** Old forms of operators, against ONNX Runtime on the graph as it was written. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Graph, Model } from '../../../models/onnx/graph.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import { upgrade } from '../../../models/onnx/upgrade.js';
import { node } from '../tiny-models.js';
import { type Arrays, randomArray, runModel } from './differentiation.js';
import { float, TestGraph } from './test-graph.js';

let runtime: ChildRuntime;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
});
afterAll(() => runtime.close());

const plain = { optimisation: 'disabled' } as const;
const DIMS = [2, 3, 4, 4];
type Build = (g: TestGraph, x: string) => string | string[];

function written(opset: number, build: Build, dims: readonly number[] = DIMS): Model {
  const g = new TestGraph(opset);
  const outputs = build(g, g.input('x', dims));
  return g.model(typeof outputs === 'string' ? [outputs] : outputs);
}

async function expectSame(old: Model, feeds: Arrays = { x: randomArray(DIMS, 3) }): Promise<Model> {
  const now = upgrade(old, 'net.onnx');
  expect(now.opsets.get('')).toBe(18);
  const [expected, found] = [
    await runModel(runtime, old, feeds, plain),
    await runModel(runtime, now, feeds, plain),
  ];
  expect(found).toEqual(expected);
  return now;
}

const reduce = (op: string): Build => {
  return (g, x) => g.op(op, [op === 'ReduceLogSum' ? g.op('Exp', [x]) : x], { axes: [1, -1] });
};

const REDUCTIONS = ['Sum', 'Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'LogSum', 'LogSumExp', 'SumSquare'];

const cases: readonly (readonly [name: string, opset: number, build: Build])[] = [
  ['Clip', 7, (g, x) => g.op('Clip', [x], { min: float(-0.3), max: float(0.4) })],
  ['Clip from below alone', 10, (g, x) => g.op('Clip', [x], { min: float(0.1) })],
  ['Slice of the first axes', 9, (g, x) => g.op('Slice', [x], { starts: [0, 1], ends: [1, 3] })],
  ['Slice by axes', 7, (g, x) => g.op('Slice', [x], { starts: [-3], ends: [99], axes: [3] })],
  ['Pad with a value', 10, (g, x) => g.op('Pad', [x], { pads: [0, 0, 1, 2, 0, 0, 0, 1], value: float(7) })],
  ['Split in sizes', 12, (g, x) => g.ops(2, 'Split', [x], { axis: 2, split: [3, 1] })],
  ['Split in equal parts', 12, (g, x) => g.ops(2, 'Split', [x], { axis: 2 })],
  ['Split in sizes that are an input', 13, (g, x) => g.ops(2, 'Split', [x, g.ints([1, 3])], { axis: 3 })],
  ['TopK', 9, (g, x) => g.ops(2, 'TopK', [x], { k: 3, axis: -1 })],
  ['Dropout', 9, (g, x) => g.op('Dropout', [x], { ratio: float(0.9) })],
  [
    'Scatter',
    9,
    (g, x) => {
      const at = g.ints([2, 0], [1, 1, 1, 2]);
      return g.op('Scatter', [x, at, g.weights([1, 1, 1, 2])], { axis: 3 });
    },
  ],
  [
    'Upsample by a list',
    8,
    (g, x) => g.op('Upsample', [x], { scales: { kind: 'floats', value: [1, 1, 2, 3] } }),
  ],
  ['Upsample by an input', 9, (g, x) => g.op('Upsample', [x, g.constant([1, 1, 2, 1.5], [4])])],
  [
    'Upsample between pixels',
    9,
    (g, x) => g.op('Upsample', [x, g.constant([1, 1, 2, 2], [4])], { mode: 'linear' }),
  ],
  [
    'Resize of set 10',
    10,
    (g, x) => g.op('Resize', [x, g.constant([1, 1, 0.5, 2], [4])], { mode: 'linear' }),
  ],
  [
    'Resize of set 11 by scales',
    11,
    (g, x) => g.op('Resize', [x, g.constant([], [0]), g.constant([1, 1, 2, 2], [4])], { mode: 'cubic' }),
  ],
  [
    'Resize of set 12 to sizes',
    12,
    (g, x) => g.op('Resize', [x, g.constant([], [0]), g.constant([], [0]), g.ints([2, 3, 7, 5])]),
  ],
  ['Squeeze', 12, (g, x) => g.op('Squeeze', [g.op('Unsqueeze', [x], { axes: [0, 3] })], { axes: [3] })],
  [
    'RoiAlign',
    10,
    (g, x) => {
      const places = [g.constant([0.2, 0.4, 3, 2.5], [1, 4]), g.ints([1])];
      return g.op('RoiAlign', [x, ...places], { output_height: 2, output_width: 2, sampling_ratio: 2 });
    },
  ],
  ...REDUCTIONS.map((op) => [`Reduce${op}`, 11, reduce(`Reduce${op}`)] as const),
  ...[0, 1, 2, -1].flatMap((axis) =>
    ['Softmax', 'LogSoftmax', 'Hardmax'].map(
      (op) =>
        [`${op} from axis ${axis} on`, 12, (g: TestGraph, x: string) => g.op(op, [x], { axis })] as const,
    ),
  ),
  ['Softmax without an axis', 11, (g, x) => g.op('Softmax', [x])],
];

describe('gives the same bits in the forms of set 18', () => {
  it.each(cases)('%s', async (_name, opset, build) => {
    await expectSame(written(opset, build));
  });

  it('the mean and variance of every channel', async () => {
    const weights = (g: TestGraph) => [0, 1, 2, 3].map((i) => g.weights([3], { positive: i === 3 }));
    const normalised: Build = (g, x) => g.op('BatchNormalization', [x, ...weights(g)], { spatial: 1 });
    const now = await expectSame(written(8, normalised));
    expect(now.graph.nodes[0].attributes.has('spatial')).toBe(false);
  });

  it.each([true, false])('inside a branch too, taken: %s', async (taken) => {
    const branch = (name: string, bound: number): Graph => ({
      ...{ name, initializers: [], inputs: [], outputs: [{ name }] },
      nodes: [node('Clip', ['x'], [name], { min: float(bound) })],
    });
    const old = written(9, (g) => {
      const branches = { then_branch: branch('up', 0.5), else_branch: branch('down', -0.5) };
      const attributes = Object.entries(branches).map(([key, value]) => [key, { kind: 'graph', value }]);
      return g.op('If', [g.constant([Number(taken)], [], 'bool')], Object.fromEntries(attributes));
    });
    await expectSame(old);
  });

  it('with weights that stand among the inputs, which are inputs no more', async () => {
    const old = written(8, (g, x) => g.op('Mul', [x, g.weights([4])]));
    const listed = old.graph.initializers.map(({ name, type, dims }) => ({ name, type, dims }));
    const inputs = [...old.graph.inputs, ...listed];
    const now = await expectSame({ ...old, irVersion: 3, graph: { ...old.graph, inputs } });
    expect(now.graph.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(now.irVersion).toBe(8);
  });
});

describe('a model of set 18 or later', () => {
  it.each([18, 21])('of set %d is the model itself', (opset) => {
    const model = written(opset, (g, x) => g.op('Exp', [x]));
    expect(upgrade(model, 'net.onnx')).toBe(model);
  });
});

describe('what is refused', () => {
  it('sets before 7, and functions in an old set', () => {
    const old = written(6, (g, x) => g.op('Exp', [x]));
    expect(() => upgrade(old, 'net.onnx')).toThrow('net.onnx uses operator set 6; expected 7 or later.');
    const functions = { ...written(17, (g, x) => g.op('Exp', [x])), functions: [new Uint8Array()] };
    expect(() => upgrade(functions, 'net.onnx')).toThrow(
      'net.onnx has functions of its own and operator set 17; expected 18 or later with functions.',
    );
  });

  it('what set 18 cannot say', () => {
    const resize = written(11, (g, x) => {
      const mode = { coordinate_transformation_mode: 'tf_half_pixel_for_nn' };
      return g.op('Resize', [x, '', '', g.ints([2, 3, 5, 5])], mode);
    });
    expect(() => upgrade(resize, 'net.onnx')).toThrow('tf_half_pixel_for_nn, which no later operator set');
    const batch = written(8, (g, x) => {
      return g.op('BatchNormalization', [x, ...[0, 1, 2, 3].map(() => g.weights([3, 4, 4]))], { spatial: 0 });
    });
    expect(() => upgrade(batch, 'net.onnx')).toThrow('spatial = 0, which no later operator set can say');
  });
});
