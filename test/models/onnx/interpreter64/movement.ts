import {
  at,
  atBroadcast,
  axisOf,
  broadcastDims,
  build,
  flatIndex,
  type Kernels,
  listOf,
  reshape,
  sizeOf,
  withEntry,
} from './value.js';

/** The source element of position i of an axis padded by `before`; -1 in the constant border. */
function paddedFrom(mode: string, i: number, before: number, size: number): number {
  let k = i - before;
  if (k >= 0 && k < size) return k;
  if (mode === 'constant') return -1;
  if (mode === 'edge') return k < 0 ? 0 : size - 1;
  if (mode === 'wrap') return ((k % size) + size) % size;
  while (k < 0 || k >= size) k = k < 0 ? -k : 2 * (size - 1) - k;
  return k;
}

export const movement: Kernels = {
  Reshape: ([x, shape], node) => {
    const wanted = listOf(shape)!.map((size, i) =>
      size === 0 && !node.int('allowzero', 0) ? x.dims[i] : size,
    );
    const known = sizeOf(wanted.filter((size) => size >= 0));
    return reshape(
      x,
      wanted.map((size) => (size < 0 ? x.data.length / known : size)),
    );
  },
  Flatten: ([x], node) => {
    const axis = axisOf(node.int('axis', 1), x.dims.length);
    return reshape(x, [sizeOf(x.dims.slice(0, axis)), sizeOf(x.dims.slice(axis))]);
  },
  Squeeze: ([x, axes]) => {
    const gone = listOf(axes)?.map((axis) => axisOf(axis, x.dims.length));
    return reshape(
      x,
      x.dims.filter((size, axis) => (gone ? !gone.includes(axis) : size !== 1)),
    );
  },
  Unsqueeze: ([x, axes]) => {
    const rank = x.dims.length + axes.data.length;
    const added = listOf(axes)!.map((axis) => axisOf(axis, rank));
    const rest = [...x.dims];
    return reshape(
      x,
      Array.from({ length: rank }, (_, axis) => (added.includes(axis) ? 1 : rest.shift()!)),
    );
  },
  Shape: ([x]) => ({ dims: [x.dims.length], data: Float64Array.from(x.dims) }),
  Expand: ([x, shape]) => build(broadcastDims([x.dims, listOf(shape)!]), (index) => atBroadcast(x, index)),
  Tile: ([x, repeats]) =>
    build(
      x.dims.map((size, i) => size * repeats.data[i]),
      (index) =>
        at(
          x,
          index.map((k, i) => k % x.dims[i]),
        ),
    ),
  Concat: (inputs, node) => {
    const axis = axisOf(node.int('axis', 0), inputs[0].dims.length);
    const total = inputs.reduce((n, { dims }) => n + dims[axis], 0);
    return build(withEntry(inputs[0].dims, axis, total), (index) => {
      let entry = index[axis];
      let part = 0;
      while (entry >= inputs[part].dims[axis]) entry -= inputs[part++].dims[axis];
      return at(inputs[part], withEntry(index, axis, entry));
    });
  },
  Split: ([x, sizes], node) => {
    const axis = axisOf(node.int('axis', 0), x.dims.length);
    const count = node.node.outputs.length;
    const even = Math.ceil(x.dims[axis] / count);
    const parts =
      listOf(sizes) ?? Array.from({ length: count }, (_, i) => Math.min(even, x.dims[axis] - i * even));
    let start = 0;
    return parts.map((size) => {
      const from = start;
      start += size;
      return build(withEntry(x.dims, axis, size), (index) =>
        at(x, withEntry(index, axis, from + index[axis])),
      );
    });
  },
  Slice: ([x, starts, ends, axesValue, stepsValue]) => {
    const axes = listOf(axesValue) ?? listOf(starts)!.map((_, i) => i);
    const picks = x.dims.map((size) => Array.from({ length: size }, (_, i) => i));
    axes.forEach((given, i) => {
      const axis = axisOf(given, x.dims.length);
      const size = x.dims[axis];
      const step = stepsValue?.data[i] ?? 1;
      const clip = (value: number, low: number, high: number) =>
        Math.min(Math.max(value < 0 ? value + size : value, low), high);
      const picked: number[] = [];
      if (step > 0) {
        const end = clip(ends.data[i], 0, size);
        for (let k = clip(starts.data[i], 0, size); k < end; k += step) picked.push(k);
      } else {
        const end = clip(ends.data[i], -1, size - 1);
        for (let k = clip(starts.data[i], 0, size - 1); k > end; k += step) picked.push(k);
      }
      picks[axis] = picked;
    });
    return build(
      picks.map((pick) => pick.length),
      (index) =>
        at(
          x,
          index.map((k, axis) => picks[axis][k]),
        ),
    );
  },
  Pad: ([x, pads, fill, axesValue], node) => {
    const rank = x.dims.length;
    const axes = listOf(axesValue)?.map((axis) => axisOf(axis, rank)) ?? x.dims.map((_, i) => i);
    const mode = node.text('mode', 'constant');
    const before = x.dims.map(() => 0);
    const after = x.dims.map(() => 0);
    axes.forEach((axis, i) => {
      before[axis] = pads.data[i];
      after[axis] = pads.data[axes.length + i];
    });
    // What is cropped is gone before anything is reflected.
    const first = before.map((n) => Math.max(0, -n));
    const size = x.dims.map((n, axis) => n - first[axis] - Math.max(0, -after[axis]));
    const dims = x.dims.map((n, axis) => n + before[axis] + after[axis]);
    return build(dims, (index) => {
      const from = index.map((k, axis) => paddedFrom(mode, k, Math.max(0, before[axis]), size[axis]));
      return from.includes(-1)
        ? (fill?.data[0] ?? 0)
        : at(
            x,
            from.map((k, axis) => k + first[axis]),
          );
    });
  },
  DepthToSpace: ([x], node) => {
    const block = node.int('blocksize', 1);
    const [n, c, h, w] = x.dims;
    const out = c / block ** 2;
    return build([n, out, h * block, w * block], ([i, j, y, z]) => {
      const [a, b] = [y % block, z % block];
      const channel =
        node.text('mode', 'DCR') === 'DCR' ? (a * block + b) * out + j : (j * block + a) * block + b;
      return at(x, [i, channel, Math.floor(y / block), Math.floor(z / block)]);
    });
  },
  SpaceToDepth: ([x], node) => {
    const block = node.int('blocksize', 1);
    const [n, c, h, w] = x.dims;
    return build([n, c * block ** 2, h / block, w / block], ([i, j, y, z]) => {
      const offset = Math.floor(j / c);
      return at(x, [i, j % c, y * block + Math.floor(offset / block), z * block + (offset % block)]);
    });
  },

  Gather: ([x, indices], node) => {
    const axis = axisOf(node.int('axis', 0), x.dims.length);
    const inner = indices.dims.length;
    return build([...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)], (index) => {
      const taken = axisOf(at(indices, index.slice(axis, axis + inner)), x.dims[axis]);
      return at(x, [...index.slice(0, axis), taken, ...index.slice(axis + inner)]);
    });
  },
  GatherElements: ([x, indices], node) => {
    const axis = axisOf(node.int('axis', 0), x.dims.length);
    return build(indices.dims, (index) =>
      at(x, withEntry(index, axis, axisOf(at(indices, index), x.dims[axis]))),
    );
  },
  GatherND: ([x, indices], node) => {
    const batch = node.int('batch_dims', 0);
    const depth = indices.dims.at(-1)!;
    const outer = indices.dims.slice(0, -1);
    return build([...outer, ...x.dims.slice(batch + depth)], (index) => {
      const position = index.slice(0, outer.length);
      const tuple = Array.from({ length: depth }, (_, k) =>
        axisOf(at(indices, [...position, k]), x.dims[batch + k]),
      );
      return at(x, [...position.slice(0, batch), ...tuple, ...index.slice(outer.length)]);
    });
  },
  ScatterElements: ([x, indices, updates], node) => {
    const axis = axisOf(node.int('axis', 0), x.dims.length);
    const data = x.data.slice();
    build(indices.dims, (index) => {
      const target = flatIndex(x.dims, withEntry(index, axis, axisOf(at(indices, index), x.dims[axis])));
      data[target] = at(updates, index) + (node.text('reduction', 'none') === 'add' ? data[target] : 0);
      return 0;
    });
    return { dims: x.dims, data };
  },
  ScatterND: ([x, indices, updates], node) => {
    const depth = indices.dims.at(-1)!;
    const data = x.data.slice();
    const outer = indices.dims.length - 1;
    build(updates.dims, (index) => {
      const tuple = Array.from({ length: depth }, (_, k) => {
        return axisOf(at(indices, [...index.slice(0, outer), k]), x.dims[k]);
      });
      const target = flatIndex(x.dims, [...tuple, ...index.slice(outer)]);
      data[target] = at(updates, index) + (node.text('reduction', 'none') === 'add' ? data[target] : 0);
      return 0;
    });
    return { dims: x.dims, data };
  },
  TopK: ([x, k], node) => {
    const axis = axisOf(node.int('axis', -1), x.dims.length);
    const sign = node.int('largest', 1) ? -1 : 1;
    const order = (index: number[]) =>
      Array.from({ length: x.dims[axis] }, (_, i) => i).sort(
        (a, b) => sign * (at(x, withEntry(index, axis, a)) - at(x, withEntry(index, axis, b))),
      );
    const dims = withEntry(x.dims, axis, k.data[0]);
    return [
      build(dims, (index) => at(x, withEntry(index, axis, order(index)[index[axis]]))),
      build(dims, (index) => order(index)[index[axis]]),
    ];
  },
};
