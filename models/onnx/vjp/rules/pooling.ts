/** Pooling. */
import { int, ints, text } from '../../graph.js';
import type { Emitter } from '../emitter.js';
import type { Application, Rule, RuleTable } from '../rule.js';
import { type KernelWindow, leftOver, slidingWindow } from './window.js';

/** An average is a convolution of each channel with a constant, and its transpose a ConvTranspose with the same. */
const averagePool: Rule = (emit, at) => {
  const [, channels, ...wide] = emit.dims(at.x);
  const narrow = emit.dims(at.y).slice(2);
  const window = slidingWindow(at, at.ints('kernel_shape')!, wide);
  const rest = leftOver(window, wide, narrow);
  if (rest.some((n) => n < 0)) {
    at.refuse(
      'ceil_mode lets its last window reach beyond the padded input; expected sizes that the windows fill',
    );
  }
  const { kernel, strides, dilations, before, after } = window;
  const size = kernel.reduce((a, b) => a * b, 1);
  const weights = emit.expand(emit.scalar(1 / size), [channels, 1, ...kernel]);
  return [
    emit.op('ConvTranspose', [evenCounts(emit, at, window, wide, narrow), weights], {
      kernel_shape: ints(kernel),
      strides: ints(strides),
      dilations: ints(dilations),
      pads: ints([...before, ...after]),
      output_padding: ints(rest),
      group: int(channels),
    }),
  ];
};

/** Where padding does not count, windows over the border divide by fewer elements: axis by axis, kernel/count. */
function evenCounts(
  emit: Emitter,
  at: Application,
  { kernel, strides, dilations, before }: KernelWindow,
  wide: readonly number[],
  narrow: readonly number[],
): string {
  if (at.int('count_include_pad', 0) === 1) return at.g;
  return kernel.reduce((g, taps, i) => {
    const counts = Array.from({ length: narrow[i] }, (_, window) => {
      const start = window * strides[i] - before[i];
      const positions = Array.from({ length: taps }, (_, tap) => start + tap * dilations[i]);
      return positions.filter((position) => position >= 0 && position < wide[i]).length;
    });
    if (counts.every((count) => count === taps)) return g;
    const dims = [1, 1, ...narrow.map((size, axis) => (axis === i ? size : 1))];
    return emit.mul(
      g,
      emit.tensor(
        counts.map((count) => taps / count),
        dims,
      ),
    );
  }, at.g);
}

const globalAveragePool: Rule = (emit, at) => {
  const dims = emit.dims(at.x);
  const count = dims.slice(2).reduce((a, b) => a * b, 1);
  return [emit.expand(emit.mul(at.g, emit.scalar(1 / count)), dims)];
};

/** The forward node says which element each maximum is; the positions count through the whole tensor. */
const maxPool: Rule = (emit, at) => {
  if (at.int('storage_order', 0) === 1)
    at.refuse('it counts positions column by column; expected storage_order 0');
  const dims = emit.dims(at.x);
  const size = dims.reduce((a, b) => a * b, 1);
  const flat = (value: string) => emit.reshape(value, [-1]);
  const indices = flat(emit.optionalOutput(at.node, 1, { type: 'int64', dims: emit.dims(at.y) }));
  const scattered = emit.op('ScatterElements', [emit.zeros([size]), indices, flat(at.g)], {
    axis: int(0),
    reduction: text('add'),
  });
  return [emit.reshape(scattered, dims)];
};

/** Elements that attain the maximum share the cotangent evenly. */
const globalMaxPool: Rule = (emit, at) => {
  const attained = emit.cast(emit.op('Equal', [at.x, at.y]), emit.type);
  const axes = emit.dims(at.x).map((_, axis) => axis);
  return [emit.mul(emit.div(at.g, emit.sum(attained, axes.slice(2))), attained)];
};

export const pooling = {
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
  MaxPool: maxPool,
  GlobalMaxPool: globalMaxPool,
} satisfies RuleTable;
