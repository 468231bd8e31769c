/**
 * How well a prior denoises whole pictures in one step, without a solver: mean PSNR in dB of the clipped estimate, at
 * σ = 15, 25 and 50 of 255. Run: `node dist/samples/benchmarks/denoise.js PRIOR FOLDER`. Noise depends on the file's
 * name and the level alone.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type FloatArray, floatArray, keyedRandom, loadPrior, psnr, readPicture } from '../../src/index.js';

const [place, folder] = process.argv.slice(2);
if (folder === undefined)
  throw new Error('which prior, and pictures of which folder? denoise.js PRIOR FOLDER');
const names = (await readdir(folder)).filter((name) => /\.(png|jpe?g|tiff?)$/i.test(name)).sort();
if (names.length === 0) throw new Error(`${folder} holds no pictures (.png, .jpg, .tiff)`);

const prior = await loadPrior(place);
if (prior.kind !== 'diffusion') throw new Error(`${prior.name} is of kind ${prior.kind}, not diffusion`);
const clipped = ({ data, shape }: FloatArray) =>
  floatArray(
    data.map((value) => Math.min(1, Math.max(0, value))),
    shape,
  );
for (const level of [15, 25, 50]) {
  let sum = 0;
  for (const name of names) {
    const { image } = await readPicture(join(folder, name));
    const noise = keyedRandom(0, name, 0)('noise', level).normals(image.shape);
    const noisy = floatArray(
      image.data.map((value, i) => value + (level / 255) * noise.data[i]),
      image.shape,
    );
    sum += psnr(clipped(await prior.denoise(noisy, level / 255)), image);
  }
  console.log(`σ = ${level}/255: ${(sum / names.length).toFixed(2)} dB, mean of ${names.length} pictures`);
}
await prior.close();
