/**
 * Spectra: a satellite's colours at a quarter of the resolution and its panchromatic picture become one sharp
 * picture, and spectra of 20 bands the shares of three materials. No network. Writes samples/output/spectra.png. Run:
 * node dist/samples/spectra.js
 */
import { mkdir, writeFile } from 'node:fs/promises';
import {
  bind,
  contactSheet,
  contiguous,
  type FloatArray,
  floatArray,
  measure,
  problem,
  psnr,
  readPicture,
  restore,
} from '../src/index.js';
import { cutPictures, enlarge } from './pictures.js';

const [SIDE, BANDS] = [64, 20];
const TASKS: readonly { label: string; operators: string; files?: Record<string, FloatArray> }[] = [
  { label: 'pansharpening', operators: 'pansharpen:factor=4,weights=0.3:0.4:0.3' },
  {
    label: 'unmixing',
    operators: 'unmixing:endmembers=spectra.npy',
    files: { '0.endmembers': overlappingSpectra() },
  },
];

const { rockies } = await cutPictures();
const picture = await readPicture(rockies);
// Three channels in [0, 1]: colours, and what may as well be shares of three materials.
const image = contiguous(picture.image.lo(0, 60, 60).hi(3, SIDE, SIDE));
const rows = [];
for (const { label, operators, files } of TASKS) {
  const task = bind(problem(operators, 'gaussian:sigma=2/255'), { imageShape: image.shape }, { files });
  const measurement = await measure(task, image);
  const { mean, seconds } = await restore({ measurement, problem: task, solver: 'tv' });
  const score = psnr(mean, image);
  console.log(
    `${label}, ${measurement.shape.join('×')} numbers: ${score.toFixed(2)} dB, ${seconds.toFixed(1)} s`,
  );
  if (score < 30) process.exitCode = 1;
  rows.push([
    { image: enlarge(mean, 4), label: `${label}: ${score.toFixed(2)} dB` },
    { image: enlarge(image, 4), label: 'truth (NASA Blue Marble)' },
  ]);
}
await mkdir('samples/output', { recursive: true });
await writeFile('samples/output/spectra.png', await contactSheet(rows));

/** [bands, 3]: broad peaks at different wavelengths. */
function overlappingSpectra(): FloatArray {
  const values = Float32Array.from({ length: 3 * BANDS }, (_, i) => {
    const [band, material] = [Math.floor(i / 3), i % 3];
    return Math.exp(-(((band - 5 - 4.5 * material) / 5) ** 2));
  });
  return floatArray(values, [BANDS, 3]);
}
