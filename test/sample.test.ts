/** Images from latent priors, and solvers that have no use for one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadPrior } from '../models/load.js';
import type { LatentPrior } from '../models/prior.js';
import { bind } from '../problems/index.js';
import { zeros } from '../src/core/array.js';
import { psnr } from '../src/core/metrics.js';
import { readPicture } from '../src/io/picture-file.js';
import { restore } from '../src/restore.js';
import { samplePrior } from '../src/sample.js';

let folder: string;
let prior: LatentPrior;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retrodict-sample-'));
  const loaded = await loadPrior('test/fixtures/priors/stable-diffusion', { threads: 1 });
  if (loaded.kind !== 'latent') throw new Error('expected a latent prior');
  prior = loaded;
}, 60_000);
afterAll(async () => {
  await prior.close();
  await rm(folder, { recursive: true });
});

async function drawn(name: string, text: { prompt?: string; guidance?: number }) {
  const job = { prior, size: [19, 16], samples: 1, options: { steps: 2 }, ...text } as const;
  await samplePrior({ ...job, out: join(folder, name) });
  return (await readPicture(join(folder, name, 'sample-0.png'))).image;
}

test('a latent prior is sampled in its codes, decoded and cut to the size; texts change what comes', async () => {
  const [plain, again] = [await drawn('plain', {}), await drawn('again', { prompt: '' })];
  expect(plain.shape).toEqual([3, 19, 16]);
  expect(again.data).toEqual(plain.data);
  const steered = await drawn('steered', { prompt: 'the cat', guidance: 500 });
  expect(psnr(steered, plain)).toBeLessThan(60);
});

test('a text is refused where there is nothing that takes it', async () => {
  const job = { prior: 'photo-small', out: folder, prompt: 'the cat' };
  await expect(samplePrior(job)).rejects.toThrow('prior photo-small takes no text');
});

test('solvers of pixels refuse a latent prior in one sentence', async () => {
  const noise = { name: 'gaussian', options: { sigma: 0.1 } };
  const problem = bind({ operators: [{ name: 'denoise', options: {} }], noise }, { imageShape: [3, 16, 16] });
  await expect(restore({ measurement: zeros([3, 16, 16]), problem, prior, solver: 'dps' })).rejects.toThrow(
    /^solver dps needs a prior of kind diffusion, but prior stable-diffusion is of kind latent; these would work: .*wiener/,
  );
});
