import { expect, it } from 'vitest';
import { loadPrior } from '../../models/load.js';
import type { DiffusionPrior } from '../../models/prior.js';
import { copyOf } from '../../src/bench/copies.js';
import { floatArray } from '../../src/core/array.js';
import { psnr } from '../../src/core/metrics.js';

/** A slope from dark to light, of a size that no grid divides. */
const picture = floatArray(
  Float32Array.from({ length: 3 * 20 * 28 }, (_, i) => 0.2 + 0.02 * (i % 28)),
  [3, 20, 28],
);

it.each(['photo-compressive', 'photo-masked', 'photo-latent'])(
  'what %s makes of a picture has its size, and looks like it',
  async (name) => {
    const prior = await loadPrior(name, { threads: 1 });
    const copy = await copyOf(prior, picture);
    await prior.close();
    expect(copy?.shape).toEqual(picture.shape);
    const likeness = psnr(copy!, picture);
    expect(likeness).toBeGreaterThan(25);
    expect(likeness).toBeLessThan(60);
  },
);

it('a prior of pixels has nothing to copy with', async () => {
  expect(await copyOf({ kind: 'diffusion' } as DiffusionPrior, picture)).toBeUndefined();
});
