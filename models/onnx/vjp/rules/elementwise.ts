/** Arithmetic, comparison and elementary functions, element by element with broadcasting. */
import { int } from '../../graph.js';
import type { Emitter } from '../emitter.js';
import type { Application, Rule, RuleTable } from '../rule.js';

/** A rule for y = f(x): the cotangent of x from that of y. */
export function unary(derivative: (emit: Emitter, at: Application) => string): Rule {
  return (emit, at) => [derivative(emit, at)];
}

/** The cotangents of broadcast inputs from those they would have at the shape of the output. */
function broadcast(...cotangents: readonly ((emit: Emitter, at: Application) => string)[]): Rule {
  return (emit, at) => {
    const from = emit.dims(at.y);
    return cotangents.map((cotangent, i) =>
      at.wants(i) ? emit.unbroadcast(cotangent(emit, at), from, emit.dims(at.inputs[i])) : undefined,
    );
  };
}

const sum: Rule = (emit, at) => broadcast(...at.inputs.map(() => () => at.g))(emit, at);

/** x·sigmoid(x) is one function to the rules: two nodes fewer than the product rule, and x is no residual. */
const mul: Rule = (emit, at) => {
  const [a, b] = at.inputs;
  if (isSigmoidOf(emit, b, a)) return [silu(emit, at, b), undefined];
  if (isSigmoidOf(emit, a, b)) return [undefined, silu(emit, at, a)];
  return broadcast(
    () => emit.mul(at.g, b),
    () => emit.mul(at.g, a),
  )(emit, at);
};

function isSigmoidOf(emit: Emitter, value: string, x: string): boolean {
  const producer = emit.producer(value);
  return producer?.opType === 'Sigmoid' && producer.domain === '' && producer.inputs[0] === x;
}

/** y = x·s with s = sigmoid(x): dy/dx = s + y(1 − s). */
function silu(emit: Emitter, { g, y }: Application, s: string): string {
  return emit.mul(g, emit.add(s, emit.mul(y, emit.sub(emit.scalar(1), s))));
}

const pow: Rule = (emit, at) => {
  const [x, exponent] = at.inputs;
  const constant = emit.values(exponent);
  const base = () => {
    if (constant?.length === 1) return emit.mul(at.g, powerSlope(emit, x, constant[0]));
    const p = castLike(emit, exponent, x);
    const power = emit.op('Pow', [x, emit.sub(p, emit.scalar(1))]);
    return emit.op('Where', [
      emit.op('Equal', [p, emit.scalar(0)]),
      emit.scalar(0),
      emit.mul(at.g, emit.mul(p, power)),
    ]);
  };
  // y·log x, with the limit 0 at x = 0; below, real powers have no derivative in the exponent.
  const logarithm = () => {
    const positive = emit.op('Greater', [x, emit.scalar(0)]);
    const log = emit.op('Log', [emit.op('Where', [positive, x, emit.scalar(1)])]);
    return emit.mul(at.g, emit.mul(at.y, log));
  };
  return broadcast(base, logarithm)(emit, at);
};

/** d(xᵖ)/dx for a constant p. */
function powerSlope(emit: Emitter, x: string, p: number): string {
  if (p === 0) return emit.scalar(0);
  if (p === 1) return emit.scalar(1);
  if (p === 2) return emit.mul(emit.scalar(2), x);
  return emit.mul(emit.scalar(p), emit.op('Pow', [x, emit.scalar(p - 1)]));
}

function castLike(emit: Emitter, value: string, like: string): string {
  const { type } = emit.valueType(like);
  return emit.valueType(value).type === type ? value : emit.cast(value, type);
}

/** Inputs that attain the extremum share the cotangent evenly, so that max(x, x) has the derivative of x. */
const extremum: Rule = (emit, at) => {
  const attained = at.inputs.map((input) => emit.cast(emit.op('Equal', [input, at.y]), emit.type));
  const share =
    attained.length === 1
      ? at.g
      : emit.div(
          at.g,
          attained.reduce((a, b) => emit.add(a, b)),
        );
  return broadcast(...attained.map((mask) => () => emit.mul(share, mask)))(emit, at);
};

const clip: Rule = (emit, at) => {
  const [x, low, high] = at.inputs;
  if (at.wants(1) || at.wants(2))
    at.refuse('its bounds depend on what is differentiated, and only the input has a rule');
  const inside = [
    ...(low ? [emit.op('GreaterOrEqual', [x, low])] : []),
    ...(high ? [emit.op('LessOrEqual', [x, high])] : []),
  ];
  if (inside.length === 0) return [at.g];
  return [
    emit.keepWhere(
      inside.reduce((a, b) => emit.op('And', [a, b])),
      at.g,
    ),
  ];
};

/** 1/√(…) of a polynomial in x², as the inverse functions have. */
const reciprocalRoot = (emit: Emitter, inside: string) => emit.op('Reciprocal', [emit.op('Sqrt', [inside])]);
const square = (emit: Emitter, x: string) => emit.mul(x, x);
const one = (emit: Emitter) => emit.scalar(1);

export const elementwise = {
  Add: sum,
  Sum: sum,
  Sub: broadcast(
    (_, { g }) => g,
    (e, { g }) => e.neg(g),
  ),
  Mul: mul,
  Div: broadcast(
    (e, { g, inputs }) => e.div(g, inputs[1]),
    (e, { g, y, inputs }) => e.neg(e.div(e.mul(g, y), inputs[1])),
  ),
  Mean: (emit, at) => {
    const part = emit.mul(at.g, emit.scalar(1 / at.inputs.length));
    return broadcast(...at.inputs.map(() => () => part))(emit, at);
  },
  Pow: pow,
  Max: extremum,
  Min: extremum,
  Clip: clip,
  Where: broadcast(
    // The condition is no number and is never asked for.
    (_, { g }) => g,
    (e, { g, inputs }) => e.keepWhere(inputs[0], g),
    (e, { g, inputs }) => e.op('Where', [inputs[0], e.scalar(0), g]),
  ),

  Identity: unary((_, { g }) => g),
  Neg: unary((e, { g }) => e.neg(g)),
  Abs: unary((e, { g, x }) => e.mul(g, e.op('Sign', [x]))),
  Reciprocal: unary((e, { g, y }) => e.neg(e.mul(g, square(e, y)))),
  Sqrt: unary((e, { g, y }) => e.div(e.mul(g, e.scalar(0.5)), y)),
  Exp: unary((e, { g, y }) => e.mul(g, y)),
  Log: unary((e, { g, x }) => e.div(g, x)),
  Erf: unary((e, { g, x }) =>
    e.mul(g, e.mul(e.scalar(2 / Math.sqrt(Math.PI)), e.op('Exp', [e.neg(square(e, x))]))),
  ),
  Sin: unary((e, { g, x }) => e.mul(g, e.op('Cos', [x]))),
  Cos: unary((e, { g, x }) => e.neg(e.mul(g, e.op('Sin', [x])))),
  Tan: unary((e, { g, y }) => e.mul(g, e.add(one(e), square(e, y)))),
  Asin: unary((e, { g, x }) => e.mul(g, reciprocalRoot(e, e.sub(one(e), square(e, x))))),
  Acos: unary((e, { g, x }) => e.neg(e.mul(g, reciprocalRoot(e, e.sub(one(e), square(e, x)))))),
  Atan: unary((e, { g, x }) => e.div(g, e.add(one(e), square(e, x)))),
  Sinh: unary((e, { g, x }) => e.mul(g, e.op('Cosh', [x]))),
  Cosh: unary((e, { g, x }) => e.mul(g, e.op('Sinh', [x]))),
  Asinh: unary((e, { g, x }) => e.mul(g, reciprocalRoot(e, e.add(square(e, x), one(e))))),
  Acosh: unary((e, { g, x }) => e.mul(g, reciprocalRoot(e, e.sub(square(e, x), one(e))))),
  Atanh: unary((e, { g, x }) => e.div(g, e.sub(one(e), square(e, x)))),

  Cast: unary((e, { g, x }) => e.cast(g, e.valueType(x).type)),
  CastLike: (e, { g, x }) => [e.cast(g, e.valueType(x).type), undefined],
  Dropout: (_, at) => {
    if (at.inputs[2]) at.refuse('it takes a training mode; expected a model exported for inference');
    return [at.g];
  },
  CumSum: (e, at) => [
    e.op('CumSum', [at.g, at.inputs[1]], {
      reverse: int(1 - at.int('reverse', 0)),
      exclusive: int(at.int('exclusive', 0)),
    }),
  ],
  Trilu: (e, at) => [e.op('Trilu', [at.g, ...at.inputs.slice(1)], { upper: int(at.int('upper', 1)) })],
} satisfies RuleTable;
