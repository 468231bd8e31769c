import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPrior } from '../../models/load.js';
import { diffusionPrior } from '../../models/prior.js';
import { bind, parseProblem, parseTerm } from '../../problems/index.js';
import { floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { writePicture } from '../../src/io/picture-file.js';
import { writeLastLayer } from '../../src/load/measured-layer.js';
import { restore } from '../../src/restore.js';
import { temporaryFolder } from '../io/folders.js';
import { writeConvolvedPrior } from '../models/convolved-prior.js';
import { writeTinyPrior } from '../models/tiny-prior.js';

const random = keyedRandom(0, 'measured layer', 0);

/** Three pictures. */
async function writePictures(): Promise<string> {
  const pictures = temporaryFolder();
  for (const k of [0, 1, 2]) {
    const values = random('picture', k)
      .normals([3, 24, 32])
      .data.map((value) => 0.5 + 0.2 * value);
    await writePicture(join(pictures, `${k}.png`), floatArray(values, [3, 24, 32]));
  }
  return pictures;
}

const spec = { ...parseProblem('denoise'), noise: parseTerm('gaussian:sigma=0.1') };

describe('measuring the last layer of a prior', () => {
  it('writes into its card what restorations take: by tweedie at once, by others with drawn weights', async () => {
    const folder = temporaryFolder();
    writeConvolvedPrior(folder);
    expect(await writeLastLayer(folder, await writePictures())).toEqual({ images: 3 });
    const card = JSON.parse(readFileSync(join(folder, 'card.json'), 'utf8'));
    expect(card.lastLayer).toMatchObject({ path: 'last-layer.npy', images: 3, observations: 36 });
    expect(card.lastLayer.residual).toBeGreaterThan(0.01);
    const prior = await loadPrior(folder, { threads: 1 });
    const problem = bind(spec, { imageShape: [3, 8, 8] });
    const measurement = random('y').normals([3, 8, 8]);
    const job = { measurement, problem, prior };
    const known = await restore({ ...job, solver: 'tweedie', samples: 0, epistemic: 1 });
    expect(known.networkEvaluations).toBe(2);
    const { lastLayer } = diffusionPrior(prior);
    expect(known.epistemic!.data).toEqual((await lastLayer!.deviation(measurement, 0.1)).data);
    const options = { steps: 2 };
    const drawn = await restore({ ...job, solver: 'diffpir', samples: 1, epistemic: 2, options });
    expect(drawn.epistemic!.data.every((value) => value > 0 && value < 5)).toBe(true);
    const plain = await restore({ ...job, solver: 'diffpir', samples: 1, options });
    expect(plain.mean.data).toEqual(drawn.mean.data);
    expect(plain.epistemic).toBeUndefined();
    expect(drawn.networkEvaluations).toBe(3 * plain.networkEvaluations);
    await expect(restore({ ...job, solver: 'tv', epistemic: 1 })).rejects.toThrow('solver tv uses none');
    await prior.close();
  });

  it('refuses too few pictures, and says which graph it cannot split', async () => {
    const [one, folder] = [temporaryFolder(), temporaryFolder()];
    writeConvolvedPrior(folder);
    await writePicture(join(one, 'a.png'), floatArray(new Float32Array(3 * 64), [3, 8, 8]));
    await expect(writeLastLayer(folder, one)).rejects.toThrow('holds 1 pictures, expected two or more');
    const tiny = temporaryFolder();
    writeTinyPrior(tiny);
    await expect(writeLastLayer(tiny, await writePictures())).rejects.toThrow(
      'has no convolution before its output',
    );
    const prior = await loadPrior(tiny);
    const measurement = random('y').normals([3, 8, 8]);
    const asked = restore({ measurement, problem: spec, prior, solver: 'tweedie', samples: 0, epistemic: 1 });
    await expect(asked).rejects.toThrow('epistemic needs what is known of the last layer of tiny');
    await prior.close();
  });
});
