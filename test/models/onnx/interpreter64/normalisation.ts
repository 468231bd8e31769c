import { at, axisOf, build, type Kernels, reshape, sizeOf, type Value } from './value.js';

/** Each row of a matrix divided by its spread, after its mean is taken away where asked. */
function normaliseRows(x: Value, rows: number, epsilon: number, centred = true): Value {
  const size = x.data.length / rows;
  const data = new Float64Array(x.data.length);
  for (let row = 0; row < rows; row++) {
    const part = x.data.subarray(row * size, (row + 1) * size);
    const mean = centred ? part.reduce((a, b) => a + b, 0) / size : 0;
    const variance = part.reduce((a, b) => a + (b - mean) ** 2, 0) / size;
    for (let k = 0; k < size; k++) data[row * size + k] = (part[k] - mean) / Math.sqrt(variance + epsilon);
  }
  return reshape({ dims: x.dims, data }, x.dims);
}

const perChannel = (x: Value, f: (value: number, channel: number) => number) =>
  build(x.dims, (index) => f(at(x, index), index[1]));

export const normalisation: Kernels = {
  InstanceNormalization: ([x, scale, bias], node) => {
    const rows = normaliseRows(x, x.dims[0] * x.dims[1], node.float('epsilon', 1e-5));
    return perChannel(rows, (value, c) => value * scale.data[c] + bias.data[c]);
  },
  GroupNormalization: ([x, scale, bias], node) => {
    const rows = normaliseRows(x, x.dims[0] * node.int('num_groups', 1), node.float('epsilon', 1e-5));
    const each = x.dims[1] / scale.data.length;
    return perChannel(
      rows,
      (value, c) => value * scale.data[Math.floor(c / each)] + bias.data[Math.floor(c / each)],
    );
  },
  LayerNormalization: ([x, scale, bias], node) => {
    const axis = axisOf(node.int('axis', -1), x.dims.length);
    const rows = normaliseRows(x, sizeOf(x.dims.slice(0, axis)), node.float('epsilon', 1e-5));
    const inner = scale.data.length;
    return {
      dims: x.dims,
      data: rows.data.map((value, k) => value * scale.data[k % inner] + (bias?.data[k % inner] ?? 0)),
    };
  },
  RMSNormalization: ([x, scale], node) => {
    const axis = axisOf(node.int('axis', -1), x.dims.length);
    const rows = normaliseRows(x, sizeOf(x.dims.slice(0, axis)), node.float('epsilon', 1e-5), false);
    return { dims: x.dims, data: rows.data.map((value, k) => value * scale.data[k % scale.data.length]) };
  },
  BatchNormalization: ([x, scale, bias, mean, variance], node) =>
    perChannel(x, (value, c) => {
      const spread = Math.sqrt(variance.data[c] + node.float('epsilon', 1e-5));
      return ((value - mean.data[c]) / spread) * scale.data[c] + bias.data[c];
    }),
  LpNormalization: ([x], node) => {
    const axis = axisOf(node.int('axis', -1), x.dims.length);
    const p = node.int('p', 2);
    return build(x.dims, (index) => {
      let total = 0;
      for (let i = 0; i < x.dims[axis]; i++) {
        total +=
          Math.abs(
            at(
              x,
              index.map((k, a) => (a === axis ? i : k)),
            ),
          ) ** p;
      }
      return at(x, index) / total ** (1 / p);
    });
  },
};
