/** Convolutions and pooling, by their definition. */
import { type Attributes, at, build, flatIndex, type Kernels, sizeOf, type Value } from './value.js';

interface Geometry {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

function geometry(node: Attributes, spatial: readonly number[], kernel: readonly number[]): Geometry {
  const strides = node.ints('strides') ?? kernel.map(() => 1);
  const dilations = node.ints('dilations') ?? kernel.map(() => 1);
  const mode = node.text('auto_pad', 'NOTSET');
  const pads = mode === 'VALID' ? undefined : node.ints('pads');
  if (!mode.startsWith('SAME')) {
    const amounts = pads ?? [...kernel, ...kernel].map(() => 0);
    return { strides, dilations, begin: amounts.slice(0, kernel.length), end: amounts.slice(kernel.length) };
  }
  const total = kernel.map((k, i) => {
    return Math.max(
      0,
      (Math.ceil(spatial[i] / strides[i]) - 1) * strides[i] + (k - 1) * dilations[i] + 1 - spatial[i],
    );
  });
  const smaller = total.map((n) => Math.floor(n / 2));
  const larger = total.map((n, i) => n - smaller[i]);
  return mode === 'SAME_UPPER'
    ? { strides, dilations, begin: smaller, end: larger }
    : { strides, dilations, begin: larger, end: smaller };
}

function outputSizes(
  spatial: readonly number[],
  kernel: readonly number[],
  g: Geometry,
  ceil = false,
): number[] {
  return spatial.map((size, i) => {
    const steps = (size + g.begin[i] + g.end[i] - (kernel[i] - 1) * g.dilations[i] - 1) / g.strides[i];
    const count = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // A window must start inside the input or the padding before it.
    return ceil && (count - 1) * g.strides[i] >= size + g.begin[i] ? count - 1 : count;
  });
}

/** Visits the input positions under a window that lie inside the input. */
function underWindow(
  spatial: readonly number[],
  kernel: readonly number[],
  g: Geometry,
  window: readonly number[],
  visit: (position: number[], tap: number[]) => void,
): void {
  build(kernel, (tap) => {
    const position = tap.map((k, i) => window[i] * g.strides[i] - g.begin[i] + k * g.dilations[i]);
    if (position.every((p, i) => p >= 0 && p < spatial[i])) visit(position, tap);
    return 0;
  });
}

/** Pools each window of each channel. */
function pool(
  x: Value,
  node: Attributes,
  f: (values: number[], taps: number, flat: number[]) => number,
): Value {
  const [n, c, ...spatial] = x.dims;
  const kernel = node.ints('kernel_shape')!;
  const g = geometry(node, spatial, kernel);
  const sizes = outputSizes(spatial, kernel, g, node.int('ceil_mode', 0) === 1);
  return build([n, c, ...sizes], ([i, j, ...window]) => {
    const values: number[] = [];
    const flat: number[] = [];
    underWindow(spatial, kernel, g, window, (position) => {
      values.push(at(x, [i, j, ...position]));
      flat.push(flatIndex(x.dims, [i, j, ...position]));
    });
    return f(values, sizeOf(kernel), flat);
  });
}

export const convolutions: Kernels = {
  Conv: ([x, w, bias], node) => {
    const [n, , ...spatial] = x.dims;
    const [out, inGroup, ...kernel] = w.dims;
    const g = geometry(node, spatial, kernel);
    const perGroup = out / node.int('group', 1);
    return build([n, out, ...outputSizes(spatial, kernel, g)], ([i, m, ...window]) => {
      const first = Math.floor(m / perGroup) * inGroup;
      let total = bias?.data[m] ?? 0;
      underWindow(spatial, kernel, g, window, (position, tap) => {
        for (let c = 0; c < inGroup; c++) total += at(x, [i, first + c, ...position]) * at(w, [m, c, ...tap]);
      });
      return total;
    });
  },
  ConvTranspose: ([x, w, bias], node) => {
    const [n, channels, ...spatial] = x.dims;
    const [, outGroup, ...kernel] = w.dims;
    const group = node.int('group', 1);
    const strides = node.ints('strides') ?? kernel.map(() => 1);
    const dilations = node.ints('dilations') ?? kernel.map(() => 1);
    const extra = node.ints('output_padding') ?? kernel.map(() => 0);
    const mode = node.text('auto_pad', 'NOTSET');
    const reach = spatial.map(
      (size, i) => (size - 1) * strides[i] + extra[i] + (kernel[i] - 1) * dilations[i] + 1,
    );
    const shape =
      node.ints('output_shape') ??
      (mode.startsWith('SAME') ? spatial.map((size, i) => size * strides[i]) : undefined);
    const total = shape?.map((size, i) => Math.max(0, reach[i] - size));
    const begin = total
      ? total.map((t) => (mode === 'SAME_UPPER' ? Math.floor(t / 2) : Math.ceil(t / 2)))
      : (node.ints('pads') ?? kernel.map(() => 0)).slice(0, kernel.length);
    const end = total
      ? total.map((t, i) => t - begin[i])
      : (node.ints('pads') ?? [...kernel, ...kernel].map(() => 0)).slice(kernel.length);
    const dims = [n, outGroup * group, ...reach.map((size, i) => size - begin[i] - end[i])];
    const y = build(dims, ([, m]) => bias?.data[m] ?? 0);
    const perGroup = channels / group;
    build(x.dims, ([i, c, ...position]) => {
      build([outGroup, ...kernel], ([m, ...tap]) => {
        const target = position.map((p, k) => p * strides[k] - begin[k] + tap[k] * dilations[k]);
        if (target.some((p, k) => p < 0 || p >= dims[2 + k])) return 0;
        const channel = Math.floor(c / perGroup) * outGroup + m;
        y.data[flatIndex(dims, [i, channel, ...target])] +=
          at(x, [i, c, ...position]) * at(w, [c, m, ...tap]);
        return 0;
      });
      return 0;
    });
    return y;
  },
  AveragePool: ([x], node) =>
    pool(x, node, (values, taps) => {
      return values.reduce((a, b) => a + b, 0) / (node.int('count_include_pad', 0) ? taps : values.length);
    }),
  MaxPool: ([x], node) => [
    pool(x, node, (values) => Math.max(...values)),
    pool(x, node, (values, _taps, flat) => flat[values.indexOf(Math.max(...values))]),
  ],
};
