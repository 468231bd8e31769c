import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadPrior } from '../../models/load.js';
import { cut, pad, padAdjoint, paste, roundUp } from '../../models/padding.js';
import type { DiffusionPrior } from '../../models/prior.js';
import { diffusionPrior } from '../../models/prior.js';
import { inFixedSize, tiled } from '../../models/tiled.js';
import { type FloatArray, floatArray, zeros } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';

const GRID = 4;
const RADIUS = 5;
const random = keyedRandom(0, 'tiled', 0);

/**
 * A network on a grid of 4 pixels: D = Σ w z² over a (2·5+1)² neighbourhood, with zeros beyond the padded image and a
 * weight that depends on the place within the grid, as strided convolutions make it.
 */
function gridNetwork(sizes: Set<string>): DiffusionPrior {
  const weight = (y: number, x: number) => 1 + (y % GRID) * 0.3 + (x % GRID) * 0.7;
  const padded = (x: FloatArray) => {
    const grid = [roundUp(x.shape[1], GRID), roundUp(x.shape[2], GRID)] as const;
    sizes.add(grid.join('×'));
    return pad(x, ...grid);
  };
  const neighbours = (
    height: number,
    width: number,
    visit: (to: number, from: number, w: number) => void,
  ) => {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let v = Math.max(0, y - RADIUS); v <= Math.min(height - 1, y + RADIUS); v++) {
          for (let u = Math.max(0, x - RADIUS); u <= Math.min(width - 1, x + RADIUS); u++) {
            visit(y * width + x, v * width + u, weight(y, x));
          }
        }
      }
    }
  };
  const denoise = async (x: FloatArray) => {
    const z = padded(x);
    const out = zeros(z.shape);
    neighbours(z.shape[1], z.shape[2], (to, from, w) => {
      out.data[to] += w * z.data[from] ** 2;
    });
    return cut(out, 0, 0, x.shape[1], x.shape[2]);
  };
  return {
    kind: 'diffusion',
    name: 'grid',
    channels: 1,
    sigmaRange: [0.01, 1],
    sizeMultiple: GRID,
    receptiveRadius: RADIUS,
    denoise,
    async linearize(x) {
      const z = padded(x);
      const pullback = (v: FloatArray) => {
        const laid = zeros(z.shape);
        paste(v, laid, 0, 0);
        const gradient = zeros(z.shape);
        neighbours(z.shape[1], z.shape[2], (to, from, w) => {
          gradient.data[from] += 2 * w * z.data[from] * laid.data[to];
        });
        return padAdjoint(gradient, x.shape[1], x.shape[2]);
      };
      return { value: await denoise(x), pullback, release() {} };
    },
    async close() {},
  };
}

function largestDifference(a: FloatArray, b: FloatArray): number {
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i])), 0);
}

describe('a network with a grid', () => {
  test.each([
    [32, 32, 8],
    [29, 37, 4],
    [33, 10, 4],
    [1, 50, 5],
    [41, 41, 20],
    [16, 16, 100],
  ])('%i×%i in tiles of %i is the same as whole', async (height, width, tile) => {
    const sizes = new Set<string>();
    const prior = gridNetwork(sizes);
    const x = random('x', height, width).normals([1, height, width]);
    const v = random('v', height, width).normals([1, height, width]);
    const whole = await prior.linearize!(x, 0.1);
    const gradient = await whole.pullback(v);
    sizes.clear();
    const parts = await tiled(prior, { tile }).linearize!(x, 0.1);
    expect(parts.value.data).toEqual(whole.value.data);
    const magnitude = gradient.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largestDifference(await parts.pullback(v), gradient)).toBeLessThan(1e-6 * magnitude);
    // One loaded graph serves all windows.
    expect(sizes.size).toBe(1);
    parts.release();
  });

  test('with a halo one step of the grid too short it is not', async () => {
    const prior = gridNetwork(new Set());
    const x = random('x').normals([1, 32, 32]);
    const parts = await tiled(prior, { tile: 8, halo: RADIUS - GRID }).denoise(x, 0.1);
    expect(largestDifference(parts, await prior.denoise(x, 0.1))).toBeGreaterThan(0.1);
  });

  test('work on one part after the other gives what it gives on the whole, in every array', async () => {
    const prior = gridNetwork(new Set());
    const shape = [1, 29, 37];
    const [x, y] = [random('x').normals(shape), random('y').normals([2, 29, 37])];
    /** Denoised x of one channel, and y + x of two: neither needs more than the network does. */
    const work = async ([a, b]: readonly FloatArray[], inner: DiffusionPrior) => [
      await inner.denoise(a, 0.1),
      floatArray(
        b.data.map((value, i) => value + a.data[i % a.size]),
        b.shape,
      ),
    ];
    const seen: number[][] = [];
    const parts = await tiled(prior, { tile: 8 }).inParts!([x, y], (arrays, inner, part, of) => {
      seen.push([part, of]);
      return work(arrays, inner);
    });
    const whole = await work([x, y], prior);
    expect(parts.map(({ shape: of }) => of)).toEqual([shape, [2, 29, 37]]);
    parts.forEach((part, i) => {
      expect(part.data).toEqual(whole[i].data);
    });
    // 2 rows of 3 windows.
    expect(seen).toEqual(Array.from({ length: 6 }, (_, k) => [k, 6]));
  });

  test('many at a time are put together to the same bits, whichever is done first', async () => {
    const network = gridNetwork(new Set());
    let begun = 0;
    const later = () => new Promise((resolve) => setTimeout(resolve, begun++ % 3 === 0 ? 20 : 1));
    const prior: DiffusionPrior = {
      ...network,
      workers: 3,
      async denoise(x, sigma) {
        await later();
        return network.denoise(x, sigma);
      },
      async linearize(x, sigma) {
        await later();
        return network.linearize!(x, sigma);
      },
    };
    const [x, v] = [random('x').normals([1, 29, 37]), random('v').normals([1, 29, 37])];
    const [one, many] = [network, prior].map((each) => tiled(each, { tile: 8 }).linearize!(x, 0.1));
    expect((await many).value.data).toEqual((await one).value.data);
    expect((await (await many).pullback(v)).data).toEqual((await (await one).pullback(v)).data);
  });

  test('asks for the memory of one window, and holds one at a time', async () => {
    let [held, most] = [0, 0];
    const network = gridNetwork(new Set());
    const prior: DiffusionPrior = {
      ...network,
      footprint: (height, width) => ({ denoise: height, linearize: width }),
      async linearize(x, sigma) {
        most = Math.max(most, ++held);
        return { ...(await network.linearize!(x, sigma)), release: () => held-- };
      },
    };
    // A core of 8 and twice a halo of 8: the radius of 5, on the grid.
    const parts = tiled(prior, { tile: 7 });
    expect(parts.footprint!(100, 20)).toEqual({ denoise: 24, linearize: 20 });
    expect(tiled(network, { tile: 7 }).footprint).toBeUndefined();
    const x = random('x').normals([1, 30, 30]);
    const linearization = await parts.linearize!(x, 0.1);
    await linearization.pullback(x);
    linearization.release();
    expect([held, most]).toEqual([0, 1]);
  });

  test.each([
    [{ tile: 0 }, 'not 0 and 5'],
    [{ tile: 0.5, halo: 3 }, 'not 0.5 and 3'],
    [{ tile: 8, halo: -1 }, 'not 8 and -1'],
    [{ tile: Number.NaN }, 'not NaN and 5'],
  ])('refuses %o', (options, found) => {
    expect(() => tiled(gridNetwork(new Set()), options)).toThrow(RangeError);
    expect(() => tiled(gridNetwork(new Set()), options)).toThrow(found);
    expect(() => tiled(gridNetwork(new Set()), { tile: 1, halo: 0 })).not.toThrow();
  });

  test('the pullback is at the image as it was', async () => {
    const prior = gridNetwork(new Set());
    const x = random('x').normals([1, 30, 30]);
    const parts = await tiled(prior, { tile: 8 }).linearize!(x, 0.1);
    const v = random('v').normals([1, 30, 30]);
    const before = await parts.pullback(v);
    x.data.fill(0);
    expect((await parts.pullback(v)).data).toEqual(before.data);
  });
});

test('what has no derivative has none in tiles, and no radius needs a halo', () => {
  const { linearize: _, receptiveRadius: __, ...rest } = gridNetwork(new Set());
  expect(tiled(rest, { tile: 8, halo: 5 }).linearize).toBeUndefined();
  expect(() => tiled(rest, { tile: 8 })).toThrow('grid cannot be tiled');
});

test.each([
  ['whole where it has that size', 16, 24, ['16×24']],
  ['whole where it is smaller', 4, 20, ['4×20']],
  ['in windows of it where it is larger', 36, 48, ['16×24']],
  ['in windows of it where it is longer', 16, 48, ['16×24']],
] as const)('a network of 16×24 pixels only sees an image %s', async (_, height, width, seen) => {
  const sizes = new Set<string>();
  const parts = inFixedSize({ ...gridNetwork(sizes), fixedSize: [16, 24], receptiveRadius: undefined });
  const x = random('fixed').normals([1, height, width]);
  await parts.denoise(x, 0.1);
  expect([...sizes]).toEqual(seen);
});

/** Long and thin, so that there are tiles while the network stays quick. */
test('photo-small in tiles: the estimate to the last bit, the pullback to rounding', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'retrodict-tiled-'));
  onTestFinished(() => rm(cache, { recursive: true }));
  process.env.RETRODICT_CACHE = cache;
  const prior = diffusionPrior(await loadPrior('photo-small', { threads: 1 }));
  const shape = [3, 253, 20];
  const x = floatArray(
    random('photo')
      .normals(shape)
      .data.map((value) => 0.5 + 0.2 * value),
    shape,
  );
  const v = random('v').normals(shape);
  const whole = await prior.linearize!(x, 0.1);
  const parts = await tiled(prior, { tile: 32 }).linearize!(x, 0.1);
  expect(parts.value.data).toEqual((await prior.denoise(x, 0.1)).data);
  const gradient = await whole.pullback(v);
  const magnitude = gradient.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largestDifference(await parts.pullback(v), gradient)).toBeLessThan(2e-6 * magnitude);
  await prior.close();
});
