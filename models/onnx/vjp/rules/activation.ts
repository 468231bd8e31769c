/** Activation functions of neural networks. */
import type { Emitter } from '../emitter.js';
import type { Application, RuleTable } from '../rule.js';
import { unary } from './elementwise.js';

/** g where x > 0, and `slope`·g elsewhere. */
function leaky(emit: Emitter, { g, x }: Application, slope: string): string {
  return emit.op('Where', [emit.op('Greater', [x, emit.scalar(0)]), g, emit.mul(g, slope)]);
}

/** The slope of offset·(eˣ − 1) is y + offset; that holds for x ≤ 0, and above the slope is constant. */
function exponentialLinear(emit: Emitter, { g, x, y }: Application, offset: number, above: number): string {
  const slope = emit.op('Where', [
    emit.op('Greater', [x, emit.scalar(0)]),
    emit.scalar(above),
    emit.add(y, emit.scalar(offset)),
  ]);
  return emit.mul(g, slope);
}

/** Gelu: x·Φ(x), or its approximation ½x(1 + tanh(k(x + 0.044715x³))), k = √(2/π) (Hendrycks and Gimpel 2016). */
function gelu(emit: Emitter, at: Application): string {
  const { g, x } = at;
  const c = (value: number) => emit.scalar(value);
  const squared = emit.mul(x, x);
  if (at.text('approximate', 'none') === 'tanh') {
    const k = Math.sqrt(2 / Math.PI);
    const inner = emit.mul(emit.mul(c(k), x), emit.add(c(1), emit.mul(c(0.044715), squared)));
    const t = emit.op('Tanh', [inner]);
    const innerSlope = emit.mul(c(k), emit.add(c(1), emit.mul(c(3 * 0.044715), squared)));
    const tSlope = emit.mul(emit.sub(c(1), emit.mul(t, t)), innerSlope);
    return emit.mul(g, emit.mul(c(0.5), emit.add(emit.add(c(1), t), emit.mul(x, tSlope))));
  }
  const distribution = emit.mul(c(0.5), emit.add(c(1), emit.op('Erf', [emit.mul(x, c(Math.SQRT1_2))])));
  const density = emit.mul(c(1 / Math.sqrt(2 * Math.PI)), emit.op('Exp', [emit.mul(c(-0.5), squared)]));
  return emit.mul(g, emit.add(distribution, emit.mul(x, density)));
}

/** x·sigmoid(αx): s(1 + αx(1 − s)). */
function swish(emit: Emitter, { g, x }: Application, alpha: number): string {
  const scaled = emit.mul(emit.scalar(alpha), x);
  const s = emit.op('Sigmoid', [scaled]);
  return emit.mul(g, emit.mul(s, emit.add(emit.scalar(1), emit.mul(scaled, emit.sub(emit.scalar(1), s)))));
}

/** x·tanh(softplus x): with t the tanh and s = sigmoid(x), t + x·s(1 − t²) (Misra 2019). */
function mish(emit: Emitter, { g, x }: Application): string {
  const t = emit.op('Tanh', [emit.op('Softplus', [x])]);
  const tSlope = emit.mul(emit.op('Sigmoid', [x]), emit.sub(emit.scalar(1), emit.mul(t, t)));
  return emit.mul(g, emit.add(t, emit.mul(x, tSlope)));
}

function between(emit: Emitter, value: string, low: number, high: number): string {
  return emit.op('And', [
    emit.op('Greater', [value, emit.scalar(low)]),
    emit.op('Less', [value, emit.scalar(high)]),
  ]);
}

function lastAxis(emit: Emitter, at: Application): number {
  const axis = at.int('axis', -1);
  return axis < 0 ? axis + emit.rank(at.y) : axis;
}

export const activation = {
  Sigmoid: unary((e, { g, y }) => e.mul(g, e.mul(y, e.sub(e.scalar(1), y)))),
  Tanh: unary((e, { g, y }) => e.mul(g, e.sub(e.scalar(1), e.mul(y, y)))),
  Softplus: unary((e, { g, x }) => e.mul(g, e.op('Sigmoid', [x]))),
  Softsign: unary((e, { g, x }) => {
    const root = e.add(e.scalar(1), e.op('Abs', [x]));
    return e.div(g, e.mul(root, root));
  }),

  Relu: unary((e, { g, y }) => e.keepWhere(e.op('Greater', [y, e.scalar(0)]), g)),
  LeakyRelu: unary((e, at) => leaky(e, at, e.scalar(at.float('alpha', 0.01)))),
  PRelu: (e, at) => {
    const { g, x, y, inputs } = at;
    const below = () => e.op('Where', [e.op('Greater', [x, e.scalar(0)]), e.scalar(0), e.mul(g, x)]);
    return [
      at.wants(0) ? leaky(e, at, inputs[1]) : undefined,
      at.wants(1) ? e.unbroadcast(below(), e.dims(y), e.dims(inputs[1])) : undefined,
    ];
  },
  ThresholdedRelu: unary((e, at) =>
    e.keepWhere(e.op('Greater', [at.x, e.scalar(at.float('alpha', 1))]), at.g),
  ),
  Elu: unary((e, at) => exponentialLinear(e, at, at.float('alpha', 1), 1)),
  Selu: unary((e, at) => {
    const gamma = at.float('gamma', 1.0507009873554805);
    return exponentialLinear(e, at, gamma * at.float('alpha', 1.6732632423543772), gamma);
  }),
  // α(exp(x/α) − 1) below 0: the slope exp(x/α) is y/α + 1.
  Celu: unary((e, at) => {
    const slope = e.add(e.div(at.y, e.scalar(at.float('alpha', 1))), e.scalar(1));
    return leaky(e, at, slope);
  }),
  HardSigmoid: unary((e, at) =>
    e.keepWhere(between(e, at.y, 0, 1), e.mul(at.g, e.scalar(at.float('alpha', 0.2)))),
  ),
  // x·clip(x/6 + ½, 0, 1)
  HardSwish: unary((e, { g, x }) => {
    const slope = e.add(e.mul(x, e.scalar(1 / 3)), e.scalar(0.5));
    const middle = e.keepWhere(between(e, x, -3, 3), e.mul(g, slope));
    return e.op('Where', [e.op('GreaterOrEqual', [x, e.scalar(3)]), g, middle]);
  }),

  Gelu: unary(gelu),
  Swish: unary((e, at) => swish(e, at, at.float('alpha', 1))),
  Mish: unary(mish),

  Softmax: unary((e, at) => {
    const weighted = e.mul(at.g, at.y);
    return e.sub(weighted, e.mul(at.y, e.sum(weighted, [lastAxis(e, at)])));
  }),
  LogSoftmax: unary((e, at) => e.sub(at.g, e.mul(e.op('Exp', [at.y]), e.sum(at.g, [lastAxis(e, at)])))),
} satisfies RuleTable;
