import { createHash } from 'node:crypto';
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

  it('is ten rounds of its definition in whole numbers of any length', () => {
    const words = new Uint32Array(6 * 300);
    const draw = keyedRandom(2, 'philox', 0)('counters');
    // Random ones, and ones near the ends of the range, where carries are.
    words.forEach((_, i) => {
      const word = draw.uint32();
      words[i] =
        i < 900 ? word : [word & 0xffff, word & 0xffff0000, word % 3, -1 - (word % 3)][draw.integer(4)];
    });
    const block = new Uint32Array(4);
    for (let i = 0; i < words.length; i += 6) {
      const given = [...words.subarray(i, i + 6)] as [number, number, number, number, number, number];
      philox(...given, block);
      let [a, b, c, d, k0, k1] = given.map(BigInt);
      for (let round = 0; round < 10; round++) {
        const [first, second] = [0xd2511f53n * a, 0xcd9e8d57n * c];
        [a, b, c, d] = [(second >> 32n) ^ b ^ k0, second & WORD, (first >> 32n) ^ d ^ k1, first & WORD];
        [k0, k1] = [(k0 + 0x9e3779b9n) & WORD, (k1 + 0xbb67ae85n) & WORD];
      }
      expect([...block].map(BigInt)).toEqual([a, b, c, d]);
    }
  });
});

const WORD = 0xffffffffn;
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
    // Of 2³² words the last third of a third would fall on the lowest numbers again; they are drawn anew.
    const bound = 3 * 2 ** 30;
    let low = 0;
    for (let i = 0; i < 20_000; i++) if (random.integer(bound) < 2 ** 30) low++;
    expect(Math.abs(low / 20_000 - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / 20_000));
  });

  it('takes bounds from 1 to 2³²', () => {
    const random = keyedRandom(3, 'integers', 0)('bounds');
    expect(random.integer(1)).toBe(0);
    const largest = Array.from({ length: 100 }, () => random.integer(2 ** 32));
    expect(Math.max(...largest)).toBeGreaterThan(2 ** 31);
    for (const bound of [0, -1, 1.5, Number.NaN, 2 ** 32 + 1]) {
      expect(() => random.integer(bound)).toThrow(
        new RangeError(`a random integer needs a bound from 1 to 2^32, not ${bound}`),
      );
    }
  });

  it('is Philox under the SHA-256 of the name, block after block: the same everywhere and ever after', () => {
    const name = JSON.stringify([7, 'item', 3, ['step', 12]]);
    const digest = createHash('sha256').update(name).digest();
    const [k0, k1, n0, n1] = [0, 4, 8, 12].map((at) => digest.readUInt32LE(at));
    const open = () => keyedRandom(7, 'item', 3)('step', 12);
    const [words, uniforms] = [open(), open()];
    const block = new Uint32Array(4);
    const check = (from: number, count: number) => {
      for (let i = from; i < from + count; i++) {
        const at = Math.floor(i / 4);
        philox(at >>> 0, Math.floor(at / 2 ** 32), n0, n1, k0, k1, block);
        if (words.uint32() !== block[i % 4] || uniforms.uniform() !== (block[i % 4] + 0.5) / 2 ** 32)
          return i;
      }
      return 'all';
    };
    // So many that they are made thousands at a time.
    expect(check(0, 20_000)).toBe('all');
    // Across the end of 32 bits of the block's number.
    const late = 2 ** 34 - 6;
    words.position = uniforms.position = late;
    expect(check(late, 100)).toBe('all');
  });

  it('goes on from any position', () => {
    const open = () => keyedRandom(7, 'item', 3)('position');
    const [random, words] = [open(), open()];
    const all = Array.from({ length: 40 }, () => words.uint32());
    expect([random.position, words.position]).toEqual([0, 40]);
    random.normals([5]);
    expect(random.uint32()).toBe(all[random.position - 1]);
    for (const position of [0, 3, 4, 17]) {
      random.position = position;
      expect([random.position, random.uint32(), random.position]).toEqual([
        ...[position, all[position], position + 1],
      ]);
    }
    // Beyond 2³² blocks.
    random.position = 2 ** 40 + 1;
    expect(random.uint32()).not.toBe(all[1]);
    expect(random.position).toBe(2 ** 40 + 2);
  });

  it('fills arrays of any shape with its normals in order', () => {
    const open = () => keyedRandom(7, 'item', 3)('array');
    const [array, one] = [open().normals([2, 3]), open()];
    expect(array.shape).toEqual([2, 3]);
    for (const value of array.data) expect(value).toBe(Math.fround(one.normal()));
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

  it('is SHA-256 of the shape and the values, whatever lies beside them in memory', async () => {
    const memory = Float32Array.of(9, 9, 1, 2, 3, 4, 9);
    const truth = createHash('sha256')
      .update('float32 2 2\n')
      .update(Buffer.from(Float32Array.of(1, 2, 3, 4).buffer));
    expect(await hashArray(floatArray(memory.subarray(2, 6), [2, 2]))).toBe(truth.digest('hex'));
  });
});
