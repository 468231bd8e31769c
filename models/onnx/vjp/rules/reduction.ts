/** Reductions over axes. */
import type { Emitter } from '../emitter.js';
import type { Application, Rule, RuleTable } from '../rule.js';

interface Reduction {
  /** The axes reduced over, ascending. */
  readonly axes: readonly number[];
  /** Shape of the input, and that shape with the reduced axes of size 1. */
  readonly full: readonly number[];
  readonly kept: readonly number[];
  /** How many elements one result is made of. */
  readonly count: number;
}

function reductionOf(emit: Emitter, at: Application): Reduction {
  const full = emit.dims(at.x);
  const axes = reducedAxes(emit, at, full.length);
  const kept = full.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return { axes, full, kept, count: axes.reduce((n, axis) => n * full[axis], 1) };
}

/** Axes are an attribute before opset 18 (13 for ReduceSum) and an input since; none means all of them. */
function reducedAxes(emit: Emitter, at: Application, rank: number): number[] {
  const given = at.inputs[1] ? emit.values(at.inputs[1]) : at.ints('axes');
  if (at.inputs[1] && given === undefined) at.refuse('its axes are computed; expected a constant');
  if (given !== undefined && given.length > 0) {
    return given.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  }
  if (at.int('noop_with_empty_axes', 0) === 0) return Array.from({ length: rank }, (_, axis) => axis);
  if (at.node.opType !== 'ReduceSum' && at.node.opType !== 'ReduceMean') {
    at.refuse('noop_with_empty_axes is set and it has no axes; expected axes');
  }
  return [];
}

/** A rule for dx from the cotangent and the result, both with the reduced axes of size 1. */
function reduction(
  cotangent: (emit: Emitter, g: string, y: () => string, at: Application, over: Reduction) => string,
): Rule {
  return (emit, at) => {
    const over = reductionOf(emit, at);
    const y = () => emit.reshape(at.y, over.kept);
    return [cotangent(emit, emit.reshape(at.g, over.kept), y, at, over)];
  };
}

/** Elements that attain the extremum share the cotangent evenly. */
const extremum = reduction((emit, g, y, { x }, { axes }) => {
  const attained = emit.cast(emit.op('Equal', [x, y()]), emit.type);
  return emit.mul(emit.div(g, emit.sum(attained, axes)), attained);
});

/**
 * The derivative of a product is the product of the others, which is formed as such because dividing y by x fails
 * where x = 0; memory is the square of the number of factors.
 */
const product: Rule = (emit, at) => {
  const { axes, full, kept, count } = reductionOf(emit, at);
  const others = full.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...others, ...axes];
  const outer = others.map((axis) => full[axis]);
  const factors = emit.reshape(emit.transpose(at.x, order), [...outer, 1, count]);
  const identity = Float32Array.from({ length: count * count }, (_, i) => (i % (count + 1) === 0 ? 1 : 0));
  const isOwn = emit.cast(emit.tensor(identity, [count, count]), 'bool');
  const without = emit.op('Where', [isOwn, emit.scalar(1), factors]);
  const products = emit.op('ReduceProd', [without, emit.ints([-1])]);
  const back = order.map((_, axis) => order.indexOf(axis));
  const slope = emit.transpose(
    emit.reshape(
      products,
      order.map((axis) => full[axis]),
    ),
    back,
  );
  return [emit.mul(emit.reshape(at.g, kept), slope)];
};

export const reductions = {
  ReduceSum: reduction((e, g, _y, _at, { full }) => e.expand(g, full)),
  ReduceMean: reduction((e, g, _y, _at, { full, count }) => e.expand(e.mul(g, e.scalar(1 / count)), full)),
  ReduceMax: extremum,
  ReduceMin: extremum,
  ReduceProd: product,
  ReduceL1: reduction((e, g, _y, { x }) => e.mul(g, e.op('Sign', [x]))),
  // At the origin, where y has no derivative, 0 is the one of its subgradients.
  ReduceL2: reduction((e, g, y, { x }) => {
    const norm = y();
    const isZero = e.op('Equal', [norm, e.scalar(0)]);
    return e.mul(x, e.op('Where', [isZero, e.scalar(0), e.div(g, norm)]));
  }),
  ReduceSumSquare: reduction((e, g, _y, { x }) => e.mul(e.mul(e.scalar(2), g), x)),
  ReduceLogSum: reduction((e, g, y, _at, { full }) => e.expand(e.div(g, e.op('Exp', [y()])), full)),
  ReduceLogSumExp: reduction((e, g, y, { x }) => e.mul(g, e.op('Exp', [e.sub(x, y())]))),
} satisfies RuleTable;
