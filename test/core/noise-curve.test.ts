import { describe, expect, it } from 'vitest';
import type { Block } from '../../src/core/noise-blocks.js';
import { brightnessCurve } from '../../src/core/noise-curve.js';

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
    return { y: i, x: 0, mean, energy: variance(mean), around: variance(mean) };
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
    // Eight classes in the middles of eighths: the variance of their brightnesses.
    const [low, high] = range;
    const variance = ((high - low) ** 2 * (1 - 1 / 64)) / 12;
    // Regression against a prior weight of 0.002.
    const shrunk = (slope * variance) / (variance + 0.002);
    const [first, last] = [low + (high - low) / 16, high - (high - low) / 16];
    levels.forEach((level, k) => {
      // Constant beyond what was seen.
      const brightness = Math.min(last, Math.max(first, k / 4));
      expect(Math.log(level)).toBeCloseTo((shrunk * (brightness - (low + high) / 2)) / 2, 5);
    });
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

  it('does not ask classes that are not flat, or whose level is another matter', () => {
    const slope = (brightness: number) => FAINT * Math.exp(2 * (brightness - 0.5));
    const blocks = blocksOf(800, [0, 1], slope);
    const clean = brightnessCurve(blocks, FAINT);
    // The brightest eighth shows a texture, 100 times as strong, or of any strength.
    const loud = blocks.map((block) =>
      block.mean > 7 / 8 ? { ...block, energy: 100 * block.energy } : block,
    );
    const rough = blocks.map((block) =>
      block.mean > 7 / 8 ? { ...block, energy: block.energy * Math.exp(2 * Math.sin(block.y * 37)) } : block,
    );
    for (const disturbed of [loud, rough]) {
      const { levels, certain } = brightnessCurve(disturbed, FAINT);
      expect(certain).toBe(true);
      levels.forEach((level, k) => {
        expect(Math.abs(level / clean.levels[k] - 1)).toBeLessThan(0.15);
      });
    }
  });

  it('weighs classes by how alike their flat places are', () => {
    // The darker half is sure; the brighter, rather unlike, would bend the line down.
    const energy = ({ mean, y, energy: even }: Block) =>
      mean < 0.5 ? even : even * Math.exp(0.75 * Math.sin(37 * y) - 2 * (mean - 0.5));
    const sure = blocksOf(800, [0, 1], (brightness) => FAINT * Math.exp(2 * (brightness - 0.5)));
    const bent = sure.map((block) => ({ ...block, energy: energy(block) }));
    const { levels, certain } = brightnessCurve(bent, FAINT);
    expect(certain).toBe(true);
    // Dark classes alone: e^(1/8) in a quarter of the way… within half of it.
    expect(Math.log(levels[1] / levels[0])).toBeGreaterThan(0.12);
  });
});
