/**
 * A solver of one's own: ILVR (samples/solvers/ilvr.js), made only of `retrodict/solver`, doubles the size of a
 * picture. Writes samples/output/own-solver.png. Run: node dist/samples/own-solver.js
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { bind, contactSheet, loadPrior, measure, problem, psnr, readPicture, restore } from 'retrodict';
import { cutPictures, enlarge } from './pictures.js';
import { solver } from './solvers/ilvr.js';

const { arabia } = await cutPictures();
const { image } = await readPicture(arabia);
const downsample = problem('downsample:factor=2,filter=area', 'gaussian:sigma=1/255');
const measurement = await measure(bind(downsample, { imageShape: image.shape }), image);

const prior = await loadPrior('photo-small', { threads: 1 });
const { mean } = await restore({ measurement, problem: downsample, prior, solver, samples: 2 });
await prior.close();

const enlarged = enlarge(measurement, 2);
const [before, after] = [psnr(enlarged, image), psnr(mean, image)];
await mkdir('samples/output', { recursive: true });
await writeFile(
  'samples/output/own-solver.png',
  await contactSheet([
    [
      { label: `enlarged, ${before.toFixed(1)} dB`, image: enlarged },
      { label: `ILVR, ${after.toFixed(1)} dB`, image: mean },
      { label: 'the picture', image },
    ],
  ]),
);
console.log(`enlarged ${before.toFixed(2)} dB, ILVR ${after.toFixed(2)} dB`);
if (after < before + 0.5) process.exitCode = 1;
