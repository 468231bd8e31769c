/**
 * Compressed sensing: a picture from a quarter as many numbers as it has pixels, as a single-pixel camera and as random
 * rows of a cosine transform measure it. Writes samples/output/compressed.png. Run: node dist/samples/compressed.js
 */
import { mkdir, writeFile } from 'node:fs/promises';
import {
  bind,
  contactSheet,
  contiguous,
  floatArray,
  isLinear,
  loadPrior,
  measure,
  problem,
  psnr,
  readPicture,
  restore,
} from '../src/index.js';
import { cutPictures, enlarge } from './pictures.js';

const SIDE = 64;
const TASKS = {
  'single-pixel camera': 'single-pixel:fraction=0.25',
  'random cosines': 'hadamard:fraction=0.25,transform=dct,seed=1',
};

const { arabia } = await cutPictures();
const picture = await readPicture(arabia);
const image = contiguous(picture.image.lo(0, 90, 90).hi(3, SIDE, SIDE));
const prior = await loadPrior('photo-small');
const rows = [];
for (const [label, operators] of Object.entries(TASKS)) {
  const task = bind(problem(operators, 'gaussian:sigma=2/255'), { imageShape: image.shape });
  const measurement = await measure(task, image);
  // Rows of an orthogonal matrix: the adjoint, divided by their scale, gives the least squares of least norm.
  if (!isLinear(task.operator) || !task.operator.rowScale) throw new Error(`${label} has other rows`);
  const { adjoint, rowScale } = task.operator;
  const back = await adjoint(measurement);
  const leastSquares = floatArray(
    back.data.map((value) => value / rowScale),
    back.shape,
  );
  const options = { steps: 60, lambda: 4, zeta: 1, sigmaMax: 1, spacing: 'geometric' };
  const posterior = await restore({ measurement, problem: task, prior, samples: 1, options });
  const [before, after] = [psnr(leastSquares, image), psnr(posterior.mean, image)];
  const scores = [before.toFixed(2), after.toFixed(2)];
  console.log(`${label}, ${measurement.shape.join('×')} numbers: ${scores.join(' → ')} dB`);
  if (after < before + 1) process.exitCode = 1;
  rows.push([
    { image: enlarge(leastSquares, 4), label: `${label}: ${scores[0]} dB` },
    { image: enlarge(posterior.mean, 4), label: `restored, ${scores[1]} dB` },
    { image: enlarge(image, 4), label: 'truth (NASA Blue Marble)' },
  ]);
}
await prior.close();
await mkdir('samples/output', { recursive: true });
await writeFile('samples/output/compressed.png', await contactSheet(rows));
