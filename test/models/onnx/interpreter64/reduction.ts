import {
  type Attributes,
  at,
  axisOf,
  build,
  type Kernel,
  type Kernels,
  listOf,
  sizeOf,
  type Value,
} from './value.js';

const add = (values: number[]) => values.reduce((a, b) => a + b, 0);
const squares = (values: number[]) => add(values.map((value) => value * value));

const reduce =
  (f: (values: number[]) => number): Kernel =>
  ([x, axesValue], node) => {
    const axes = reducedAxes(x, axesValue, node);
    const kept = x.dims.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const over = axes.map((axis) => x.dims[axis]);
    const result = build(kept, (index) => {
      const values: number[] = [];
      build(over, (inner) => {
        values.push(
          at(
            x,
            index.map((entry, axis) => (axes.includes(axis) ? inner[axes.indexOf(axis)] : entry)),
          ),
        );
        return 0;
      });
      return f(values);
    });
    const dims = node.int('keepdims', 1) ? kept : x.dims.filter((_, axis) => !axes.includes(axis));
    return { dims, data: result.data };
  };

function reducedAxes(x: Value, axesValue: Value | undefined, node: Attributes): number[] {
  const given = listOf(axesValue) ?? [];
  if (given.length > 0) return given.map((axis) => axisOf(axis, x.dims.length));
  return node.int('noop_with_empty_axes', 0) ? [] : x.dims.map((_, axis) => axis);
}

const global =
  (f: (values: number[]) => number): Kernel =>
  ([x]) => {
    const [n, c, ...spatial] = x.dims;
    const size = sizeOf(spatial);
    return build([n, c, ...spatial.map(() => 1)], ([i, j]) => {
      return f([...x.data.subarray((i * c + j) * size, (i * c + j + 1) * size)]);
    });
  };

const mean = (values: number[]) => add(values) / values.length;

export const reductions: Kernels = {
  ReduceSum: reduce(add),
  ReduceMean: reduce(mean),
  ReduceMax: reduce((values) => Math.max(...values)),
  ReduceMin: reduce((values) => Math.min(...values)),
  ReduceProd: reduce((values) => values.reduce((a, b) => a * b, 1)),
  ReduceL1: reduce((values) => add(values.map(Math.abs))),
  ReduceL2: reduce((values) => Math.sqrt(squares(values))),
  ReduceSumSquare: reduce(squares),
  ReduceLogSum: reduce((values) => Math.log(add(values))),
  ReduceLogSumExp: reduce((values) => Math.log(add(values.map(Math.exp)))),
  GlobalAveragePool: global(mean),
  GlobalMaxPool: global((values) => Math.max(...values)),
};
