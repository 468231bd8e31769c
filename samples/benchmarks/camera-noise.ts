/**
 * What denoising by default gains on pictures of simulated cameras (simulated-camera.ts), nothing told. Pictures and
 * truths are written below OUT, one folder a camera; restored ones lie beside them. Run:
 *
 *     node dist/samples/benchmarks/camera-noise.js FOLDER_OF_PICTURES OUT [count [size]]
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import sharp from 'sharp';
import { loadPrior, psnr, readPicture, readProblem, restoreFolder } from '../../src/index.js';
import { type Camera, cameras, exposed, type Pixels } from './simulated-camera.js';

const [folder, out, count = '100', size = '512'] = process.argv.slice(2);
if (out === undefined) throw new Error('which pictures, and where to? camera-noise.js FOLDER OUT');
const names = readdirSync(folder)
  .filter((name) => /\.(png|jpe?g)$/i.test(name))
  .sort();
const chosen = names.filter((_, i) => i % Math.ceil(names.length / Number(count)) === 0);

async function middleOf(path: string): Promise<Pixels> {
  const { data, info } = await sharp(path)
    .removeAlpha()
    .toColourspace('srgb')
    .resize(Number(size), Number(size), { fit: 'cover', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: Float32Array.from(data, (value) => value / 255), width: info.width, height: info.height };
}

/** Writes a camera's pictures and their truths. */
async function expose(kind: Camera, place: string): Promise<void> {
  for (const part of ['in', 'truth']) mkdirSync(join(place, part), { recursive: true });
  for (const file of chosen) {
    const { name } = parse(file);
    const made = await exposed(await middleOf(join(folder, file)), kind, name);
    writeFileSync(join(place, 'in', `${name}.${made.ending}`), made.file);
    writeFileSync(join(place, 'truth', `${name}.png`), made.truth);
  }
}

const prior = await loadPrior('photo');
const spec = await readProblem('denoise');
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

console.log('| camera | as it is | restored | mean gain | least gain |\n| --- | ---: | ---: | ---: | ---: |');
for (const [title, kind] of Object.entries(cameras)) {
  const place = join(out, title.replaceAll(/\W+/g, '-'));
  await expose(kind, place);
  const [before, after]: [number[], number[]] = [[], []];
  let least = { gain: Number.POSITIVE_INFINITY, name: '' };
  const job = { inputs: [join(place, 'in')], out: join(place, 'out'), truth: join(place, 'truth') };
  const reported: Promise<void>[] = [];
  const report = async (name: string, path: string, restored: number) => {
    const truth = await readPicture(join(place, 'truth', `${name}.png`));
    const own = psnr((await readPicture(path)).image, truth.image);
    before.push(own);
    after.push(restored);
    if (restored - own < least.gain) least = { gain: restored - own, name };
  };
  await restoreFolder({ ...job, spec, prior, samples: 0, force: true }, (event) => {
    if (event.type === 'done')
      reported.push(report(event.name, event.line.path ?? '', event.line.psnr ?? Number.NaN));
    if (event.type === 'failed') throw event.error;
  });
  await Promise.all(reported);
  const gain = (mean(after) - mean(before)).toFixed(2);
  const worst = `${least.gain.toFixed(2)} (${least.name})`;
  console.log(`| ${title} | ${mean(before).toFixed(2)} | ${mean(after).toFixed(2)} | ${gain} | ${worst} |`);
}
await prior.close();
