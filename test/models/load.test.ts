import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listPriors, loadPrior } from '../../models/load.js';
import { cut } from '../../models/padding.js';
import type { DiffusionPrior } from '../../models/prior.js';
import { diffusionPrior } from '../../models/prior.js';
import { type FloatArray, floatArray, mapArray, zeros } from '../../src/core/array.js';
import { psnr } from '../../src/core/metrics.js';
import { keyedRandom } from '../../src/core/random.js';
import { dot } from '../../src/core/vector.js';
import { readPicture } from '../../src/io/picture-file.js';

const random = keyedRandom(0, 'load', 0);
let folder: string;
let prior: DiffusionPrior;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retrodict-load-'));
  process.env.RETRODICT_CACHE = join(folder, 'cache');
  prior = diffusionPrior(await loadPrior('photo-small', { threads: 1 }));
});

afterAll(async () => {
  await prior.close();
  await rm(folder, { recursive: true });
});

describe('finding priors', () => {
  test('the shipped ones are listed and described by their cards', async () => {
    const cards = await listPriors();
    expect(cards.map(({ name }) => name)).toContain('photo-small');
    for (const card of cards) expect(card.summary).not.toBe('');
  });

  test('`photo` is the best photo prior that is there', async () => {
    const photo = diffusionPrior(await loadPrior('photo', { threads: 1 }));
    const shipped = (await listPriors()).map(({ name }) => name);
    expect(photo.name).toBe(shipped.includes('photo') ? 'photo' : 'photo-small');
    await photo.close();
  });

  test('an unknown name is met with the nearest', async () => {
    await expect(loadPrior('foto-smal')).rejects.toThrow(
      /no prior "foto-smal".*nearest names are photo-small/,
    );
  });

  test('a folder without a card is no prior', async () => {
    await expect(loadPrior(folder)).rejects.toThrow(
      `${folder} holds neither a card.json nor diffusers' model_index.json`,
    );
  });
});

describe('files that are not as the card says', () => {
  const broken = async (change: (directory: string) => Promise<void>) => {
    const directory = await mkdtemp(join(folder, 'prior-'));
    await cp('models/weights/photo-small', directory, { recursive: true });
    await change(directory);
    return expect(loadPrior(directory, { threads: 1 })).rejects;
  };
  const changeCard = (change: (card: Record<string, unknown>) => void) =>
    broken(async (directory) => {
      const card = JSON.parse(await readFile(join(directory, 'card.json'), 'utf8'));
      change(card);
      await writeFile(join(directory, 'card.json'), JSON.stringify(card));
    });

  test('one changed byte of the weights', async () => {
    await (
      await broken(async (directory) => {
        const path = join(directory, 'model.onnx');
        const bytes = await readFile(path);
        bytes[bytes.length >> 1] ^= 1;
        await writeFile(path, bytes);
      })
    ).toThrow(/model\.onnx has SHA-256 [0-9a-f]{64}; its card expects 4de86d67/);
  });

  test('missing weights', async () => {
    await (await broken((directory) => rm(join(directory, 'model.onnx')))).toThrow('cannot be read');
  });

  test('a card that is no JSON, lacks a field, or has one too many', async () => {
    await (await broken((directory) => writeFile(join(directory, 'card.json'), '{'))).toThrow(
      'card.json is no JSON',
    );
    await (await changeCard((card) => delete card.schedule)).toThrow(
      /card\.json is no model card: it lacks schedule\./,
    );
    await (await changeCard((card) => Object.assign(card, { sigma: 3 }))).toThrow(/no model card: .*"sigma"/);
  });

  test('a kind of prior that there is not', async () => {
    await (await changeCard((card) => Object.assign(card, { kind: 'gan' }))).toThrow(
      'is no model card: its kind is "gan"; expected diffusion or latent or compressive or masked.',
    );
  });

  test('a card for another network', async () => {
    await (await changeCard((card) => Object.assign(card, { channels: 1 }))).toThrow('input "x" is n×3×h');
    await (await changeCard((card) => Object.assign(card, { outputs: { image: 'y' } }))).toThrow(
      'no output "y"',
    );
  });
});

describe('photo-small', () => {
  test('its receptive radius is the one its card states', async () => {
    // What depends on a NaN is NaN: one row of them shows how far the network sees, from every place on its grid.
    const height = 256;
    let radius = 0;
    for (let phase = 0; phase < prior.sizeMultiple; phase++) {
      const x = zeros([3, height, 8]);
      const at = height / 2 + phase;
      for (const channel of [0, 1, 2])
        x.data.fill(Number.NaN, (channel * height + at) * 8, (channel * height + at + 1) * 8);
      const D = await prior.denoise(x, 0.1);
      D.data.forEach((value, i) => {
        if (Number.isNaN(value)) radius = Math.max(radius, Math.abs((Math.floor(i / 8) % height) - at));
      });
    }
    expect(prior.receptiveRadius).toBe(radius);
  });

  test('its derivative is that of its denoiser', async () => {
    const shape = [3, 29, 40];
    const x = floatArray(
      random('x')
        .normals(shape)
        .data.map((value, i) => 0.5 + 0.3 * Math.sin(i / 17) + 0.1 * value),
      shape,
    );
    const { value, pullback, release } = await prior.linearize!(x, 0.1);
    expect(largest(value, (await prior.denoise(x, 0.1)).data)).toBeLessThan(2e-6);
    const u = random('u').normals(shape);
    const v = random('v').normals(shape);
    const slope = dot((await pullback(v)).data, u.data);
    const moved = (h: number) =>
      prior.denoise(
        floatArray(
          x.data.map((a, i) => a + h * u.data[i]),
          shape,
        ),
        0.1,
      );
    const difference = async (h: number) => {
      const [up, down] = [await moved(h), await moved(-h)];
      return (
        dot(
          up.data.map((a, i) => a - down.data[i]),
          v.data,
        ) /
        (2 * h)
      );
    };
    // Richardson's extrapolation removes the error of second order.
    const [coarse, fine] = [await difference(4e-3), await difference(2e-3)];
    const scale = Math.sqrt(dot(u.data, u.data) * dot(v.data, v.data));
    expect(Math.abs((4 * fine - coarse) / 3 - slope)).toBeLessThan(3e-5 * scale);
    expect(Math.abs(slope)).toBeGreaterThan(3e-4 * scale);
    release();
  });

  test('it denoises photographs as its card says', async (context) => {
    const photographs = '../shared/data/test/gb82_cc0';
    const names = (await readdir(photographs).catch(() => [])).filter((name) => name.endsWith('.png'));
    if (names.length === 0) context.skip('the photographs in ../shared/data/test/gb82_cc0 are not here');
    let sum = 0;
    const used = names.slice(0, 3);
    for (const name of used) {
      const { image } = await readPicture(join(photographs, name));
      const clean = cut(image, (image.shape[1] - 256) >> 1, (image.shape[2] - 256) >> 1, 256, 256);
      const noise = keyedRandom(0, name, 0)('noise').normals(clean.shape);
      const noisy = floatArray(
        clean.data.map((value, i) => value + (25 / 255) * noise.data[i]),
        clean.shape,
      );
      const estimate = await prior.denoise(noisy, 25 / 255);
      sum += psnr(
        mapArray(estimate, (value) => Math.min(1, Math.max(0, value))),
        clean,
      );
    }
    // 33.39 dB on average of the first three (its card: 33.05 on all); noise alone is 20.2 dB.
    expect(sum / used.length).toBeGreaterThan(33.34);
    expect(sum / used.length).toBeLessThan(33.44);
  });
});

test('a tiled prior and low memory are the same prior', async () => {
  const x = random('tiled').normals([3, 16, 224]);
  const whole = await prior.denoise(x, 0.3);
  const tiled = diffusionPrior(await loadPrior('photo-small', { threads: 1, tile: 8 }));
  expect((await tiled.denoise(x, 0.3)).data).toEqual(whole.data);
  await tiled.close();
  const low = diffusionPrior(await loadPrior('photo-small', { threads: 1, memory: 'low' }));
  expect(largest(await low.denoise(x, 0.3), whole.data)).toBeLessThan(1e-5);
  await low.close();
});

test('threads do not change a bit', async () => {
  const x = random('threads').normals([3, 64, 64]);
  const two = diffusionPrior(await loadPrior('photo-small', { threads: 2 }));
  const v = random('v').normals([3, 64, 64]);
  const [one, other] = [await prior.linearize!(x, 0.3), await two.linearize!(x, 0.3)];
  expect(other.value.data).toEqual(one.value.data);
  expect((await other.pullback(v)).data).toEqual((await one.pullback(v)).data);
  await two.close();
});

function largest(a: FloatArray, b: ArrayLike<number>): number {
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}
