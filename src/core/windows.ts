/** What a plane [H, W] has around each pixel: least values and means over squares, and the guided filter of means. */

/** A plane of height × width values, row by row. */
export interface Plane {
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** The least value in the square of `radius` pixels to all sides of each pixel, as far as it is inside. */
export function leastAround(plane: Plane, radius: number): Float32Array {
  const leastOf = (line: Float64Array, first: number, last: number) => {
    let least = line[first];
    for (let k = first + 1; k <= last; k++) least = Math.min(least, line[k]);
    return least;
  };
  return alongBoth(plane, (line, result) => {
    for (let i = 0; i < line.length; i++) {
      result[i] = leastOf(line, Math.max(0, i - radius), Math.min(line.length - 1, i + radius));
    }
  });
}

/** The mean over that square. */
export function meanAround(plane: Plane, radius: number): Float32Array {
  return alongBoth(plane, (line, result) => {
    let [sum, first, last] = [0, 0, -1];
    for (let i = 0; i < line.length; i++) {
      while (last < Math.min(line.length - 1, i + radius)) sum += line[++last];
      while (first < i - radius) sum -= line[first++];
      result[i] = sum / (last - first + 1);
    }
  });
}

/**
 * The guided filter: `input` averaged over squares, but with the edges of `guide` (He, Sun, Tang, "Guided image
 * filtering", ECCV 2010, eq. 5, 6, 8).
 * @param epsilon variance of the guide below which it counts as flat.
 */
export function guidedFilter(
  guide: Plane,
  input: Float32Array,
  radius: number,
  epsilon: number,
): Float32Array {
  const mean = (data: Float32Array) => meanAround({ ...guide, data }, radius);
  const [I, p] = [guide.data, input];
  const [meanI, meanP] = [mean(I), mean(p)];
  const products = mean(I.map((value, i) => value * p[i]));
  const squares = mean(I.map((value) => value * value));
  const slope = I.map((_, i) => (products[i] - meanI[i] * meanP[i]) / (squares[i] - meanI[i] ** 2 + epsilon));
  const [a, b] = [mean(slope), mean(slope.map((value, i) => meanP[i] - value * meanI[i]))];
  return I.map((value, i) => a[i] * value + b[i]);
}

/** Each row, then each column, through `change`. */
function alongBoth(
  { data, height, width }: Plane,
  change: (line: Float64Array, result: Float64Array) => void,
): Float32Array {
  const rows = along(data, { count: height, length: width, between: width, step: 1 }, change);
  return along(rows, { count: width, length: height, between: 1, step: width }, change);
}

function along(
  data: Float32Array,
  { count, length, between, step }: { count: number; length: number; between: number; step: number },
  change: (line: Float64Array, result: Float64Array) => void,
): Float32Array {
  const changed = new Float32Array(data.length);
  const [line, result] = [new Float64Array(length), new Float64Array(length)];
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < length; i++) line[i] = data[k * between + i * step];
    change(line, result);
    for (let i = 0; i < length; i++) changed[k * between + i * step] = result[i];
  }
  return changed;
}
