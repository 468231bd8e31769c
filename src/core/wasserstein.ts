/** How far two sets of weighted samples are from each other. */
import type { Random } from './random.js';

/** Points of one dimension; without weights all count the same. */
interface Samples {
  readonly points: readonly ArrayLike<number>[];
  /** Not negative, of positive sum. */
  readonly weights?: ArrayLike<number>;
}

/**
 * The sliced Wasserstein-1 distance: the mean, over random directions, of ∫|F − G| between the distributions of the
 * points' projections (Bonneel et al. 2015). Between two samples of one distribution it is not 0 but falls with
 * 1/√(sample size): compare it with that.
 */
export function slicedWasserstein(a: Samples, b: Samples, directions: number, random: Random): number {
  const size = a.points[0].length;
  let sum = 0;
  for (let k = 0; k < directions; k++) {
    const direction = new Float64Array(size);
    for (let i = 0; i < size; i++) direction[i] = random.normal();
    const length = Math.hypot(...direction);
    for (let i = 0; i < size; i++) direction[i] /= length;
    sum += distance(project(a, direction), project(b, direction));
  }
  return sum / directions;
}

/** Sorted values and the share of the whole that lies at or below each. */
interface Line {
  readonly values: Float64Array;
  readonly cumulative: Float64Array;
}

function project({ points, weights }: Samples, direction: Float64Array): Line {
  const along = Float64Array.from(points, (point) => {
    let sum = 0;
    for (let i = 0; i < direction.length; i++) sum += direction[i] * point[i];
    return sum;
  });
  const count = along.length;
  if (weights === undefined) {
    return { values: along.sort(), cumulative: Float64Array.from(along, (_, i) => (i + 1) / count) };
  }
  const order = Uint32Array.from(along.keys()).sort((i, j) => along[i] - along[j]);
  let sum = 0;
  const cumulative = Float64Array.from(order, (i) => {
    sum += weights[i];
    return sum;
  });
  return { values: Float64Array.from(order, (i) => along[i]), cumulative: cumulative.map((c) => c / sum) };
}

/** ∫|F − G| */
function distance(a: Line, b: Line): number {
  let sum = 0;
  let [i, j] = [0, 0];
  let [F, G] = [0, 0];
  let at = Math.min(a.values[0], b.values[0]);
  while (i < a.values.length || j < b.values.length) {
    const fromA = j === b.values.length || (i < a.values.length && a.values[i] <= b.values[j]);
    const next = fromA ? a.values[i] : b.values[j];
    sum += Math.abs(F - G) * (next - at);
    at = next;
    if (fromA) F = a.cumulative[i++];
    else G = b.cumulative[j++];
  }
  return sum;
}
