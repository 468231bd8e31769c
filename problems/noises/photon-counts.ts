/**
 * The photon counts k that a measured value may stand for: weights wₖ = exp(θk − k²/2s²)/k!. They are those of counts
 * k ~ Poisson(λ) seen through Gaussian noise as y = k + s·n, with θ = log λ + y/s²: one number holds all that λ and y
 * say.
 */
import { logGamma } from '../../src/core/special.js';

/** log Σₖ wₖ and what it has for derivative, E[k], at a θ. */
interface PhotonCounts {
  logSum(theta: number): number;
  mean(theta: number): number;
}

/** Terms smaller than this share of the largest are left out. */
const NEGLIGIBLE = 1e-17;

/**
 * The spread s from which a table is quicker than sums; below, only a few counts are likely and θ takes ever more
 * values.
 */
const TABLED = 0.25;

/** @param s standard deviation of the Gaussian, in photons. */
export function photonCounts(s: number): PhotonCounts {
  const precision = 1 / (s * s);
  return s < TABLED ? summed(precision) : tabled(precision);
}

function summed(precision: number): PhotonCounts {
  return {
    logSum: (theta) => logSum(sums(theta, precision), theta, precision),
    mean(theta) {
      const { largest, moments } = sums(theta, precision);
      return largest + moments[1] / moments[0];
    },
  };
}

/** The largest term, and Σₖ (k − largest)ⁿ wₖ/w_largest for n = 0 … 3. The array is used again by the next call. */
interface Sums {
  readonly largest: number;
  readonly moments: Float64Array;
}

const moments = new Float64Array(4);

/** The terms are log-concave in k, so they are summed outwards from the largest, by the ratio of neighbours. */
function sums(theta: number, precision: number): Sums {
  const largest = largestTerm(theta, precision);
  const decay = Math.exp(-precision);
  const logRatio = theta - (largest + 0.5) * precision;
  let [m0, m1, m2, m3] = [1, 0, 0, 0];
  // Above: wₖ₊₁/wₖ = exp(θ − (k + ½)/s²)/(k + 1), of which the numerator decays.
  for (let j = 1, term = 1, factor = Math.exp(logRatio); ; j++, factor *= decay) {
    term *= factor / (largest + j);
    if (!(term > NEGLIGIBLE)) break;
    m0 += term;
    m1 += j * term;
    m2 += j * j * term;
    m3 += j * j * j * term;
  }
  for (
    let j = -1, term = 1, factor = Math.exp(-precision - logRatio);
    largest + j >= 0;
    j--, factor *= decay
  ) {
    term *= factor * (largest + j + 1);
    if (!(term > NEGLIGIBLE)) break;
    m0 += term;
    m1 += j * term;
    m2 += j * j * term;
    m3 += j * j * j * term;
  }
  moments.set([m0, m1, m2, m3]);
  return { largest, moments };
}

function logSum({ largest, moments }: Sums, theta: number, precision: number): number {
  return largest * (theta - 0.5 * largest * precision) - logGamma(largest + 1) + Math.log(moments[0]);
}

/**
 * The k of the largest term: the first at which the ratio of neighbours is below 1. With n = k + 1 that is the root of
 * log n + n/s² = θ + 1/2s², by Newton's method in log n, where the left side is convex and increasing.
 */
function largestTerm(theta: number, precision: number): number {
  const right = theta + 0.5 * precision;
  let logN = Math.min(right, Math.log(Math.max(1, right / precision)));
  for (let i = 0; i < 50; i++) {
    const n = Math.exp(logN);
    const change = (logN + n * precision - right) / (1 + n * precision);
    logN -= change;
    if (Math.abs(change) < 1e-9) break;
  }
  return Math.max(0, Math.ceil(Math.exp(logN)) - 1);
}

/** Below this θ no count but 0 matters: E[k] < e^θ. */
const NONE = -40;

/** Cells of the table to one unit of θ. */
const CELLS = 16;

/**
 * E[k] by the polynomials of degree 5 that have its value and two derivatives, which are the cumulants of k, right
 * where cells meet, to 2e-12 of it; log Σ by their integrals. Cells are made when first asked for, and depend on
 * nothing else.
 */
function tabled(precision: number): PhotonCounts {
  /** log Σ at the cell's start, then the coefficients of E[k] in t, which runs from 0 to 1 over the cell. */
  const cells: Float64Array[] = [];
  const cellOf = (index: number) => {
    const made = cells[index];
    if (made !== undefined) return made;
    cells[index] = cell(NONE + index / CELLS, precision);
    return cells[index];
  };
  return {
    logSum(theta) {
      if (theta < NONE) return 0;
      const place = (theta - NONE) * CELLS;
      const index = Math.floor(place);
      const c = cellOf(index);
      const t = place - index;
      const area =
        t * (c[1] + t * (c[2] / 2 + t * (c[3] / 3 + t * (c[4] / 4 + t * (c[5] / 5 + (t * c[6]) / 6)))));
      return c[0] + area / CELLS;
    },
    mean(theta) {
      if (theta < NONE) return 0;
      const place = (theta - NONE) * CELLS;
      const index = Math.floor(place);
      const c = cellOf(index);
      const t = place - index;
      return c[1] + t * (c[2] + t * (c[3] + t * (c[4] + t * (c[5] + t * c[6]))));
    },
  };
}

function cell(theta: number, precision: number): Float64Array {
  const [start, [f0, g0, h0]] = [
    logSum(sums(theta, precision), theta, precision),
    cumulants(theta, precision),
  ];
  const [f1, g1, h1] = cumulants(theta + 1 / CELLS, precision);
  // What the Taylor polynomial of the start leaves at the end, in value, slope and curvature.
  const [value, slope, curvature] = [f1 - f0 - g0 - h0 / 2, g1 - g0 - h0, h1 - h0];
  return Float64Array.of(
    start,
    f0,
    g0,
    h0 / 2,
    10 * value - 4 * slope + curvature / 2,
    -15 * value + 7 * slope - curvature,
    6 * value - 3 * slope + curvature / 2,
  );
}

/** E[k] and its first two derivatives by the place in a cell: mean, variance and third cumulant. */
function cumulants(theta: number, precision: number): [number, number, number] {
  const { largest, moments } = sums(theta, precision);
  const [m1, m2, m3] = moments.subarray(1).map((moment) => moment / moments[0]);
  return [largest + m1, (m2 - m1 * m1) / CELLS, (m3 - 3 * m1 * m2 + 2 * m1 ** 3) / CELLS ** 2];
}
