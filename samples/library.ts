/**
 * retrodict as a library: blurs a picture and restores it. Outside this checkout the import is from 'retrodict'.
 * Run: node dist/samples/library.js
 */
import { bind, loadPrior, measure, problem, psnr, readPicture, restore, writePicture } from '../src/index.js';
import { cutPictures } from './pictures.js';

const { arabia } = await cutPictures();
const { image } = await readPicture(arabia);
const blur = problem('gaussian-blur:sigma=1.6,border=reflect', 'gaussian:sigma=2/255');
const measurement = await measure(bind(blur, { imageShape: image.shape }), image);

const prior = await loadPrior('photo-small', { threads: 1 });
const posterior = await restore({ measurement, problem: blur, prior, samples: 2, options: { steps: 8 } });
await writePicture('samples/output/library.png', posterior.mean);
await prior.close();

console.log(
  `measured ${psnr(measurement, image).toFixed(2)} dB, restored ${psnr(posterior.mean, image).toFixed(2)} dB`,
);
if (psnr(posterior.mean, image) < psnr(measurement, image) + 1) process.exitCode = 1;
