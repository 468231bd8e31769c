import { describe, expect, it } from 'vitest';
import type { Block } from '../../src/core/noise-blocks.js';
import { flattest } from '../../src/core/noise-floor.js';

/** Blocks of these energies, amid neighbours of those. */
function blocksOf(count: number, energy: (i: number) => number, around = energy): Block[] {
  return Array.from({ length: count }, (_, i) => ({
    y: i,
    x: 0,
    mean: 0.5,
    energy: energy(i),
    around: around(i),
    products: Float64Array.of(energy(i)),
    clipped: 0,
  }));
}

const level = (sigma: number) => (sigma / 255) ** 2;

describe('flattest', () => {
  it('looks for 12 % of the blocks, at least 24, among twice as many', () => {
    expect(flattest(blocksOf(47, () => level(6)))).toBeUndefined();
    expect(flattest(blocksOf(48, () => level(6)))?.blocks.length).toBe(24);
    expect(flattest(blocksOf(1000, () => level(6)))?.blocks.length).toBe(120);
    expect(flattest([])).toBeUndefined();
  });

  // 0.2 for white noise at 6/255, and 0.15 more for each doubling; less only down to 3/255.
  it.each([
    [1, 0.05],
    [3, 0.05],
    [6, 0.2],
    [12, 0.35],
    [24, 0.5],
  ])('of equal blocks at %d/255 is sure by %d', (sigma, unlikeness) => {
    const found = flattest(blocksOf(300, () => level(sigma)))!;
    expect(found.unlikeness).toBeCloseTo(unlikeness, 4);
    expect(found.variance / level(sigma)).toBeCloseTo(1, 4);
  });

  it('counts how unlike the blocks are, as the standard deviation of the logarithm', () => {
    // A triangle wave is spread evenly over an interval: its quartiles are half of it apart, whatever window is taken.
    for (const [width, unlikeness] of [
      [0.8, 0.8 / 2.7],
      [1.35, 0.5],
      [0.1, 0.2],
    ]) {
      const energy = (i: number) => level(6) * Math.exp(width * (((i * 37) % 100) / 100 - 0.5));
      const found = flattest(blocksOf(1000, energy, () => level(6)))!;
      expect(Math.abs(found.unlikeness - unlikeness)).toBeLessThan(0.04 * unlikeness);
    }
  });

  it('counts how unlike the surroundings are, up to a factor of two', () => {
    // In each window of 120 of 1000 the surroundings grow by exp(0.119·rate).
    for (const [rate, width] of [
      [2, 0.238],
      [4, 0.476],
      [40, 0.7],
    ]) {
      const around = (i: number) => level(6) * Math.exp((rate * i) / 1000);
      const found = flattest(blocksOf(1000, () => level(6), around))!;
      expect(found.unlikeness).toBeCloseTo(0.2 + 0.3 * width, 3);
    }
  });

  it('finds the equal ones among many that are not, wherever their surroundings stand', () => {
    for (const flat of [2, 6, 10]) {
      // A fifth has the noise's level, the others any between 1 and 16/255.
      const found = flattest(
        blocksOf(1000, (i) =>
          i % 5 === 0 ? level(flat) * (1 + 0.1 * Math.sin(i)) : level(flat + 15 * ((i * 0.618) % 1)),
        ),
      )!;
      expect(Math.sqrt(found.variance) * 255).toBeCloseTo(flat, 0);
      expect(found.unlikeness).toBeLessThan(0.6);
    }
  });

  it('tells by the neighbours which blocks belong together, and by themselves whether they are alike', () => {
    // Quiet neighbours of unequal blocks, and louder ones of equal blocks.
    const energy = (i: number) => (i < 500 ? level(4) * Math.exp(2 * Math.sin(i)) : level(8));
    const found = flattest(blocksOf(1000, energy, (i) => (i < 500 ? level(4) : level(8))))!;
    expect(Math.sqrt(found.variance) * 255).toBeCloseTo(8, 3);
    expect(found.blocks.every(({ y }) => y >= 500)).toBe(true);
  });

  it('doubts what is louder than much that is as bright, or than nearly nothing elsewhere', () => {
    const noise = blocksOf(1000, (i) => level(6) * (1 + 0.1 * Math.sin(i)));
    const sure = flattest(noise)!.unlikeness;
    const among = (share: number, energy: number, mean: number) =>
      flattest(
        noise.map((block, i) =>
          i % 100 < 100 * share ? { ...block, energy, around: energy * 1e-3, mean } : block,
        ),
        level(6),
      )!;
    expect(among(0.1, level(6) / 3, 0.5).unlikeness - sure).toBeGreaterThan(0.08);
    expect(among(0.1, level(6) / 3, 0.9).unlikeness - sure).toBeLessThan(0.05);
    expect(among(0.1, level(6) / 60, 0.9).unlikeness - sure).toBeGreaterThan(0.08);
  });

  it('believes strong noise sooner where it has all colours', () => {
    const loud = blocksOf(300, () => level(24));
    const coloured = loud.map((block) => ({ ...block, products: Float64Array.of(1, 0, 1, 0, 0, 1) }));
    expect(flattest(coloured)!.unlikeness).toBeCloseTo(0.2 + 0.4 * 0.3, 4);
  });

  it('leaves out blocks of an edge: of more than four times the median', () => {
    const energy = (i: number) => level(6) * (i % 10 === 0 ? 4.1 : i % 10 === 1 ? 3.9 : 1);
    const found = flattest(blocksOf(240, energy, () => level(6)))!;
    // 29 of 240 are looked at; the first windows begin with an edge.
    expect(found.blocks.some(({ energy: of }) => of > 4 * found.variance)).toBe(false);
    expect(found.blocks.filter(({ energy: of }) => of > 3 * found.variance).length).toBe(3);
    expect(found.blocks.length).toBe(26);
  });

  it('is like a variance that is given, within a factor of four, or nothing', () => {
    const two = blocksOf(1000, (i) => level(i < 500 ? 3 : 12));
    expect(flattest(two)!.variance).toBeCloseTo(level(3), 8);
    expect(flattest(two, level(12))!.variance / level(12)).toBeCloseTo(1, 3);
    for (const [near, found] of [
      [level(12) * 3.9, true],
      [level(12) * 4.1, false],
      [level(12) / 3.9, true],
      [level(12) / 4.1, true],
      [level(3) / 3.9, true],
      [level(3) / 4.2, false],
    ] as const) {
      expect(flattest(two, near) !== undefined, `${near}`).toBe(found);
    }
  });
});
