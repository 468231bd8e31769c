import jstat from 'jstat';
import { describe, expect, it } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { hashArray, keyedRandom, philox } from '../../src/core/random.js';

describe('philox', () => {
  // Known answers published with Random123 (kat_vectors, philox4x32 10).
  it.each([
    { counter: [0, 0, 0, 0], key: [0, 0], out: '6627e8d5 e169c58d bc57ac4c 9b00dbd8' },
    {
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      out: '408f276d 41c83b0e a20bc7c6 6d5451fd',
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      out: 'd16cfe09 94fdcceb 5001e420 24126ea1',
    },
  ])('gives the published answer for counter $counter', ({ counter, key, out }) => {
    const block = new Uint32Array(4);
    philox(counter[0], counter[1], counter[2], counter[3], key[0], key[1], block);
    expect([...block].map((word) => word.toString(16).padStart(8, '0')).join(' ')).toBe(out);
  });
});

const normalCdf = (x: number) => jstat.jStat.normal.cdf(x, 0, 1);

describe('keyedRandom', () => {
  it('depends on every part of the name and on nothing else', () => {
    const draw = (seed: number, item: string, sample: number, ...path: (string | number)[]) =>
      keyedRandom(seed, item, sample)(...path).uint32();
    const names = [
      draw(0, 'a', 0, 'init'),
      draw(1, 'a', 0, 'init'),
      draw(0, 'b', 0, 'init'),
      draw(0, 'a', 1, 'init'),
      draw(0, 'a', 0, 'step', 1),
      draw(0, 'a', 0, 'step', 11),
    ];
    expect(new Set(names).size).toBe(names.length);
    expect(draw(0, 'a', 0, 'init')).toBe(names[0]);
  });

  it('draws standard normals: moments within four standard errors at n = 200 000', () => {
    const { data } = keyedRandom(7, 'normals', 0)('test').normals([200_000]);
    const n = data.length;
    const moment = (power: number) => data.reduce((sum, value) => sum + value ** power, 0) / n;
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
    let lagged = 0;
    for (let i = 1; i < n; i++) lagged += data[i] * data[i - 1];
    expect(Math.abs(lagged / n)).toBeLessThan(4 / Math.sqrt(n));
  });

  it('draws normals whose distribution function is the normal one (Kolmogorov, and the tail beyond 3.44)', () => {
    const n = 400_000;
    const sorted = keyedRandom(9, 'distribution', 0)('test').normals([n]).data.sort();
    let distance = 0;
    for (let i = 0; i < n; i++) distance = Math.max(distance, Math.abs((i + 0.5) / n - normalCdf(sorted[i])));
    expect(distance).toBeLessThan(1.95 / Math.sqrt(n)); // 99.9 % point of Kolmogorov's distribution
    const start = 3.442619855899;
    const beyond = sorted.filter((value) => Math.abs(value) > start);
    const expected = 2 * n * normalCdf(-start);
    expect(Math.abs(beyond.length - expected)).toBeLessThan(4 * Math.sqrt(expected));
    // Mean excess of a normal tail: φ(r)/Φ(−r) − r.
    const excess = Math.exp(-0.5 * start ** 2) / Math.sqrt(2 * Math.PI) / normalCdf(-start) - start;
    const mean = beyond.reduce((sum, value) => sum + Math.abs(value) - start, 0) / beyond.length;
    expect(Math.abs(mean - excess)).toBeLessThan((4 * excess) / Math.sqrt(beyond.length));
  });

  it('draws integers without bias', () => {
    const random = keyedRandom(3, 'integers', 0)('test');
    const counts = new Float64Array(7);
    for (let i = 0; i < 70_000; i++) counts[random.integer(7)]++;
    const chiSquared = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquared).toBeLessThan(22.5); // 99.9 % point of χ² with 6 degrees of freedom
    expect(() => random.integer(0)).toThrow(/bound/);
  });
});

describe('hashArray', () => {
  it('tells shapes and values apart', async () => {
    const data = Float32Array.of(1, 2, 3, 4);
    const hash = await hashArray(floatArray(data, [2, 2]));
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await hashArray(floatArray(data, [4, 1]))).not.toBe(hash);
    expect(await hashArray(floatArray(Float32Array.of(1, 2, 3, 5), [2, 2]))).not.toBe(hash);
  });
});
