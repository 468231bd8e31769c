/**
 * Draws from p(x | y, z) ∝ p(y | x) N(x; z, r²I) where the operator treats every pixel by itself and so does the
 * noise: overexposure, counted photons, dim light. Each pixel has a density of its own, in one dimension, and is
 * drawn by inverting its cumulative sum; no chain has to find its way around a kink or over a plain.
 */
import type { Problem } from '../../problems/problem.js';
import { type FloatArray, floatArray } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';

/** A rise of the log-density over a cell that makes no difference. */
const STRAIGHT = 1e-6;
/** How far to both sides of z a density is looked for at first, in units of r. */
const REACH = 6;
/** Cells in which its logarithm is taken for straight, their borders, and how often at most they are laid anew. */
const CELLS = 16;
const BORDERS = CELLS + 1;
const PASSES = 12;
/** What is less dense than the top by e to this does not matter. */
const NEGLIGIBLE = 12;
/** With so many cells over what matters they are fine enough. */
const ENOUGH = 12;
/** Of which one is taken. */
const PROPOSALS = 4;

/** Whether `drawPixelwise` can draw. */
export function isPixelwise({ operator, noise }: Problem): boolean {
  return operator.pixelwise === true && noise.logDensity !== undefined;
}

/**
 * @param problem that `isPixelwise`. @param centre z. @param spread r, in [0, 1] units.
 * @returns one independent draw for each pixel. Cells are half a standard deviation wide, in which a log-density
 * taken for straight is off by some hundredths; what is drawn so is a proposal, and Metropolis's test of a few takes
 * the rest away. (Of a staircase some 3 % of the mass stay amiss, at its steps.)
 */
export async function drawPixelwise(
  problem: Problem,
  measurement: FloatArray,
  centre: FloatArray,
  spread: number,
  random: Random,
): Promise<FloatArray> {
  const logDensity = (at: Float32Array, pixels: Uint32Array) =>
    logDensities(problem, measurement, centre, spread, at, pixels);
  const low = centre.data.map((value) => value - REACH * spread);
  const widths = centre.data.map(() => (2 * REACH * spread) / CELLS);
  const heights = new Float32Array(low.length * BORDERS);
  const all = Uint32Array.from(low, (_, i) => i);
  let open = all;
  for (let pass = 0; pass < PASSES && open.length > 0; pass++) {
    if (pass > 0) layAnew(open, heights, low, widths);
    await measureBorders(logDensity, open, low, widths, heights);
    open = open.filter((i) => !settled(heights, i * BORDERS));
  }
  const masses = cumulativeMasses(heights);
  const drawn = new Float32Array(low.length);
  const [cells, proposed] = [new Float32Array(low.length), new Float32Array(low.length)];
  const excesses = new Float32Array(low.length).fill(Number.NEGATIVE_INFINITY);
  for (let proposal = 0; proposal < PROPOSALS; proposal++) {
    for (let i = 0; i < low.length; i++) {
      cells[i] = inverse(heights, masses, i, random.uniform());
      proposed[i] = low[i] + widths[i] * cells[i];
    }
    const exact = await logDensity(proposed, all);
    for (let i = 0; i < low.length; i++) {
      const excess = exact[i] - between(heights, i * BORDERS, cells[i]);
      if (Math.log(random.uniform()) > excess - excesses[i]) continue;
      [drawn[i], excesses[i]] = [proposed[i], excess];
    }
  }
  return floatArray(drawn, centre.shape);
}

/** The log-density of some pixels, up to a constant; 0 for the others. */
async function logDensities(
  { operator, noise }: Problem,
  measurement: FloatArray,
  centre: FloatArray,
  spread: number,
  at: Float32Array,
  pixels: Uint32Array,
): Promise<Float32Array> {
  const logDensity = noise.logDensity!;
  const { observed } = operator;
  const [clean, y, z] = [
    (await operator.apply(floatArray(at, centre.shape))).data,
    measurement.data,
    centre.data,
  ];
  const precision = 1 / spread ** 2;
  const result = new Float32Array(at.length);
  for (const i of pixels) {
    const off = at[i] - z[i];
    result[i] = -0.5 * precision * off * off;
    if (observed === undefined || observed[i] !== 0) result[i] += logDensity(clean[i], y[i]);
  }
  return result;
}

/** Moves the cells of some pixels to where their mass is. */
function layAnew(pixels: Uint32Array, heights: Float32Array, low: Float32Array, widths: Float32Array): void {
  for (const i of pixels) {
    const { first, last } = support(heights, i * BORDERS);
    low[i] += first * widths[i];
    widths[i] *= (last - first) / CELLS;
  }
}

/** Fills in the heights of some pixels. */
async function measureBorders(
  logDensity: (at: Float32Array, pixels: Uint32Array) => Promise<Float32Array>,
  pixels: Uint32Array,
  low: Float32Array,
  widths: Float32Array,
  heights: Float32Array,
): Promise<void> {
  const at = low.slice();
  for (let border = 0; border < BORDERS; border++) {
    for (const i of pixels) at[i] = low[i] + border * widths[i];
    const here = await logDensity(at, pixels);
    for (const i of pixels) heights[i * BORDERS + border] = here[i];
  }
}

/** The height at a place in cells. */
function between(heights: Float32Array, at: number, place: number): number {
  const cell = Math.min(Math.floor(place), CELLS - 1);
  const left = heights[at + cell];
  return left + (place - cell) * (heights[at + cell + 1] - left);
}

/** Whether what matters of a pixel is in its cells, and in enough of them. @param at its first border. */
function settled(heights: Float32Array, at: number): boolean {
  const { first, last } = support(heights, at);
  return first >= 0 && last <= CELLS && last - first >= ENOUGH;
}

/** The highest of a pixel's borders. @param at its first. */
function topOf(heights: Float32Array, at: number): number {
  let top = heights[at];
  for (let border = 1; border < BORDERS; border++) top = Math.max(top, heights[at + border]);
  return top;
}

/**
 * The first and last border of what matters: at least the cells on both sides of the top, and where the top is at an
 * end, as much again beyond it.
 */
function support(heights: Float32Array, at: number): { first: number; last: number } {
  const top = topOf(heights, at);
  let [first, last] = [0, CELLS];
  while (heights[at + first] < top - NEGLIGIBLE) first++;
  while (heights[at + last] < top - NEGLIGIBLE) last--;
  return {
    first: heights[at] === top ? -CELLS : Math.max(first - 1, 0),
    last: heights[at + CELLS] === top ? 2 * CELLS : Math.min(last + 1, CELLS),
  };
}

/**
 * The mass of exp(height) from a pixel's first border to the end of each cell, in units that differ from pixel to
 * pixel.
 */
function cumulativeMasses(heights: Float32Array): Float32Array {
  const pixels = heights.length / BORDERS;
  const sums = new Float32Array(pixels * CELLS);
  for (let i = 0; i < pixels; i++) {
    const at = i * BORDERS;
    const top = topOf(heights, at);
    let sum = 0;
    for (let cell = 0; cell < CELLS; cell++) {
      const [left, right] = [heights[at + cell], heights[at + cell + 1]];
      sum += Math.exp(Math.max(left, right) - top) * meanOfDecay(Math.abs(right - left));
      sums[i * CELLS + cell] = sum;
    }
  }
  return sums;
}

/** Where the mass of the i-th pixel is the share u of its total, in cells. */
function inverse(heights: Float32Array, masses: Float32Array, i: number, u: number): number {
  const first = i * CELLS;
  const wanted = u * masses[first + CELLS - 1];
  let cell = 0;
  while (cell < CELLS - 1 && masses[first + cell] < wanted) cell++;
  const before = cell === 0 ? 0 : masses[first + cell - 1];
  const share = Math.min((wanted - before) / (masses[first + cell] - before), 1);
  const border = i * BORDERS + cell;
  return cell + inverseInCell(share, heights[border + 1] - heights[border]);
}

/** ∫₀¹ exp(−ct) dt */
function meanOfDecay(c: number): number {
  return c < STRAIGHT ? 1 : -Math.expm1(-c) / c;
}

/** t with ∫₀ᵗ exp(rise·s) ds = share·∫₀¹ exp(rise·s) ds, whatever the size of the rise. */
function inverseInCell(share: number, rise: number): number {
  if (Math.abs(rise) < STRAIGHT) return share;
  if (rise > 0) return Math.max(0, 1 + Math.log(share + (1 - share) * Math.exp(-rise)) / rise);
  return Math.min(1, Math.log1p(share * Math.expm1(rise)) / rise);
}
