/** Which lines of k-space a Cartesian scan takes. Drawn with integers only (ARCHITECTURE.md §4.3). */
import type { Random } from '../../src/core/random.js';
import { randomSubset } from '../parts/selection.js';

interface LinePattern {
  readonly pattern: 'random' | 'equispaced';
  /** Number of lines that are taken, those of the centre included. */
  readonly taken: number;
  /** Lines around the origin that are always taken (autocalibration signal). */
  readonly centre: number;
}

/**
 * Exactly `taken` of `lines` lines in ascending order; line ⌊lines/2⌋ is the origin. Those outside the centre are a set
 * drawn at random, or evenly spaced from a random one on.
 */
export function cartesianLines(
  lines: number,
  { pattern, taken, centre }: LinePattern,
  random: Random,
): number[] {
  const first = (lines >> 1) - (centre >> 1);
  const inCentre = (line: number) => line >= first && line < first + centre;
  const all = Array.from({ length: lines }, (_, line) => line);
  const outside = all.filter((line) => !inCentre(line));
  const wanted = taken - centre;
  const chosen =
    pattern === 'random'
      ? randomSubset(wanted, outside.length, random)
      : evenly(wanted, outside.length, random);
  return [...all.filter(inCentre), ...Array.from(chosen, (i) => outside[i])].sort((a, b) => a - b);
}

/** `count` of 0 … total−1 at a spacing of total/count, rounded down, from a random start within the first. */
function evenly(count: number, total: number, random: Random): number[] {
  if (count === 0) return [];
  const start = random.integer(total);
  return Array.from({ length: count }, (_, i) => Math.floor((i * total + start) / count));
}
