/** How the level of noise goes with brightness: a smooth curve through what the flat parts of each brightness show. */
import type { Block } from './noise-blocks.js';
import { flattest } from './noise-floor.js';
import { cholesky, choleskySolve } from './symmetric-eigen.js';

/** Classes of brightness with as many blocks each, and the fewest blocks of one. */
const CLASSES = 8;
const FEWEST = 100;
/** Brightnesses at which the level is given: 0, ¼, ½, ¾, 1. */
const KNOTS = 5;
/** Flats less alike than this say nothing of their class. */
const UNLIKE = 0.6;
/** The quietest share of a class, and how much quieter than its noise that is by chance: with detail among it, less. */
const QUIETEST = 0.05;
const BY_CHANCE = 1.6;
/** Where noise is cut off little is left of it; less than this share of its variance is not believed. */
const LEAST = 1 / 16;
/** Weight of such a bound, as of flats this unlike. */
const BOUND_UNLIKE = 0.4;
/** A curve counts where its ends differ by this factor, and it explains this share of the scatter. */
const NOTABLE = 1.25;
const EXPLAINED = 0.6;
/** Prior weights against slope and bend. */
const STIFFNESS = [0.0005, 0.001] as const;

interface BrightnessCurve {
  /** Level (standard deviation) at brightness 0, ¼, ½, ¾, 1, over that of all blocks together. */
  readonly levels: readonly number[];
  /** Whether the classes tell it from a constant. */
  readonly certain: boolean;
}

/** log variance as a broken line over brightness, constant beyond the outermost class. @param variance of them all. */
export function brightnessCurve(blocks: readonly Block[], variance: number): BrightnessCurve {
  const points = classesOf(blocks).flatMap((members) => pointOf(members, variance));
  const even = { levels: new Array<number>(KNOTS).fill(1), certain: false };
  if (points.length < 4) return even;
  const total = points.reduce((sum, { weight }) => sum + weight, 0);
  const mean = (value: (point: Point) => number) =>
    points.reduce((sum, point) => sum + (point.weight / total) * value(point), 0);
  const height = mean(({ logVariance }) => logVariance);
  const curve = fitted(points.map((point) => ({ ...point, weight: point.weight / total })));
  const scatter = mean(({ logVariance }) => (logVariance - height) ** 2);
  const left = mean(({ brightness, logVariance }) => (logVariance - valueAt(curve, brightness)) ** 2);
  const reach = points.map(({ brightness }) => brightness);
  const [low, high] = [Math.min(...reach), Math.max(...reach)];
  const varianceAt = (brightness: number) =>
    Math.exp(valueAt(curve, Math.min(high, Math.max(low, brightness))));
  const usual = blocks.reduce((sum, block) => sum + varianceAt(block.mean) / blocks.length, 0);
  const levels = even.levels.map((_, k) => Math.sqrt(varianceAt(k / (KNOTS - 1)) / usual));
  const range = Math.max(...levels) / Math.min(...levels);
  const certain = range > NOTABLE && left < (1 - EXPLAINED) * scatter;
  return certain ? { levels, certain } : even;
}

/** The level at a brightness in [0, 1]. */
export function levelAt(levels: readonly number[], brightness: number): number {
  return valueAt(levels, Math.min(1, Math.max(0, brightness)));
}

interface Point {
  readonly brightness: number;
  readonly logVariance: number;
  readonly weight: number;
}

/** What a class says: the noise of its flat places, and what it has at most. */
function pointOf(members: readonly Block[], variance: number): Point[] {
  const energies = members.map(({ energy }) => energy).sort((x, y) => x - y);
  const most = Math.max(LEAST * variance, BY_CHANCE * energies[Math.floor(QUIETEST * energies.length)]);
  const flats = flattest(members, variance);
  if (flats && flats.unlikeness <= UNLIKE) {
    return [pointAt(flats.blocks, Math.min(most, flats.variance), flats.unlikeness)];
  }
  return most < variance ? [pointAt(members, most, BOUND_UNLIKE)] : [];
}

function pointAt(blocks: readonly Block[], variance: number, unlikeness: number): Point {
  const brightness = blocks.reduce((sum, { mean }) => sum + mean, 0) / blocks.length;
  return { brightness, logVariance: Math.log(variance), weight: 1 / unlikeness ** 2 };
}

/** Values at the knots: least squares, with little slope and bend. */
function fitted(points: readonly Point[]): Float64Array {
  const [matrix, right] = [new Float64Array(KNOTS * KNOTS), new Float64Array(KNOTS)];
  const add = (row: readonly number[], weight: number, value = 0) => {
    for (let i = 0; i < KNOTS; i++) {
      right[i] += weight * row[i] * value;
      for (let j = 0; j < KNOTS; j++) matrix[i * KNOTS + j] += weight * row[i] * row[j];
    }
  };
  for (const { brightness, logVariance, weight } of points) {
    const place = brightness * (KNOTS - 1);
    add(
      Array.from(right, (_, k) => Math.max(0, 1 - Math.abs(place - k))),
      weight,
      logVariance,
    );
  }
  const differences = (stencil: readonly number[], weight: number) => {
    for (let from = 0; from + stencil.length <= KNOTS; from++) {
      add(
        Array.from(right, (_, k) => stencil[k - from] ?? 0),
        weight,
      );
    }
  };
  differences([-1, 1], STIFFNESS[0]);
  differences([1, -2, 1], STIFFNESS[1]);
  return choleskySolve(cholesky(matrix, KNOTS), right);
}

function valueAt(knots: ArrayLike<number>, brightness: number): number {
  const place = brightness * (knots.length - 1);
  const cell = Math.min(knots.length - 2, Math.floor(place));
  return knots[cell] + (place - cell) * (knots[cell + 1] - knots[cell]);
}

function classesOf(blocks: readonly Block[]): Block[][] {
  const sorted = [...blocks].sort((a, b) => a.mean - b.mean);
  const count = Math.max(1, Math.min(CLASSES, Math.floor(sorted.length / FEWEST)));
  return Array.from({ length: count }, (_, k) =>
    sorted.slice(Math.floor((k * sorted.length) / count), Math.floor(((k + 1) * sorted.length) / count)),
  );
}
