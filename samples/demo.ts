/**
 * The demo: three NASA pictures are degraded (blurred, halved, full of holes) and restored with the photo prior.
 * Writes samples/output/demo/, a sheet of all of it among the files. Run: npm run demo
 */
import { mkdir, writeFile } from 'node:fs/promises';
import {
  bind,
  contactSheet,
  loadPrior,
  measure,
  problem,
  psnr,
  readPicture,
  restore,
  sdPicture,
  writePicture,
} from '../src/index.js';
import { cutPictures, type PictureName } from './pictures.js';

const OUT = 'samples/output/demo';
const SAMPLES = 4;
const TASKS: readonly { picture: PictureName; label: string; operators: string; noise: string }[] = [
  {
    picture: 'arabia',
    label: 'deblurring',
    // The scene ends with the picture, in a mirror: of real pictures it goes on (`border=unknown`, the default).
    operators: 'gaussian-blur:sigma=1.6,border=reflect',
    noise: 'gaussian:sigma=2/255',
  },
  {
    picture: 'rockies',
    label: 'twice the size',
    operators: 'downsample:factor=2',
    noise: 'gaussian:sigma=1/255',
  },
  {
    picture: 'europe',
    label: 'seven pixels of ten missing',
    operators: 'inpaint:fraction=0.7,seed=1',
    noise: 'gaussian:sigma=2/255',
  },
];

const pictures = await cutPictures();
const prior = await loadPrior('photo');
await mkdir(OUT, { recursive: true });
const rows = [];
for (const { picture, label, operators, noise } of TASKS) {
  const { image } = await readPicture(pictures[picture]);
  const degraded = bind(problem(operators, noise), { imageShape: image.shape });
  const measurement = await measure(degraded, image);
  process.stdout.write(`${picture}, ${label}: `);
  const posterior = await restore({
    measurement,
    problem: degraded,
    prior,
    samples: SAMPLES,
    onProgress({ sample, step }) {
      // What comes besides the samples is the estimate.
      const drawn = sample < SAMPLES ? `sample ${sample + 1}` : 'the estimate';
      if (step === 0) process.stdout.write(`${drawn} … `);
    },
  });
  const sd = sdPicture(posterior.sd!);
  await writePicture(`${OUT}/${picture}.degraded.png`, measurement);
  await writePicture(`${OUT}/${picture}.restored.png`, posterior.mean);
  await writePicture(`${OUT}/${picture}.sd.png`, sd.image);
  const score = psnr(posterior.mean, image).toFixed(2);
  console.log(`${score} dB with ${posterior.solver}, ${posterior.seconds.toFixed(0)} s`);
  rows.push([
    { image: measurement, label: `${label}: measured` },
    { image: posterior.mean, label: `restored, ${score} dB` },
    { image: sd.image, label: `standard deviation, white ${sd.white.toFixed(3)}` },
    { image, label: 'truth (NASA Blue Marble)' },
  ]);
}
await prior.close();
await writeFile(`${OUT}/sheet.png`, await contactSheet(rows));
console.log(`Look at ${OUT}/sheet.png`);
