import {
  at,
  atBroadcast,
  axisOf,
  broadcastDims,
  build,
  type Kernel,
  type Kernels,
  scalarOf,
  transpose,
  withEntry,
} from './value.js';

const map =
  (f: (x: number) => number): Kernel =>
  ([x]) => ({ dims: x.dims, data: x.data.map(f) });

const broadcast =
  (f: (...values: number[]) => number): Kernel =>
  (inputs) =>
    build(broadcastDims(inputs.map(({ dims }) => dims)), (index) =>
      f(...inputs.map((input) => atBroadcast(input, index))),
    );

/** 2/√π · e^(−x²) · Σ 2ⁿx²ⁿ⁺¹/(2n+1)!!, all of one sign (Abramowitz and Stegun 7.1.6). */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const clamp = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);

function roundHalfEven(x: number): number {
  return Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}

const softmax =
  (log: boolean): Kernel =>
  ([x], node) => {
    const axis = axisOf(node.int('axis', -1), x.dims.length);
    return build(x.dims, (index) => {
      let total = 0;
      for (let i = 0; i < x.dims[axis]; i++) total += Math.exp(at(x, withEntry(index, axis, i)));
      const value = at(x, index) - Math.log(total);
      return log ? value : Math.exp(value);
    });
  };

export const elementwise: Kernels = {
  Add: broadcast((a, b) => a + b),
  Sub: broadcast((a, b) => a - b),
  Mul: broadcast((a, b) => a * b),
  Div: broadcast((a, b) => a / b),
  Sum: broadcast((...all) => all.reduce((a, b) => a + b)),
  Mean: broadcast((...all) => all.reduce((a, b) => a + b) / all.length),
  Pow: broadcast((a, b) => a ** b),
  Max: broadcast(Math.max),
  Min: broadcast(Math.min),
  Where: broadcast((condition, a, b) => (condition ? a : b)),
  Equal: broadcast((a, b) => Number(a === b)),
  Greater: broadcast((a, b) => Number(a > b)),
  Less: broadcast((a, b) => Number(a < b)),
  PRelu: broadcast((x, slope) => (x > 0 ? x : slope * x)),
  Clip: ([x, low, high]) => {
    const [a, b] = [scalarOf(low) ?? -Infinity, scalarOf(high) ?? Infinity];
    return { dims: x.dims, data: x.data.map((value) => clamp(value, a, b)) };
  },

  Identity: map((x) => x),
  Dropout: map((x) => x),
  // Rounding to the type is left out: it has no derivative, and is what the tolerance is for.
  Cast: map((x) => x),
  CastLike: map((x) => x),
  Neg: map((x) => -x),
  Abs: map(Math.abs),
  Sign: map(Math.sign),
  Round: map(roundHalfEven),
  Floor: map(Math.floor),
  Reciprocal: map((x) => 1 / x),
  Sqrt: map(Math.sqrt),
  Exp: map(Math.exp),
  Log: map(Math.log),
  Erf: map(erf),
  Sin: map(Math.sin),
  Cos: map(Math.cos),
  Tan: map(Math.tan),
  Asin: map(Math.asin),
  Acos: map(Math.acos),
  Atan: map(Math.atan),
  Sinh: map(Math.sinh),
  Cosh: map(Math.cosh),
  Asinh: map(Math.asinh),
  Acosh: map(Math.acosh),
  Atanh: map(Math.atanh),

  Sigmoid: map(sigmoid),
  Tanh: map(Math.tanh),
  Softplus: map(softplus),
  Softsign: map((x) => x / (1 + Math.abs(x))),
  Relu: map((x) => Math.max(x, 0)),
  LeakyRelu: (inputs, node) => map((x) => (x > 0 ? x : node.float('alpha', 0.01) * x))(inputs, node),
  ThresholdedRelu: (inputs, node) => map((x) => (x > node.float('alpha', 1) ? x : 0))(inputs, node),
  Elu: (inputs, node) => map((x) => (x > 0 ? x : node.float('alpha', 1) * Math.expm1(x)))(inputs, node),
  Celu: (inputs, node) => {
    const alpha = node.float('alpha', 1);
    return map((x) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha)))(inputs, node);
  },
  Selu: (inputs, node) => {
    const alpha = node.float('alpha', 1.6732631921768188);
    const gamma = node.float('gamma', 1.0507010221481323);
    return map((x) => gamma * (x > 0 ? x : alpha * Math.expm1(x)))(inputs, node);
  },
  HardSigmoid: (inputs, node) =>
    map((x) => clamp(node.float('alpha', 0.2) * x + node.float('beta', 0.5), 0, 1))(inputs, node),
  HardSwish: map((x) => x * clamp(x / 6 + 0.5, 0, 1)),
  Gelu: (inputs, node) => {
    const exact = (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2));
    const tanh = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    return map(node.text('approximate', 'none') === 'tanh' ? tanh : exact)(inputs, node);
  },
  Swish: (inputs, node) => map((x) => x * sigmoid(node.float('alpha', 1) * x))(inputs, node),
  Mish: map((x) => x * Math.tanh(softplus(x))),
  Softmax: softmax(false),
  LogSoftmax: softmax(true),

  CumSum: ([x, axisValue], node) => {
    const axis = axisOf(axisValue.data[0], x.dims.length);
    const [exclusive, reverse] = [node.int('exclusive', 0), node.int('reverse', 0)];
    return build(x.dims, (index) => {
      let total = 0;
      for (let i = 0; i < x.dims[axis]; i++) {
        const before = reverse ? i > index[axis] : i < index[axis];
        if (before || (i === index[axis] && !exclusive)) total += at(x, withEntry(index, axis, i));
      }
      return total;
    });
  },
  Trilu: ([x, k], node) => {
    const shift = scalarOf(k) ?? 0;
    return build(x.dims, (index) => {
      const [row, column] = index.slice(-2);
      const keep = node.int('upper', 1) ? column >= row + shift : column <= row + shift;
      return keep ? at(x, index) : 0;
    });
  },
  Transpose: ([x], node) => transpose(x, node.ints('perm') ?? x.dims.map((_, i) => x.dims.length - 1 - i)),
};
