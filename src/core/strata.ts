/** Where intervals hold the truth and where they do not: edges, dark and bright places, holes, the border. */
import { requireArrays } from './arguments.js';
import { type FloatArray, formatShape, sameShape } from './array.js';

/** What an interval does on some of the pixels. */
export interface Stratum {
  /** The share of all values that lies there. */
  readonly share: number;
  /** The share of true values inside the interval. */
  readonly held: number;
  /** The interval's mean width. */
  readonly width: number;
}

/** Pixels from the border that belong to it. */
const BORDER = 8;

/**
 * Intervals against the truth, by kinds of places: thirds of the slope of the truth (`flat`, `texture`, `edge`), thirds
 * of its brightness (`dark`, `middle`, `bright`), `border` (8 pixels) and `inside`, and where some values were not
 * measured `hole` and `seen`. Kinds without a value are left out. Thirds are of values of equal number, ties in order.
 * @param truth [C, H, W], as `lower` and `upper`. @param observed 0 where a value was not measured.
 * @throws RangeError where shapes differ.
 * @example
 * ```ts
 * import { heldByPlace, zeros } from 'retrodict';
 *
 * const zero = zeros([1, 32, 32]);
 * console.log(heldByPlace(zero, zero, zero).border.share); // 0.75
 * ```
 */
export function heldByPlace(
  lower: FloatArray,
  upper: FloatArray,
  truth: FloatArray,
  observed?: ArrayLike<number>,
): Readonly<Record<string, Stratum>> {
  requireArrays({ lower, upper, truth });
  const other = [lower, upper].find(({ shape }) => !sameShape(shape, truth.shape));
  if (other || truth.shape.length !== 3) {
    const found = `${formatShape((other ?? truth).shape)} and ${formatShape(truth.shape)}`;
    throw new RangeError(`expected arrays of one shape [C, H, W], found ${found}`);
  }
  const kinds: readonly (readonly [readonly string[], (i: number) => number])[] = [
    [['flat', 'texture', 'edge'], thirdOf(slopes(truth))],
    [['dark', 'middle', 'bright'], thirdOf(truth.data)],
    [['inside', 'border'], borderOf(truth)],
    ...(observed ? [[['seen', 'hole'], (i: number) => (observed[i] === 0 ? 1 : 0)] as const] : []),
  ];
  return Object.fromEntries(kinds.flatMap(([names, kindOf]) => byKind(names, kindOf, lower, upper, truth)));
}

function byKind(
  names: readonly string[],
  kindOf: (i: number) => number,
  lower: FloatArray,
  upper: FloatArray,
  truth: FloatArray,
): [string, Stratum][] {
  const sums = names.map(() => ({ count: 0, held: 0, width: 0 }));
  truth.data.forEach((value, i) => {
    const sum = sums[kindOf(i)];
    const [low, high] = [lower.data[i], upper.data[i]];
    sum.count++;
    if (value >= low && value <= high) sum.held++;
    sum.width += high - low;
  });
  return names.flatMap((name, k): [string, Stratum][] => {
    const { count, held, width } = sums[k];
    if (count === 0) return [];
    return [[name, { share: count / truth.data.length, held: held / count, width: width / count }]];
  });
}

/** The length of the gradient, by differences of neighbours; the last row and column take that before them. */
function slopes({ data, shape: [, height, width] }: FloatArray): Float32Array {
  return data.map((_, i) => {
    const [row, column] = [Math.floor(i / width) % height, i % width];
    const across = width > 1 ? (column + 1 < width ? data[i + 1] - data[i] : data[i] - data[i - 1]) : 0;
    const down = height > 1 ? (row + 1 < height ? data[i + width] - data[i] : data[i] - data[i - width]) : 0;
    return Math.hypot(across, down);
  });
}

function thirdOf(values: Float32Array): (i: number) => number {
  const thirds = new Uint8Array(values.length);
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a] - values[b] || a - b);
  order.forEach((place, rank) => {
    thirds[place] = Math.floor((3 * rank) / values.length);
  });
  return (i) => thirds[i];
}

function borderOf({ shape: [, height, width] }: FloatArray): (i: number) => number {
  return (i) => {
    const [row, column] = [Math.floor(i / width) % height, i % width];
    return Math.min(row, column, height - 1 - row, width - 1 - column) < BORDER ? 1 : 0;
  };
}
