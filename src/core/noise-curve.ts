/** How the level of noise goes with brightness: a line through what the flat parts of each brightness show. */
import type { Block } from './noise-blocks.js';
import { type Flats, flattest } from './noise-floor.js';

/** Classes of brightness with as many blocks each, and the fewest blocks of one. */
const CLASSES = 8;
const FEWEST = 100;
/** Brightnesses at which the level is given: 0, ¼, ½, ¾, 1. */
const KNOTS = 5;
/** Flats less alike than this say nothing of their class. */
const UNLIKE = 0.5;
/** A curve counts where its ends differ by this factor, and it explains this share of the scatter. */
const NOTABLE = 1.25;
const EXPLAINED = 0.6;
/** Prior weight against any slope, in squares of brightness. */
const STIFFNESS = 0.02;

export interface BrightnessCurve {
  /** Relative level (standard deviation) at brightness 0, ¼, ½, ¾, 1. */
  readonly levels: readonly number[];
  /** Whether the classes tell it from a constant. */
  readonly certain: boolean;
}

/** log variance = a + b·brightness over classes of it, constant beyond the outermost. @param variance of them all. */
export function brightnessCurve(blocks: readonly Block[], variance: number): BrightnessCurve {
  const points = classesOf(blocks).flatMap((members) => pointOf(flattest(members, variance)));
  const even = { levels: new Array<number>(KNOTS).fill(1), certain: false };
  if (points.length < 4) return even;
  const total = points.reduce((sum, { weight }) => sum + weight, 0);
  const mean = (value: (point: Point) => number) =>
    points.reduce((sum, point) => sum + (point.weight / total) * value(point), 0);
  const [middle, height] = [mean(({ brightness }) => brightness), mean(({ logVariance }) => logVariance)];
  const across = mean(({ brightness, logVariance }) => (brightness - middle) * (logVariance - height));
  const slope = across / (mean(({ brightness }) => (brightness - middle) ** 2) + STIFFNESS * 0.1);
  const scatter = mean(({ logVariance }) => (logVariance - height) ** 2);
  const left = mean(
    ({ brightness, logVariance }) => (logVariance - height - slope * (brightness - middle)) ** 2,
  );
  const reach = points.map(({ brightness }) => brightness);
  const [low, high] = [Math.min(...reach), Math.max(...reach)];
  const levels = even.levels.map((_, k) => {
    const brightness = Math.min(high, Math.max(low, k / (KNOTS - 1)));
    return Math.exp((slope * (brightness - middle)) / 2);
  });
  const range = Math.max(...levels) / Math.min(...levels);
  const certain = range > NOTABLE && left < (1 - EXPLAINED) * scatter;
  return certain ? { levels, certain } : even;
}

interface Point {
  readonly brightness: number;
  readonly logVariance: number;
  readonly weight: number;
}

function pointOf(flats: Flats | undefined): Point[] {
  if (!flats || flats.unlikeness > UNLIKE || flats.blocks.length === 0) return [];
  const brightness = flats.blocks.reduce((sum, { mean }) => sum + mean, 0) / flats.blocks.length;
  return [{ brightness, logVariance: Math.log(flats.variance), weight: 1 / flats.unlikeness ** 2 }];
}

function classesOf(blocks: readonly Block[]): Block[][] {
  const sorted = [...blocks].sort((a, b) => a.mean - b.mean);
  const count = Math.max(1, Math.min(CLASSES, Math.floor(sorted.length / FEWEST)));
  return Array.from({ length: count }, (_, k) =>
    sorted.slice(Math.floor((k * sorted.length) / count), Math.floor(((k + 1) * sorted.length) / count)),
  );
}
