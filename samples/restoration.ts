/**
 * Restoration: a lens out of focus, a sensor behind Bayer's filters, an exposure too long. Each is simulated on a
 * piece of a picture and restored. Writes samples/output/restoration.png. Run: node dist/samples/restoration.js
 */
import { mkdir, writeFile } from 'node:fs/promises';
import {
  bind,
  contactSheet,
  contiguous,
  loadPrior,
  measure,
  problem,
  psnr,
  readPicture,
  restore,
} from '../src/index.js';
import { cutPictures, enlarge } from './pictures.js';

const SIDE = 64;
const DIFFPIR = { steps: 20, lambda: 4, zeta: 1, sigmaMax: 0.3, spacing: 'geometric' };
const TASKS = [
  { label: 'out of focus', operators: 'defocus-blur:radius=2.5,border=reflect', options: DIFFPIR },
  { label: 'one colour a pixel', operators: 'demosaic', options: DIFFPIR },
  { label: 'overexposed', operators: 'clip:gain=2', options: { steps: 50, sigmaMax: 0.3 } },
];

const { rockies } = await cutPictures();
const picture = await readPicture(rockies);
const image = contiguous(picture.image.lo(0, 60, 60).hi(3, SIDE, SIDE));
const prior = await loadPrior('photo-small');
const rows = [];
for (const { label, operators, options } of TASKS) {
  const task = bind(problem(operators, 'gaussian:sigma=2/255'), { imageShape: image.shape });
  const measurement = await measure(task, image);
  const posterior = await restore({ measurement, problem: task, prior, samples: 1, options });
  const score = psnr(posterior.mean, image);
  console.log(`${label}: ${score.toFixed(2)} dB with ${posterior.solver}, ${posterior.seconds.toFixed(1)} s`);
  if (score < 28) process.exitCode = 1;
  rows.push([
    { image: enlarge(measurement, 4), label: `${label}: measured` },
    { image: enlarge(posterior.mean, 4), label: `restored, ${score.toFixed(2)} dB` },
    { image: enlarge(image, 4), label: 'truth (NASA Blue Marble)' },
  ]);
}
await prior.close();
await mkdir('samples/output', { recursive: true });
await writeFile('samples/output/restoration.png', await contactSheet(rows));
