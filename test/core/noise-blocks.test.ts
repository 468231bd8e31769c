import { describe, expect, it } from 'vitest';
import { type FloatArray, floatArray, mapArray, zeros } from '../../src/core/array.js';
import { varianceIn } from '../../src/core/channel-products.js';
import { clearOf, detailProducts, doubtOf, halfSize, usableBlocks } from '../../src/core/noise-blocks.js';
import { keyedRandom } from '../../src/core/random.js';

const normals = (shape: readonly number[]) => keyedRandom(1, 'noise blocks', 0)(...shape).normals(shape);

/** The orthonormal cosine (v, u) of an 8×8 block, at its pixel (y, x). */
function cosine(v: number, u: number, y: number, x: number): number {
  const along = (k: number, n: number) =>
    Math.sqrt((k === 0 ? 1 : 2) / 8) * Math.cos((Math.PI * k * (2 * n + 1)) / 16);
  return along(v, y) * along(u, x);
}

const share = (values: ArrayLike<number>, some: (value: number) => boolean) =>
  Array.from(values).filter(some).length / values.length;

describe('detailProducts', () => {
  it('is of the 48 cosines that are fine along an axis, each of which counts alike, and of no other', () => {
    for (let i = 0; i < 64; i++) {
      const [v, u] = [i >> 3, i & 7];
      // In a picture of two channels; the block is at (3, 2) and knows nothing of what is around it.
      const picture = mapArray(zeros([2, 14, 13]), (_, at) => {
        const [channel, y, x] = [Math.floor(at / 182), Math.floor(at / 13) % 14, at % 13];
        if (y < 3 || y > 10 || x < 2 || x > 9) return 100;
        return (channel === 0 ? 3 : -2) * cosine(v, u, y - 3, x - 2);
      });
      const found = detailProducts(picture, 3, 2);
      const fine = v > 3 || u > 3 ? 1 : 0;
      [9, -6, 4].forEach((product, pair) => {
        expect(found[pair]).toBeCloseTo((fine * product) / 48, 5);
      });
      expect(found.length).toBe(3);
    }
  });

  it('is on average the covariance of white noise, channel by channel', () => {
    const { data } = normals([3, 8, 8 * 400]);
    const plane = data.length / 3;
    const picture = mapArray(zeros([3, 8, 8 * 400]), (_, i) => {
      const [red, green] = [data[i % plane], data[plane + (i % plane)]];
      return [0.2 * red, 0.1 * red + 0.1 * green, 0.3 * data[2 * plane + (i % plane)]][Math.floor(i / plane)];
    });
    const sums = new Float64Array(6);
    for (let block = 0; block < 400; block++) {
      detailProducts(picture, 0, 8 * block).forEach((product, pair) => {
        sums[pair] += product / 400;
      });
    }
    const truth = [0.04, 0.02, 0.02, 0, 0, 0.09];
    const variances = [0.04, 0.02, 0.09];
    let pair = 0;
    for (let c = 0; c < 3; c++) {
      for (let d = 0; d <= c; d++, pair++) {
        // Var of a mean of n products of normals: (variances' product + covariance²)/n.
        const error = Math.sqrt((variances[c] * variances[d] + truth[pair] ** 2) / (400 * 48));
        expect(Math.abs(sums[pair] - truth[pair])).toBeLessThan(4 * error);
      }
    }
    expect(varianceIn([1, 9, 2, 9, 9, 6])).toBe(3);
    expect(varianceIn([5])).toBe(5);
  });
});

describe('usableBlocks', () => {
  it('overlap by half, and know the strength and the mean of themselves and the strength around', () => {
    const picture = normals([2, 30, 37]);
    const blocks = usableBlocks(picture, zeros([1, 30, 37]));
    const corners = [0, 4, 8, 12, 16, 20].flatMap((y) => [0, 4, 8, 12, 16, 20, 24, 28].map((x) => [y, x]));
    expect(blocks.map(({ y, x }) => [y, x])).toEqual(corners);
    const energyAt = (y: number, x: number) => varianceIn(detailProducts(picture, y, x));
    for (const { y, x, energy, around, mean } of blocks) {
      expect(energy).toBeCloseTo(energyAt(y, x), 12);
      const near = corners.filter(
        ([v, u]) =>
          [0, 8].includes(Math.abs(v - y)) && [0, 8].includes(Math.abs(u - x)) && !(v === y && u === x),
      );
      expect(around).toBeCloseTo(
        near.reduce((sum, [v, u]) => sum + energyAt(v, u) / near.length, 0),
        12,
      );
      let sum = 0;
      for (let i = 0; i < 128; i++) {
        sum += picture.data[((i >> 6) * 30 + y + ((i >> 3) & 7)) * 37 + x + (i & 7)] / 128;
      }
      expect(mean).toBeCloseTo(sum, 6);
    }
  });

  // The picture is 16 or 8 rows of eights wide: with as many columns blocks lie side by side, with more apart.
  it.each([
    [16, 25_000, 4],
    [16, 25_008, 8],
    [8, 100_000, 8],
    [8, 200_016, 12],
  ])('of %i×%i pixels begin every %i pixels', (height, width, step) => {
    // Cheap noise.
    let state = 1;
    const picture = mapArray(zeros([1, height, width]), () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    });
    const blocks = usableBlocks(picture, zeros(picture.shape));
    const [rows, columns] = [height, width].map((extent) => Math.floor((extent - 8) / step) + 1);
    expect(blocks.length).toBe(rows * columns);
    expect(blocks[1]).toMatchObject({ y: 0, x: step });
    expect(blocks.at(-1)).toMatchObject({ y: (rows - 1) * step, x: (columns - 1) * step });
    // The first of a lower row has one neighbour to the right; where there is one row, that is all.
    const apart = step === 4 ? 8 : step;
    const right = blocks.find(({ y, x }) => y === 0 && x === apart)!;
    if (rows === 1) expect(blocks[0].around).toBe(right.energy);
  });

  it('leave out what is constant around, and what is clipped or missing in more than a twentieth', () => {
    const noise = normals([1, 24, 48]);
    const half = mapArray(noise, (value, i) => (i % 48 < 24 ? 0.5 + 0.01 * value : 0.5));
    const places = new Set(usableBlocks(half, zeros(half.shape)).map(({ x }) => x));
    // From 20 on a block's neighbours to the left still see noise; from 28 + 8 on they see none.
    expect([...places]).toEqual([0, 4, 8, 12, 16, 20, 24, 28]);
    for (const [sigma, seen] of [
      [0.04 / 255, 0],
      [0.06 / 255, 1],
    ]) {
      const faint = mapArray(noise, (value) => sigma * value);
      const found = usableBlocks(faint, zeros(faint.shape)).length;
      expect(found / usableBlocks(noise, zeros(noise.shape)).length).toBeCloseTo(seen, 1);
    }
    const whole = usableBlocks(noise, zeros(noise.shape)).length;
    for (const [doubted, left] of [
      [3, whole],
      [4, whole - 1],
    ]) {
      // As many pixels of the 64 of the block at (8, 8); those that overlap it have two of them at most.
      const doubt = zeros(noise.shape);
      for (let i = 0; i < doubted; i++) doubt.data[(11 + (i >> 1)) * 48 + 11 + (i & 1)] = 1;
      expect(clearOf(usableBlocks(noise, doubt)).length).toBe(left);
    }
  });

  it('are none in a picture smaller than one', () => {
    expect(usableBlocks(normals([1, 7, 40]), zeros([1, 7, 40]))).toEqual([]);
    expect(usableBlocks(normals([1, 40, 7]), zeros([1, 40, 7]))).toEqual([]);
    expect(usableBlocks(normals([1, 3, 3]), zeros([1, 3, 3]))).toEqual([]);
    // One block has no surroundings.
    expect(usableBlocks(normals([1, 8, 8]), zeros([1, 8, 8]))).toEqual([]);
  });
});

it('halfSize is the mean of each 2×2 pixels, without an odd last row or column', () => {
  const picture = normals([2, 5, 7]);
  const half = halfSize(picture);
  expect(half.shape).toEqual([2, 2, 3]);
  half.data.forEach((value, i) => {
    const [c, y, x] = [Math.floor(i / 6), Math.floor(i / 3) % 2, i % 3];
    const at = (dy: number, dx: number) => picture.data[(c * 5 + 2 * y + dy) * 7 + 2 * x + dx];
    expect(value).toBeCloseTo((at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4, 6);
  });
});

describe('doubtOf', () => {
  const picture = floatArray(Float32Array.of(0, 1, 0.5, 0, 1, 0.5, 0.5, 0.2, 0, 0.5, 0.5, 0.3), [3, 2, 2]);

  it('is the share of channels at an end of the range', () => {
    const expected: FloatArray = floatArray(Float32Array.of(1, 1 / 3, 0, 1 / 3).fill(2 / 3, 0, 1), [1, 2, 2]);
    // Channels of each pixel: (0, 1, 0), (1, ½, ½), (½, ½, ½), (0, 0.2, 0.3).
    expected.data[0] = 1;
    const found = doubtOf(picture);
    expect(found.shape).toEqual([1, 2, 2]);
    found.data.forEach((value, i) => {
      expect(value).toBeCloseTo(expected.data[i], 6);
    });
  });

  it('is more than a block can bear in holes, also when it is halfSize', () => {
    const found = doubtOf(picture, Float32Array.of(1, 0, 1, 1));
    expect(found.data[1]).toBeGreaterThan(4 * 4 * 64);
    expect(found.data[2]).toBe(0);
    expect(share(found.data, (value) => value > 1)).toBe(0.25);
  });
});
