import { describe, expect, it } from 'vitest';
import type { Block } from '../../src/core/noise-blocks.js';
import { brightnessCurve, levelAt } from '../../src/core/noise-curve.js';

/** So faint that all classes weigh alike. */
const FAINT = (1 / 255) ** 2;

/** Blocks in classes of 100 or a few more, each of one brightness between `low` and `high` and as strong as that. */
function blocksOf(
  count: number,
  [low, high]: readonly number[],
  variance: (brightness: number) => number,
): Block[] {
  const classes = Math.floor(count / 100);
  const blocks = Array.from({ length: count }, (_, i) => {
    const mean = low + ((high - low) * (Math.floor((i * classes) / count) + 0.5)) / classes;
    const energy = variance(mean);
    return { y: i, x: 0, mean, energy, around: energy, products: Float64Array.of(energy), clipped: 0 };
  });
  // In no order.
  return blocks.map((_, i) => blocks[(i * 7) % count]);
}

const EVEN = { levels: [1, 1, 1, 1, 1], certain: false };

describe('brightnessCurve', () => {
  it.each([
    [2.5, [0, 1]],
    [-2.5, [0, 1]],
    [3, [0.2, 0.7]],
  ])('is the exponential that the classes lie on, steepness %d, between brightnesses %j', (slope, range) => {
    const blocks = blocksOf(800, range, (brightness) => FAINT * Math.exp(slope * (brightness - 0.5)));
    const { levels, certain } = brightnessCurve(blocks, FAINT);
    expect(certain).toBe(true);
    const [low, high] = range;
    const [first, last] = [low + (high - low) / 16, high - (high - low) / 16];
    // Constant beyond what was seen.
    const seen = levels.map((_, k) => Math.min(last, Math.max(first, k / 4)));
    levels.forEach((level, k) => {
      const rise = (slope * (seen[k] - seen[2])) / 2;
      expect(Math.abs(Math.log(level / levels[2]) - rise)).toBeLessThan(0.02 + 0.15 * Math.abs(rise));
    });
    // On average over the blocks it is one.
    const squares = blocks.map(({ mean }) => levelAt(levels, mean) ** 2);
    expect(squares.reduce((sum, square) => sum + square / squares.length, 0)).toBeCloseTo(1, 1);
  });

  it('is even where the levels are, or differ by less than a quarter', () => {
    expect(
      brightnessCurve(
        blocksOf(800, [0, 1], () => FAINT),
        FAINT,
      ),
    ).toEqual(EVEN);
    const range = (factor: number) => {
      const rate = (2 * Math.log(factor)) / (1 - 1 / 8);
      return brightnessCurve(
        blocksOf(800, [0, 1], (brightness) => FAINT * Math.exp(rate * (brightness - 0.5))),
        FAINT,
      );
    };
    expect(range(1.2)).toEqual(EVEN);
    expect(range(1.35).certain).toBe(true);
    expect(range(1 / 1.35).certain).toBe(true);
  });

  it('is even where a line does not explain how the classes differ', () => {
    const zigzag = (brightness: number) =>
      FAINT * Math.exp(brightness + 0.9 * (Math.round(8 * brightness - 0.5) % 2 === 0 ? 1 : -1));
    expect(brightnessCurve(blocksOf(800, [0, 1], zigzag), FAINT)).toEqual(EVEN);
    const little = (brightness: number) =>
      FAINT * Math.exp(brightness + 0.1 * (Math.round(8 * brightness - 0.5) % 2 === 0 ? 1 : -1));
    expect(brightnessCurve(blocksOf(800, [0, 1], little), FAINT).certain).toBe(true);
  });

  it('needs four classes of a hundred blocks', () => {
    const slope = (brightness: number) => FAINT * Math.exp(2 * (brightness - 0.5));
    expect(brightnessCurve(blocksOf(399, [0, 1], slope), FAINT)).toEqual(EVEN);
    expect(brightnessCurve(blocksOf(400, [0, 1], slope), FAINT).certain).toBe(true);
    expect(brightnessCurve([], FAINT)).toEqual(EVEN);
  });

  const even = blocksOf(800, [0, 1], (brightness) => FAINT * Math.exp(2 * (brightness - 0.5)));

  it.each<[string, number, (block: Block) => number]>([
    // Four times the variance of all is the most that a class may have.
    ['a class whose level is another matter', 1, () => 5],
    ['classes that are not flat', 2, ({ y }) => 3 * Math.exp(y % 2 === 0 ? 1 : -1)],
  ])('does not ask %s', (_, left, factor) => {
    const disturbed = even.map((block) =>
      block.mean > 1 - left / 8 ? { ...block, energy: block.energy * factor(block) } : block,
    );
    const { levels, certain } = brightnessCurve(disturbed, FAINT);
    expect(certain).toBe(true);
    // The logarithm rises by one over all brightnesses, from the first class to the last that is asked.
    const last = 1 - (left + 0.5) / 8;
    [0.25, 0.5, 0.75, 1].forEach((knot, k) => {
      const rise = Math.min(last, knot) - 1 / 16;
      expect(Math.abs(Math.log(levels[k + 1] / levels[0]) - rise)).toBeLessThan(0.02 + 0.15 * rise);
    });
  });

  it('weighs classes by how alike their flat places are', () => {
    // In the brighter half the surroundings differ, and levels lie below the line of the darker half.
    const bent = even.map((block) =>
      block.mean < 0.5
        ? block
        : {
            ...block,
            energy: block.energy * Math.exp(-(block.mean - 0.5)),
            around: block.around * Math.exp((block.y % 100) / 20),
          },
    );
    const { levels, certain } = brightnessCurve(bent, FAINT);
    expect(certain).toBe(true);
    // The darker half is as if alone; the brighter bends down, to half the slope.
    expect(Math.abs(Math.log(levels[2] / levels[0]) - 0.4375)).toBeLessThan(0.06);
    expect(Math.log(levels[4] / levels[2])).toBeLessThan(0.35);
    expect(Math.log(levels[4] / levels[2])).toBeGreaterThan(0.1);
  });
});
