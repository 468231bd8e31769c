/** Reductions, movements and indexing. */
import { type Case, withX } from './case.js';

const reductions = [
  'ReduceSum',
  'ReduceMean',
  'ReduceMax',
  'ReduceMin',
  'ReduceProd',
  'ReduceL1',
  'ReduceL2',
  'ReduceSumSquare',
  'ReduceLogSum',
  'ReduceLogSumExp',
];

const reductionCases: readonly Case[] = [
  ...reductions.flatMap((op) => {
    const options = op === 'ReduceLogSum' ? { spread: 0.2, centre: 1.5 } : {};
    return [
      withX(
        `${op}, axes 0 and −1`,
        [2, 3, 4],
        (g, x) => g.op(op, [x, g.ints([0, -1])], { keepdims: 0 }),
        options,
      ),
      withX(`${op}, axis 1 kept`, [2, 3, 4], (g, x) => g.op(op, [x, g.ints([1])]), options),
      withX(`${op} of everything`, [2, 3], (g, x) => g.op(op, [x], { keepdims: 0 }), options),
      withX(`${op} at 12`, [2, 3, 4], (g, x) => g.op(op, [x], { axes: [-2], keepdims: 0 }), {
        ...options,
        opset: 12,
      }),
    ];
  }),
  withX('ReduceMax with ties', [2, 3], (g, x) =>
    g.op('ReduceMax', [g.op('Concat', [x, x], { axis: 1 }), g.ints([1])]),
  ),
  withX(
    'ReduceProd through zero',
    [2, 3],
    (g, x) => g.op('ReduceProd', [g.op('Add', [x, g.constant([1, 0, 2], [3])]), g.ints([1])]),
    { spread: 0 },
  ),
  withX('ReduceSum of no axes', [2, 3], (g, x) =>
    g.op('ReduceSum', [x, g.ints([])], { noop_with_empty_axes: 1 }),
  ),
  withX('GlobalAveragePool', [2, 3, 4, 5], (g, x) => g.op('GlobalAveragePool', [x])),
  withX('GlobalMaxPool', [2, 3, 4, 5], (g, x) => g.op('GlobalMaxPool', [x])),
];

const movementCases: readonly Case[] = [
  withX('Reshape with 0 and −1', [2, 3, 4], (g, x) => g.op('Reshape', [x, g.ints([0, -1, 2])])),
  ...[0, 2, -1].map((axis) => withX(`Flatten ${axis}`, [2, 3, 4], (g, x) => g.op('Flatten', [x], { axis }))),
  withX('Squeeze and Unsqueeze', [2, 1, 3], (g, x) => {
    return g.op('Unsqueeze', [g.op('Squeeze', [x, g.ints([1])]), g.ints([0, -1])]);
  }),
  withX('Squeeze of whatever is 1', [1, 2, 1, 3], (g, x) => g.op('Squeeze', [x])),
  withX(
    'Squeeze and Unsqueeze at 11',
    [2, 1, 3],
    (g, x) => {
      return g.op('Unsqueeze', [g.op('Squeeze', [x], { axes: [1] })], { axes: [0, 3] });
    },
    { opset: 11 },
  ),
  withX('Transpose', [2, 3, 4], (g, x) => g.op('Transpose', [x], { perm: [2, 0, 1] })),
  withX('Transpose without a permutation', [2, 3, 4], (g, x) => g.op('Transpose', [x])),
  withX('Expand', [2, 1, 3], (g, x) => g.op('Expand', [x, g.ints([2, 2, 4, 3])])),
  withX('Expand to a smaller shape', [2, 4, 3], (g, x) => g.op('Expand', [x, g.ints([1, 3])])),
  withX('Tile', [2, 1, 3], (g, x) => g.op('Tile', [x, g.ints([2, 4, 3])])),
  withX('Concat, one input twice', [2, 3], (g, x) => {
    return g.op('Concat', [x, g.op('Mul', [x, x]), g.weights([2, 2]), x], { axis: -1 });
  }),
  withX('Concat of active inputs only', [2, 3], (g, x) => g.op('Concat', [x, g.op('Exp', [x])], { axis: 0 })),
  withX('Split, one part unused', [2, 6], (g, x) => {
    const [a, , c] = g.ops(3, 'Split', [x, g.ints([1, 2, 3])], { axis: 1 });
    return g.op('Mul', [a, c]);
  }),
  withX('Split, parts as outputs', [4, 3], (g, x) => g.ops(2, 'Split', [x], { num_outputs: 2 })),
  withX('Split into uneven parts', [2, 7], (g, x) => g.ops(3, 'Split', [x], { axis: -1, num_outputs: 3 })),
  withX('Split at 11', [2, 6], (g, x) => g.ops(2, 'Split', [x], { axis: 1, split: [2, 4] }), { opset: 11 }),
  withX('Split at 9, evenly', [2, 6], (g, x) => g.ops(3, 'Split', [x], { axis: 1 }), { opset: 9 }),
  withX('Slice', [2, 6, 5], (g, x) =>
    g.op('Slice', [x, g.ints([1, -4]), g.ints([1000, -1]), g.ints([1, 2])]),
  ),
  withX('Slice without axes', [4, 5], (g, x) => g.op('Slice', [x, g.ints([1, 2]), g.ints([3, 4])])),
  withX('Slice by 2 and 3', [2, 7, 6], (g, x) => {
    return g.op('Slice', [x, g.ints([1, 0]), g.ints([9999, 9999]), g.ints([1, -1]), g.ints([2, 3])]);
  }),
  withX('Slice backwards by 2', [2, 7], (g, x) => {
    return g.op('Slice', [x, g.ints([-1]), g.ints([-9999]), g.ints([1]), g.ints([-2])]);
  }),
  withX('Slice backwards from the middle', [2, 7], (g, x) => {
    return g.op('Slice', [x, g.ints([4]), g.ints([0]), g.ints([1]), g.ints([-3])]);
  }),
  withX(
    'Slice to the largest integer',
    [3, 4],
    (g, x) => g.op('Slice', [x], { starts: [1], ends: [2 ** 63], axes: [1] }),
    {
      opset: 9,
    },
  ),
  withX('roll, as Slice and Concat', [1, 6, 4], (g, x) => {
    const part = (from: number, to: number) => g.op('Slice', [x, g.ints([from]), g.ints([to]), g.ints([1])]);
    return g.op('Concat', [part(2, 9999), part(0, 2)], { axis: 1 });
  }),
  ...['constant', 'reflect', 'edge', 'wrap'].map((mode) =>
    withX(
      `Pad ${mode}`,
      [1, 2, 5, 6],
      (g, x) => g.op('Pad', [x, g.ints([0, 0, 2, 1, 0, 0, 3, 2])], { mode }),
      { opset: 19 },
    ),
  ),
  ...['constant', 'reflect', 'edge'].map((mode) =>
    withX(`Pad ${mode}, some axes`, [2, 3, 4], (g, x) => {
      return g.op('Pad', [x, g.ints([1, 0, 2, 2]), '', g.ints([-1, 1])], { mode });
    }),
  ),
  ...['reflect', 'edge'].map((mode) =>
    withX(`Pad ${mode}, cropping too`, [2, 7], (g, x) => g.op('Pad', [x, g.ints([0, -2, 0, 3])], { mode })),
  ),
  withX('Pad with a value', [2, 3], (g, x) => g.op('Pad', [x, g.ints([1, 0, 0, 2]), g.scalar(5)])),
  withX('Pad cropping', [1, 2, 5, 6], (g, x) => g.op('Pad', [x, g.ints([0, 0, -1, 1, 0, 0, 0, -2])])),
  withX('Pad reflect, the whole axis', [2, 4], (g, x) =>
    g.op('Pad', [x, g.ints([0, 3, 0, 3])], { mode: 'reflect' }),
  ),
  withX('Pad at 10', [2, 4], (g, x) => g.op('Pad', [x], { pads: [0, 1, 1, 2], mode: 'reflect' }), {
    opset: 10,
  }),
  ...['CRD', 'DCR'].map((mode) =>
    withX(`DepthToSpace ${mode}`, [2, 8, 3, 2], (g, x) => g.op('DepthToSpace', [x], { blocksize: 2, mode })),
  ),
  withX('SpaceToDepth', [1, 2, 4, 6], (g, x) => g.op('SpaceToDepth', [x], { blocksize: 2 })),
];

const indexingCases: readonly Case[] = [
  withX('Gather one, as a scalar', [3, 4, 2], (g, x) => g.op('Gather', [x, g.ints([-1], [])], { axis: 1 })),
  withX('Gather one, as a vector', [3, 4, 2], (g, x) => g.op('Gather', [x, g.ints([2])], { axis: 0 })),
  withX('Gather with repeats', [3, 4, 2], (g, x) => g.op('Gather', [x, g.ints([1, 1, 3, -4])], { axis: 1 })),
  withX('Gather by a matrix', [5, 2], (g, x) => g.op('Gather', [x, g.ints([0, 1, 2, 2, 4, 0], [2, 3])])),
  withX('GatherElements', [3, 4], (g, x) =>
    g.op('GatherElements', [x, g.ints([0, 0, 3, -1, 2, 2], [3, 2])], { axis: 1 }),
  ),
  withX('GatherND', [2, 3, 4], (g, x) => g.op('GatherND', [x, g.ints([0, 1, 1, 2, 0, 1], [3, 2])])),
  withX('GatherND by batch', [2, 3, 4], (g, x) => {
    return g.op('GatherND', [x, g.ints([1, 2, 0, 3], [2, 1, 2])], { batch_dims: 1 });
  }),
  withX('ScatterElements', [3, 4], (g, x) => {
    return g.op(
      'ScatterElements',
      [x, g.ints([0, 3, 1], [3, 1]), g.op('Slice', [x, g.ints([1]), g.ints([2]), g.ints([1])])],
      { axis: -1 },
    );
  }),
  withX('ScatterElements adding', [3, 4], (g, x) => {
    const updates = g.op('Slice', [g.op('Exp', [x]), g.ints([0]), g.ints([2]), g.ints([1])]);
    return g.op('ScatterElements', [x, g.ints([0, 0, 1, 1, 2, 3], [3, 2]), updates], {
      axis: 1,
      reduction: 'add',
    });
  }),
  withX(
    'Scatter at 10',
    [3, 4],
    (g, x) => {
      const updates = g.op('Slice', [x, g.ints([0]), g.ints([1]), g.ints([0])]);
      return g.op('Scatter', [x, g.ints([2, 1, 0, 2], [1, 4]), updates], { axis: 0 });
    },
    { opset: 10 },
  ),
  withX('ScatterND', [4, 3], (g, x) => {
    const updates = g.op('Slice', [x, g.ints([0]), g.ints([2]), g.ints([0])]);
    return g.op('ScatterND', [g.op('Tanh', [x]), g.ints([0, 2], [2, 1]), updates]);
  }),
  withX('ScatterND adding, with repeats', [4, 3], (g, x) => {
    const updates = g.op('Slice', [g.op('Exp', [x]), g.ints([0]), g.ints([2]), g.ints([0])]);
    return g.op('ScatterND', [x, g.ints([1, 1], [2, 1]), updates], { reduction: 'add' });
  }),
  withX('TopK', [3, 5], (g, x) => g.ops(2, 'TopK', [x, g.ints([2])])[0]),
  withX(
    'TopK smallest along axis 0',
    [5, 3],
    (g, x) => g.ops(2, 'TopK', [x, g.ints([3])], { axis: 0, largest: 0 })[0],
  ),
  withX('TopK at 9', [3, 5], (g, x) => g.ops(2, 'TopK', [x], { k: 2 })[0], { opset: 9 }),
];

export const shapeCases = [...reductionCases, ...movementCases, ...indexingCases];
