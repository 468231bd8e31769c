import { describe, expect, it } from 'vitest';
import {
  fitIntervals,
  type IntervalFit,
  type JudgedImage,
  type PromiseKind,
} from '../../src/core/interval-calibration.js';
import { keyedRandom, type Random } from '../../src/core/random.js';
import { scaled } from '../../src/core/spread-groups.js';

/** An image is harder or easier than its spread says, all its pixels together. */
function image(random: Random, values = 80, differing = 0.35): JudgedImage {
  const hardness = Math.exp(differing * random.normal());
  const spread = Float32Array.from({ length: values }, () => Math.exp(-4 + random.normal()));
  return {
    spread,
    brightness: Float32Array.from(spread, () => random.uniform()),
    error: spread.map((s) => s * hardness * Math.abs(random.normal())),
  };
}

function drawImages(count: number, set: number, values?: number, differing?: number): JudgedImage[] {
  return Array.from({ length: count }, (_, k) =>
    image(keyedRandom(7, `set ${set}`, k)('image'), values, differing),
  );
}

/** The share of each image's pixels inside. */
function held(fit: IntervalFit, k: number, promise: PromiseKind, images: readonly JudgedImage[]): number[] {
  const { factors, offsets } = fit.levels[k];
  return images.map((one) => {
    const width = scaled(one, fit.grouping, factors);
    return one.error.filter((error, i) => error <= offsets[promise] * width[i]).length / width.length;
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('fitIntervals', () => {
  const asked = { levels: [0.5, 0.9], share: 0.9, confidence: 0.8 };
  // 45 images: 30 for the offsets.
  const fits = Array.from({ length: 80 }, (_, set) => fitIntervals(drawImages(45, set), asked));
  const others = drawImages(120, -1);

  it('holds the level on average over images, over 80 calibrations of 45 images', () => {
    for (const [k, level] of asked.levels.entries()) {
      const shares = fits.map((fit) => mean(held(fit, k, 'average', others)));
      // Standard errors: 0.01 of the images held against (0.006 at 0.9), 0.002 of the calibrations.
      expect(Math.abs(mean(shares) - level)).toBeLessThan(0.02);
    }
  });

  it('keeps its two promises with confidence: they fail in no more than one calibration of five', () => {
    // Of 80, 16 are expected at most, with a standard error of 3.6.
    for (const k of [0, 1]) {
      const level = asked.levels[k];
      const lost = fits.filter((fit) => mean(held(fit, k, 'risk', others)) < level).length;
      expect(lost).toBeLessThan(16 + 2 * 3.6);
      const failed = fits.filter(
        (fit) => mean(held(fit, k, 'images', others).map((share) => +(share >= level))) < 0.9,
      );
      expect(failed.length).toBeLessThan(16 + 2 * 3.6);
    }
  });

  it('would break them with pixels counted as independent images', () => {
    // The same offsets from images cut into single pixels: thirty images say as much as thirty, not as 2400.
    const single = (one: JudgedImage) =>
      Array.from(one.error, (_, i) => ({
        spread: one.spread.subarray(i, i + 1),
        brightness: one.brightness.subarray(i, i + 1),
        error: one.error.subarray(i, i + 1),
      }));
    const differing = drawImages(120, -2, 80, 1);
    const lost = Array.from({ length: 12 }, (_, set) => {
      const fit = fitIntervals(drawImages(45, set, 80, 1).flatMap(single), {
        ...asked,
        levels: [0.9],
        confidence: 0.95,
      });
      return mean(held(fit, 0, 'risk', differing)) < 0.9;
    }).filter(Boolean);
    // Less than one of twelve is what 95 % confidence allows.
    expect(lost.length).toBeGreaterThanOrEqual(2);
  });

  it('says what the average is at least, and promises more with wider intervals', () => {
    const [fit] = fits;
    expect(fit.images).toEqual({ factors: 15, offsets: 30 });
    const [half, ninety] = fit.levels;
    expect(ninety.atLeast).toBeLessThan(0.9);
    expect(ninety.atLeast).toBeGreaterThan(0.75);
    for (const { offsets } of [half, ninety]) {
      expect(offsets.risk).toBeGreaterThan(offsets.average);
      expect(offsets.images).toBeGreaterThan(offsets.average);
    }
    const kept = fits.filter((one) => mean(held(one, 1, 'average', others)) >= one.levels[1].atLeast);
    expect(kept.length).toBe(fits.length);
  });

  it('has intervals that grow with the level, in every group', () => {
    const few = fitIntervals(drawImages(12, 5, 40), {
      levels: [0.9, 0.5, 0.88, 0.86],
      share: 0.5,
      confidence: 0.5,
    });
    expect(few.levels.map(({ level }) => level)).toEqual([0.5, 0.86, 0.88, 0.9]);
    const widths = few.levels.map(({ factors, offsets }) =>
      scaled(others[0], few.grouping, factors).map((width) => offsets.average * width),
    );
    for (let k = 1; k < widths.length; k++)
      widths[k].forEach((width, i) => {
        expect(width).toBeGreaterThanOrEqual(widths[k - 1][i] * (1 - 1e-6));
      });
  });

  it('promises nothing where the images are too few', () => {
    const few = fitIntervals(drawImages(9, 5), { levels: [0.9], share: 0.9, confidence: 0.95 });
    expect(few.levels[0].offsets).toMatchObject({
      risk: Number.POSITIVE_INFINITY,
      images: Number.POSITIVE_INFINITY,
    });
  });
});
