/** Normalisations, and small networks in which rules meet. */
import { float } from '../test-graph.js';
import { type Case, withX } from './case.js';

const attentions: readonly Case[] = [false, true].flatMap((masked) =>
  [undefined, 0.3].map((scale) => ({
    name: `Attention${masked ? ' with a mask' : ''}${scale ? ` of scale ${scale}` : ''}`,
    opset: 23,
    build: (g) => {
      const inputs = [g.input('q', [2, 3, 4, 5]), g.input('k', [2, 3, 6, 5]), g.input('v', [2, 3, 6, 2])];
      if (masked) inputs.push(g.weights([4, 6]));
      return g.op('Attention', inputs, scale ? { scale: float(scale) } : {});
    },
  })),
);

const normalisations: readonly Case[] = [
  withX('InstanceNormalization', [2, 3, 4, 5], (g, x) => {
    return g.op('InstanceNormalization', [x, g.weights([3]), g.weights([3])], { epsilon: float(1e-3) });
  }),
  withX('InstanceNormalization of scale 1, as GroupNorm is exported', [2, 6, 4, 3], (g, x) => {
    const groups = g.op('Reshape', [x, g.ints([0, 3, -1])]);
    const y = g.op('InstanceNormalization', [groups, g.constant([1, 1, 1], [3]), g.constant([0, 0, 0], [3])]);
    const back = g.op('Reshape', [y, g.ints([2, 6, 4, 3])]);
    return g.op('Add', [g.op('Mul', [back, g.weights([6, 1, 1])]), g.weights([6, 1, 1])]);
  }),
  withX('LayerNormalization', [2, 3, 8], (g, x) =>
    g.op('LayerNormalization', [x, g.weights([8]), g.weights([8])]),
  ),
  withX('LayerNormalization from axis 1, no bias', [2, 3, 4], (g, x) => {
    return g.op('LayerNormalization', [x, g.weights([3, 4])], { axis: 1, epsilon: float(1e-2) });
  }),
  withX(
    'LayerNormalization written out, at 14',
    [2, 3, 8],
    (g, x) => {
      const mean = (value: string) => g.op('ReduceMean', [value], { axes: [-1] });
      const centred = g.op('Sub', [x, mean(x)]);
      const variance = mean(g.op('Pow', [centred, g.scalar(2)]));
      return g.op('Div', [centred, g.op('Sqrt', [g.op('Add', [variance, g.scalar(1e-5)])])]);
    },
    { opset: 14 },
  ),
  withX(
    'GroupNormalization at 21',
    [2, 8, 3, 2],
    (g, x) => {
      return g.op('GroupNormalization', [x, g.weights([8]), g.weights([8])], { num_groups: 4 });
    },
    { opset: 21 },
  ),
  withX('GroupNormalization at 18, parameters per group', [2, 8, 3, 2], (g, x) => {
    return g.op('GroupNormalization', [x, g.weights([4]), g.weights([4])], { num_groups: 4 });
  }),
  withX('RMSNormalization at 23', [2, 3, 8], (g, x) => g.op('RMSNormalization', [x, g.weights([8])]), {
    opset: 23,
  }),
  withX('RMS normalisation written out', [2, 3, 8], (g, x) => {
    const meanSquare = g.op('ReduceMean', [g.op('Pow', [x, g.scalar(2)]), g.ints([-1])]);
    const root = g.op('Sqrt', [g.op('Add', [meanSquare, g.scalar(1e-5)])]);
    return g.op('Mul', [g.op('Mul', [x, g.op('Div', [g.scalar(1), root])]), g.weights([8])]);
  }),
  withX('BatchNormalization', [2, 3, 4, 2], (g, x) => {
    return g.op('BatchNormalization', [
      x,
      g.weights([3]),
      g.weights([3]),
      g.weights([3]),
      g.weights([3], { positive: true }),
    ]);
  }),
  withX(
    'BatchNormalization at 9',
    [2, 3, 4],
    (g, x) => {
      return g.op('BatchNormalization', [
        x,
        g.weights([3]),
        g.weights([3]),
        g.weights([3]),
        g.weights([3], { positive: true }),
      ]);
    },
    { opset: 9 },
  ),
  withX('LpNormalization 2', [3, 4], (g, x) => g.op('LpNormalization', [x], { p: 2, axis: -1 })),
  withX('LpNormalization 1, axis 0', [3, 4], (g, x) => g.op('LpNormalization', [x], { p: 1, axis: 0 })),
];

const networks: readonly Case[] = [
  withX('residual block', [1, 4, 6, 6], (g, x) => {
    const silu = (value: string) => g.op('Mul', [value, g.op('Sigmoid', [value])]);
    const conv = (value: string) => {
      return g.op('Conv', [value, g.weights([4, 4, 3, 3], { scale: 0.2 }), g.weights([4])], {
        pads: [1, 1, 1, 1],
      });
    };
    const norm = (value: string) => g.op('InstanceNormalization', [value, g.weights([4]), g.weights([4])]);
    return g.op('Add', [x, conv(silu(norm(conv(silu(norm(x))))))]);
  }),
  withX('attention', [1, 6, 8], (g, x) => {
    const heads = (perm: number[]) => {
      const projected = g.op('MatMul', [x, g.weights([8, 8], { scale: 0.4 })]);
      return g.op('Transpose', [g.op('Reshape', [projected, g.ints([1, 6, 2, 4])])], { perm });
    };
    const scores = g.op('Mul', [g.op('MatMul', [heads([0, 2, 1, 3]), heads([0, 2, 3, 1])]), g.scalar(0.5)]);
    const mixed = g.op('MatMul', [g.op('Softmax', [scores], { axis: -1 }), heads([0, 2, 1, 3])]);
    return g.op('Reshape', [g.op('Transpose', [mixed], { perm: [0, 2, 1, 3] }), g.ints([1, 6, 8])]);
  }),
  ...['Div', 'Mul'].map((op) =>
    withX(`generalised divisive normalisation, ${op}`, [1, 4, 5, 5], (g, x) => {
      const gamma = g.weights([4, 4, 1, 1], { positive: true });
      const norm = g.op('Conv', [g.op('Mul', [x, x]), gamma, g.constant([1, 1, 1, 1], [4])]);
      return g.op(op, [x, g.op('Sqrt', [norm])]);
    }),
  ),
  withX('down and up with a skip', [1, 3, 8, 8], (g, x) => {
    const weights = (dims: number[]) => g.weights(dims, { scale: 0.3 });
    const down = g.op('Conv', [x, weights([6, 3, 3, 3])], { strides: [2, 2], pads: [1, 1, 1, 1] });
    const scales = g.constant([1, 1, 2, 2], [4]);
    const up = g.op('Resize', [g.op('Relu', [down]), '', scales], {
      mode: 'nearest',
      nearest_mode: 'floor',
      coordinate_transformation_mode: 'asymmetric',
    });
    return g.op('Conv', [g.op('Concat', [up, x], { axis: 1 }), weights([3, 9, 3, 3])], {
      pads: [1, 1, 1, 1],
    });
  }),
  {
    name: 'several outputs, one of which does not depend on x',
    build: (g) => {
      const [x, t] = [g.input('x', [2, 3]), g.input('t', [3])];
      return [g.op('Mul', [x, g.op('Sin', [t])]), g.op('Exp', [x]), g.op('Cos', [t])];
    },
  },
  withX('an output inside another output', [2, 3], (g, x) => {
    const first = g.op('Exp', [x]);
    return [first, g.op('Sin', [first])];
  }),
];

export const networkCases = [...attentions, ...normalisations, ...networks];
