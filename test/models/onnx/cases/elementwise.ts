import { float } from '../test-graph.js';
import { type Case, withX } from './case.js';

const unary = (
  op: string,
  options: Omit<Case, 'name' | 'build'> & { attributes?: Record<string, number> } = {},
) => {
  const attributes = Object.fromEntries(
    Object.entries(options.attributes ?? {}).map(([k, v]) => [k, float(v)]),
  );
  const suffix = options.attributes ? ` ${JSON.stringify(options.attributes)}` : '';
  return withX(op + suffix, [2, 3, 5], (g, x) => g.op(op, [x], attributes), options);
};

const smooth = [
  'Sigmoid',
  'Tanh',
  'Softplus',
  'Softsign',
  'Exp',
  'Sin',
  'Cos',
  'Tan',
  'Erf',
  'Neg',
  'Identity',
  'Mish',
];
const kinked = [
  'Relu',
  'Abs',
  'Elu',
  'Celu',
  'Selu',
  'LeakyRelu',
  'HardSigmoid',
  'HardSwish',
  'ThresholdedRelu',
];

export const elementwiseCases: readonly Case[] = [
  ...[...smooth, ...kinked, 'Sinh', 'Cosh', 'Asinh', 'Atan'].map((op) => {
    return unary(op, { spread: op === 'Tan' ? 0.4 : op.startsWith('Hard') ? 2.5 : 1 });
  }),
  ...['Log', 'Sqrt', 'Reciprocal', 'Acosh'].map((op) => unary(op, { spread: 0.3, centre: 3 })),
  ...['Asin', 'Acos', 'Atanh'].map((op) => unary(op, { spread: 0.25 })),
  unary('LeakyRelu', { attributes: { alpha: 0.3 } }),
  unary('Elu', { attributes: { alpha: 0.7 } }),
  unary('Celu', { attributes: { alpha: 0.6 } }),
  unary('Selu', { attributes: { alpha: 1.2, gamma: 0.8 } }),
  unary('HardSigmoid', { attributes: { alpha: 0.4, beta: 0.3 } }),
  unary('ThresholdedRelu', { attributes: { alpha: 0.3 } }),
  ...['Mish', 'HardSwish', 'Identity', 'LeakyRelu', 'Elu'].map((op) => ({
    ...unary(op, { opset: 22 }),
    name: `${op} at 22`,
  })),
  withX('Swish at 24', [2, 7], (g, x) => g.op('Swish', [x], { alpha: float(1.3) }), { opset: 24 }),
  withX('Gelu', [2, 7], (g, x) => g.op('Gelu', [x]), { opset: 20 }),
  withX('Gelu by tanh', [2, 7], (g, x) => g.op('Gelu', [x], { approximate: 'tanh' }), { opset: 20 }),
  withX('PRelu, slope per channel', [2, 3, 5], (g, x) => g.op('PRelu', [x, g.weights([3, 1])])),
  withX('PRelu, slope depending on x', [3, 5], (g, x) =>
    g.op('PRelu', [x, g.op('ReduceMean', [x, g.ints([0])])]),
  ),
  withX('SiLU', [2, 3, 5], (g, x) => g.op('Mul', [x, g.op('Sigmoid', [x])])),
  withX('SiLU, factors exchanged', [2, 3, 5], (g, x) => g.op('Mul', [g.op('Sigmoid', [x]), x])),
  withX('SiLU whose sigmoid is used elsewhere', [2, 5], (g, x) => {
    const s = g.op('Sigmoid', [x]);
    return g.op('Add', [g.op('Mul', [x, s]), g.op('Mul', [s, g.scalar(3)])]);
  }),
  withX('sigmoid of something else is no SiLU', [2, 5], (g, x) =>
    g.op('Mul', [x, g.op('Sigmoid', [g.op('Sin', [x])])]),
  ),

  withX('x + x', [2, 7], (g, x) => g.op('Add', [x, x])),
  withX('x − x', [2, 7], (g, x) => g.op('Sub', [g.op('Mul', [x, x]), x])),
  withX('x · x', [2, 7], (g, x) => g.op('Mul', [x, x])),
  withX('x / x²', [2, 7], (g, x) => g.op('Div', [x, g.op('Add', [g.op('Mul', [x, x]), g.scalar(1)])])),
  withX('max(x, x)', [2, 7], (g, x) => g.op('Max', [x, x])),
  withX('min(x, x, x)', [2, 7], (g, x) => g.op('Min', [x, x, x])),
  withX('x used five times', [2, 3], (g, x) =>
    g.op('Sum', [x, x, g.op('Exp', [x]), g.op('Sin', [x]), g.op('Mul', [x, x])]),
  ),
  withX('Mean, broadcast', [3, 1], (g, x) => g.op('Mean', [x, g.weights([2, 3, 4]), g.op('Exp', [x])])),
  withX('Add, broadcast both ways', [2, 1, 3], (g, x) => g.op('Add', [x, g.weights([4, 1])])),
  withX('Sub, from higher rank', [3], (g, x) => g.op('Sub', [g.weights([2, 4, 3]), x])),
  withX('Mul, to higher rank', [3], (g, x) => g.op('Mul', [x, g.weights([2, 4, 3])])),
  withX('Mul by a scalar input of no axes', [], (g, x) => g.op('Mul', [g.weights([2, 3]), x])),
  withX('Div, broadcast denominators', [2, 3, 1], (g, x) => {
    return g.op('Div', [g.op('Exp', [x]), g.op('Add', [g.op('Mul', [x, g.weights([1, 4])]), g.scalar(9)])]);
  }),
  {
    name: 'two inputs',
    build: (g) => g.op('Div', [g.input('a', [2, 3]), g.op('Exp', [g.input('b', [3])])]),
  },
  ...[0, 1, 2, 3].map((p) => withX(`Pow ${p}`, [2, 7], (g, x) => g.op('Pow', [x, g.scalar(p)]))),
  withX('Pow ½', [2, 7], (g, x) => g.op('Pow', [x, g.scalar(0.5)]), { spread: 0.2, centre: 2 }),
  withX('Pow with integer exponent', [2, 7], (g, x) => g.op('Pow', [x, g.ints([3], [])])),
  withX('Pow with exponents by element', [2, 3], (g, x) => g.op('Pow', [x, g.constant([0, 1, 2.5], [3])]), {
    spread: 0.2,
    centre: 2,
  }),
  {
    name: 'Pow, both factors',
    spread: 0.2,
    centre: 2,
    build: (g) => g.op('Pow', [g.input('a', [2, 3]), g.input('b', [3])]),
  },
  withX('Clip', [4, 5], (g, x) => g.op('Clip', [x, g.scalar(-0.5), g.scalar(0.7)])),
  withX('Clip below only', [4, 5], (g, x) => g.op('Clip', [x, g.scalar(-0.5)])),
  withX('Clip above only', [4, 5], (g, x) => g.op('Clip', [x, '', g.scalar(0.3)])),
  withX('Clip not at all', [4, 5], (g, x) => g.op('Clip', [x])),
  withX('Clip at 9', [4, 5], (g, x) => g.op('Clip', [x], { min: float(-0.5), max: float(0.7) }), {
    opset: 9,
  }),
  withX('Max and Min, broadcast', [4, 5], (g, x) => {
    return g.op('Min', [g.op('Max', [x, g.weights([5])]), g.op('Mul', [x, g.scalar(0.5)])]);
  }),
  withX('Max of three, at 12', [2, 3], (g, x) => g.op('Max', [x, g.weights([3]), g.op('Neg', [x])]), {
    opset: 12,
  }),
  withX('Where, broadcast', [1, 5], (g, x) => {
    return g.op('Where', [g.op('Greater', [g.weights([4, 5]), g.scalar(0)]), x, g.op('Mul', [x, x])]);
  }),
  withX('Cast there and back', [2, 3], (g, x) =>
    g.op('Cast', [g.op('Cast', [g.op('Exp', [x])], { to: 11 })], { to: 1 }),
  ),
  withX('Cast to half and back', [2, 3], (g, x) => g.op('Cast', [g.op('Cast', [x], { to: 10 })], { to: 1 }), {
    tolerance: 2e-3,
  }),
  withX('CastLike', [2, 3], (g, x) => g.op('CastLike', [x, g.scalar(1)])),
  withX('Dropout', [2, 3], (g, x) => g.op('Dropout', [x])),
  withX('Dropout at 9', [2, 3], (g, x) => g.op('Dropout', [x], { ratio: float(0.5) }), { opset: 9 }),
  withX('rounding has no gradient', [2, 3], (g, x) => g.op('Add', [g.op('Round', [x]), x])),
  withX('neither has a comparison', [2, 3], (g, x) => {
    return g.op('Mul', [x, g.op('Cast', [g.op('Less', [x, g.scalar(0.2)])], { to: 1 })]);
  }),
  ...[-1, 1].map((axis) => withX(`Softmax ${axis}`, [2, 3, 4], (g, x) => g.op('Softmax', [x], { axis }))),
  ...[-1, 0].map((axis) =>
    withX(`LogSoftmax ${axis}`, [2, 3, 4], (g, x) => g.op('LogSoftmax', [x], { axis })),
  ),
  ...[1, 2, -1].map((axis) => {
    return withX(
      `Softmax ${axis} at 11, over a matrix`,
      [2, 3, 4],
      (g, x) => g.op('Softmax', [x], { axis }),
      { opset: 11 },
    );
  }),
  withX('LogSoftmax at 9 with its old axis', [2, 3, 4], (g, x) => g.op('LogSoftmax', [x]), { opset: 9 }),
  ...[0, 1].flatMap((reverse) =>
    [0, 1].map((exclusive) =>
      withX(`CumSum reverse ${reverse} exclusive ${exclusive}`, [3, 4], (g, x) => {
        return g.op('CumSum', [x, g.ints([-1], [])], { reverse, exclusive });
      }),
    ),
  ),
  withX('Trilu', [2, 4, 4], (g, x) => g.op('Trilu', [x], { upper: 0 })),
  withX('Trilu above the diagonal', [4, 5], (g, x) => g.op('Trilu', [x, g.ints([1], [])])),
];
