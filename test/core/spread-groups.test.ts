import { describe, expect, it } from 'vitest';
import { keyedRandom } from '../../src/core/random.js';
import { groupingOf, quantile, quantilesByGroup, scaled } from '../../src/core/spread-groups.js';

/** Errors that are the spread times 2 where it is small and times 1 where it is large; twice that in holes. */
function images(count: number, values = 800) {
  return Array.from({ length: count }, (_, k) => {
    const random = keyedRandom(3, 'groups', k)('image');
    const spread = Float32Array.from({ length: values }, () => Math.exp(-5 + 2 * random.uniform()));
    const brightness = Float32Array.from(spread, () => random.uniform());
    const hole = Uint8Array.from(spread, () => (random.uniform() < 0.3 ? 1 : 0));
    const error = spread.map(
      (s, i) => s * (s < Math.exp(-4) ? 2 : 1) * (hole[i] ? 2 : 1) * Math.abs(random.normal()),
    );
    return { spread, brightness, hole, error };
  });
}

describe('quantilesByGroup', () => {
  it('finds what the spread lacks, by spread and by holes', () => {
    const all = images(30);
    const grouping = groupingOf(all);
    const { measured, holes } = quantilesByGroup(all, grouping, 0.9);
    // The 90 % quantile of |N(0, 1)| is 1.645; about 270 to 950 values a group, so 5 % off.
    expect(measured![0][1] / 1.645).toBeCloseTo(2, 0);
    expect(Math.abs(measured![0][1] / (2 * 1.645) - 1)).toBeLessThan(0.12);
    expect(Math.abs(measured![5][1] / 1.645 - 1)).toBeLessThan(0.12);
    expect(Math.abs(holes![0][1] / (4 * 1.645) - 1)).toBeLessThan(0.12);
    const width = scaled(all[0], grouping, { measured, holes });
    const held = all[0].error.filter((error, i) => error <= width[i]).length / width.length;
    expect(Math.abs(held - 0.9)).toBeLessThan(0.02);
  });

  it('takes one factor where groups hold too few values, or the spread is the same everywhere', () => {
    const flat = { spread: new Float32Array(50).fill(0.1), brightness: new Float32Array(50).fill(0.5) };
    const image = { ...flat, error: Float32Array.from({ length: 50 }, (_, i) => 0.01 * (i + 1)) };
    const grouping = groupingOf([image]);
    expect(grouping.measured).toEqual({
      spread: [Number(Math.log(Math.fround(0.1)).toPrecision(6))],
      brightness: [0.5],
    });
    expect(grouping.holes).toBeUndefined();
    const tables = quantilesByGroup([image], grouping, 0.9);
    expect(tables.measured).toEqual([[expect.closeTo(4.5, 5)]]);
    expect(scaled(image, grouping, tables)[0]).toBeCloseTo(0.45, 6);
  });

  it('has fewer groups where there are few images', () => {
    const counts = (count: number) => {
      const { measured } = groupingOf(images(count, 50));
      return [measured!.spread.length, measured!.brightness.length];
    };
    expect([1, 9, 18, 29, 30].map(counts)).toEqual([
      [1, 1],
      [3, 1],
      [6, 1],
      [6, 1],
      [6, 3],
    ]);
  });

  it('takes holes for measured where the calibration had none', () => {
    const [image] = images(1);
    const { hole: _, ...seen } = image;
    const grouping = groupingOf([seen]);
    const tables = quantilesByGroup([seen], grouping, 0.9);
    expect(scaled(image, grouping, tables)).toEqual(scaled(seen, grouping, tables));
  });
});

describe('scaled', () => {
  const grouping = { measured: { spread: [0, 1], brightness: [0, 1] } };
  const tables = {
    measured: [
      [1, 2],
      [3, 5],
    ],
  };
  const at = (lnSpread: number, brightness: number) => {
    const spread = Float32Array.of(Math.exp(lnSpread));
    return scaled({ spread, brightness: Float32Array.of(brightness) }, grouping, tables)[0] / spread[0];
  };

  it('interpolates between the middles of groups and is flat beyond', () => {
    expect(at(0.5, 0)).toBeCloseTo(2, 5);
    expect(at(0.5, 0.5)).toBeCloseTo(2.75, 5);
    expect(at(-9, -9)).toBeCloseTo(1, 5);
    expect(at(9, 0.5)).toBeCloseTo(4, 5);
    expect(at(9, 9)).toBeCloseTo(5, 5);
  });
});

describe('quantile', () => {
  it('is the ⌈level·n⌉-th smallest, and rounding does not raise it', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(
      quantile(
        Array.from({ length: 10 }, (_, i) => i + 1),
        0.7,
      ),
    ).toBe(7);
    expect(quantile([1, 2], 0.99)).toBe(2);
  });
});
