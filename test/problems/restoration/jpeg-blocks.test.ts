import { describe, expect, it } from 'vitest';
import { quantisationTables, quantiseBlocks } from '../../../problems/restoration/jpeg-blocks.js';

describe('quantisation tables', () => {
  it('are those of the standard at 50, twice them at 25, half of them at 75, ones at 100', () => {
    const at = (quality: number) => quantisationTables(quality);
    expect([...at(50).luma.slice(0, 8)]).toEqual([16, 11, 10, 16, 24, 40, 51, 61]);
    expect([...at(50).chroma.slice(0, 8)]).toEqual([17, 18, 24, 47, 99, 99, 99, 99]);
    expect([...at(25).luma.slice(0, 8)]).toEqual([32, 22, 20, 32, 48, 80, 102, 122]);
    expect([...at(75).luma.slice(0, 8)]).toEqual([8, 6, 5, 8, 12, 20, 26, 31]);
    expect(new Set(at(100).luma)).toEqual(new Set([1]));
  });

  it('stay within a byte at the lowest quality', () => {
    expect(new Set(quantisationTables(1).luma)).toEqual(new Set([255]));
  });
});

describe('blocks', () => {
  const ones = new Uint8Array(64).fill(1);

  it('that are flat keep their level to a multiple of the first step over 8', () => {
    const steps = ones.slice().fill(16, 0, 1);
    const flat = quantiseBlocks(new Float64Array(64).fill(21), 8, 8, steps);
    // The first coefficient is 8·21 = 168 = 10.5 steps, which goes to 11: 11·16/8 = 22.
    expect(new Set(flat)).toEqual(new Set([22]));
  });

  it('of whole levels come back to within a level where steps are 1', () => {
    const plane = Float64Array.from({ length: 9 * 10 }, (_, i) => ((37 * i) % 256) - 128);
    const found = quantiseBlocks(plane.slice(), 9, 10, ones);
    for (const [i, value] of plane.entries()) expect(Math.abs(found[i] - value)).toBeLessThanOrEqual(2);
  });

  it('do not touch each other', () => {
    const plane = new Float64Array(8 * 16);
    const steps = ones.slice().fill(20);
    const before = quantiseBlocks(plane.slice(), 8, 16, steps);
    plane[3] = 100;
    const after = quantiseBlocks(plane.slice(), 8, 16, steps);
    const changed = [...after.keys()].filter((i) => after[i] !== before[i]);
    expect(changed.length).toBeGreaterThan(0);
    for (const i of changed) expect(i % 16).toBeLessThan(8);
  });
});
