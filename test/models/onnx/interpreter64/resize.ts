/** Resize by the formulas of its specification, axis after axis. */
import { type Attributes, at, axisOf, build, type Kernels, listOf, type Value, withEntry } from './value.js';

/** Where position `o` of the result lies in the input. */
function coordinate(mode: string, o: number, from: number, to: number, scale: number): number {
  switch (mode) {
    case 'half_pixel':
      return (o + 0.5) / scale - 0.5;
    case 'half_pixel_symmetric': {
      const adjusted = (from / 2) * (1 - to / (scale * from));
      return adjusted + (o + 0.5) / scale - 0.5;
    }
    case 'pytorch_half_pixel':
      return to > 1 ? (o + 0.5) / scale - 0.5 : 0;
    case 'align_corners':
      return to === 1 ? 0 : (o * (from - 1)) / (to - 1);
    default:
      return o / scale;
  }
}

function nearest(mode: string, x: number): number {
  if (mode === 'floor') return Math.floor(x);
  if (mode === 'ceil') return Math.ceil(x);
  return mode === 'round_prefer_ceil' ? Math.floor(x + 0.5) : Math.ceil(x - 0.5);
}

/** Interpolation kernels: a tent, and Keys' cubic. */
function kernel(mode: string, a: number, distance: number): number {
  const t = Math.abs(distance);
  if (mode === 'linear') return Math.max(0, 1 - t);
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? ((t - 5) * t + 8) * t * a - 4 * a : 0;
}

function weights(node: Attributes, o: number, from: number, to: number, scale: number): Map<number, number> {
  const mode = node.text('mode', 'nearest');
  const x = coordinate(node.text('coordinate_transformation_mode', 'half_pixel'), o, from, to, scale);
  const inside = (i: number) => Math.min(Math.max(i, 0), from - 1);
  if (mode === 'nearest')
    return new Map([[inside(nearest(node.text('nearest_mode', 'round_prefer_floor'), x)), 1]]);
  const antialias = node.int('antialias', 0) === 1;
  const stretch = antialias ? Math.min(scale, 1) : 1;
  const support = (mode === 'linear' ? 1 : 2) / stretch;
  const excluded = node.int('exclude_outside', 0) === 1;
  const found = new Map<number, number>();
  for (let i = Math.floor(x - support); i <= Math.ceil(x + support); i++) {
    if (excluded && i !== inside(i)) continue;
    const weight = kernel(mode, node.float('cubic_coeff_a', -0.75), (x - i) * stretch);
    found.set(inside(i), (found.get(inside(i)) ?? 0) + weight);
  }
  const total = [...found.values()].reduce((sum, weight) => sum + weight, 0);
  return new Map([...found].map(([i, weight]) => [i, weight / total]));
}

function resizeAxis(x: Value, node: Attributes, axis: number, to: number, scale: number): Value {
  const from = x.dims[axis];
  const rows = Array.from({ length: to }, (_, o) => weights(node, o, from, to, scale));
  return build(withEntry(x.dims, axis, to), (index) => {
    return [...rows[index[axis]]].reduce(
      (sum, [i, weight]) => sum + weight * at(x, withEntry(index, axis, i)),
      0,
    );
  });
}

export const resampling: Kernels = {
  Resize: ([x, , scales, sizes], node) => {
    const axes = node.ints('axes')?.map((axis) => axisOf(axis, x.dims.length)) ?? x.dims.map((_, i) => i);
    return axes.reduce((value, axis, i) => {
      const to = listOf(sizes)?.[i] ?? Math.floor(x.dims[axis] * scales.data[i]);
      const scale = sizes ? to / x.dims[axis] : scales.data[i];
      return to === x.dims[axis] && scale === 1 ? value : resizeAxis(value, node, axis, to, scale);
    }, x);
  },
};
