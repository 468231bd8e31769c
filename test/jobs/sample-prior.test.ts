/** Latent priors: images from them alone, restored with them, and solvers that have no use for one. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadPrior } from '../../models/load.js';
import type { LatentPrior } from '../../models/prior.js';
import { problem } from '../../problems/bind.js';
import { bind } from '../../problems/index.js';
import { mapArray, zeros } from '../../src/core/array.js';
import { psnr } from '../../src/core/metrics.js';
import { readPicture, writePicture } from '../../src/io/picture-file.js';
import { restoreFolder } from '../../src/jobs/restore-folder.js';
import { samplePrior } from '../../src/jobs/sample-prior.js';
import { restore } from '../../src/restore.js';

const spec = problem('denoise', 'gaussian:sigma=0.1');
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

test('tokens of a masked prior are unmasked in as many steps as asked, decoded and cut to the size', async () => {
  const steps = new Set<number>();
  const draw = async (out: string, seed: number) => {
    const job = {
      prior: 'photo-masked',
      size: [19, 13],
      samples: 1,
      seed,
      options: { steps: 3 },
      threads: 1,
    } as const;
    await samplePrior({ ...job, out: join(folder, out) }, (event) => {
      if (event.type === 'progress') steps.add(event.step);
    });
    return (await readPicture(join(folder, out, 'sample-0.png'))).image;
  };
  const [one, other] = [await draw('masked', 0), await draw('masked other', 1)];
  expect(one.shape).toEqual([3, 19, 13]);
  expect([...steps]).toEqual([0, 1, 2]);
  expect(psnr(one, other)).toBeLessThan(40);
}, 60_000);

test('a text is refused where there is nothing that takes it', async () => {
  const job = { prior: 'photo-small', out: folder, prompt: 'the cat' };
  await expect(samplePrior(job)).rejects.toThrow('prior photo-small takes no text');
});

test('solvers of pixels refuse a latent prior in one sentence', async () => {
  const bound = bind(spec, { imageShape: [3, 16, 16] });
  await expect(
    restore({ measurement: zeros([3, 16, 16]), problem: bound, prior, solver: 'dps' }),
  ).rejects.toThrow(
    /^solver dps needs a prior of kind diffusion, but prior stable-diffusion is of kind latent; these would work: .*wiener/,
  );
});

test('a picture is restored with a latent prior, and the text is part of how it was made', async () => {
  const input = join(folder, 'measured.png');
  await writePicture(
    input,
    mapArray(zeros([3, 19, 16]), (_, i) => 0.3 + 0.4 * ((i % 7) / 7)),
  );
  const job = {
    ...{ inputs: [input], out: join(folder, 'restored'), spec, prior, solver: 'resample', samples: 1 },
    options: { steps: 4, codeSteps: 2, pixelSteps: 2 },
  };
  expect(await restoreFolder({ ...job, prompt: 'the cat' })).toMatchObject({ done: 1, failed: 0 });
  expect(await restoreFolder({ ...job, prompt: 'the cat' })).toMatchObject({ unchanged: 1 });
  const { image } = await readPicture(join(job.out, 'measured.png'));
  expect(image.shape).toEqual([3, 19, 16]);
  const failures: string[] = [];
  await restoreFolder({ ...job, prompt: 'the dog' }, (event) => {
    if (event.type === 'failed') failures.push(event.error.message);
  });
  expect(failures).toEqual([expect.stringMatching(/prompt/)]);
});

test.each([
  [{ prior: 'photo-small' }, 'prior photo-small takes no text, so neither prompt nor guidance can be given'],
  [{ solver: 'wiener' }, 'solver wiener uses no prior, so neither prompt nor guidance can be given'],
])('a text is refused before anything is done: %j', async (how, sentence) => {
  const input = join(folder, 'untouched.png');
  await writePicture(input, zeros([3, 16, 16]));
  const job = { inputs: [input], out: join(folder, 'none'), spec };
  await expect(restoreFolder({ ...job, ...how, prompt: 'the cat' })).rejects.toThrow(sentence);
});

test('several images are drawn at a time, to the same files; progress tells of all together', async () => {
  const job = { prior: 'photo-small', size: [16, 12], samples: 3, options: { steps: 3 } } as const;
  const written: Buffer[][] = [];
  for (const workers of [1, 2]) {
    const out = join(folder, `workers-${workers}`);
    const fractions: number[] = [];
    await samplePrior({ ...job, out, workers }, (event) => {
      if (event.type === 'progress') fractions.push(event.fraction);
    });
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    written.push(await Promise.all([0, 1, 2].map((k) => readFile(join(out, `sample-${k}.png`)))));
  }
  expect(written[1]).toEqual(written[0]);
});
