/**
 * Medical imaging: a phantom of a head in a magnetic resonance scanner of four coils that takes every third line, and
 * in a tomograph that takes 40 directions. Both are restored by total variation, without a network. Writes
 * samples/output/medical.png. Run: node dist/samples/medical.js
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { bind, contactSheet, measure, problem, psnr, restore } from '../src/index.js';
import { phantom } from './phantom.js';
import { enlarge } from './pictures.js';

const TASKS = [
  {
    label: 'MRI',
    operators: 'mri:coils=4,acceleration=3,seed=1',
    noise: 'gaussian:sigma=0.02',
  },
  { label: 'tomography', operators: 'ct:angles=40', noise: 'gaussian:sigma=0.004' },
];

const image = phantom(48);
const rows = [];
for (const { label, operators, noise } of TASKS) {
  const task = bind(problem(operators, noise), { imageShape: image.shape });
  const measurement = await measure(task, image);
  const smooth = await restore({ measurement, problem: task, solver: 'wiener', options: { weight: 5 } });
  const sharp = await restore({ measurement, problem: task, solver: 'tv', options: { iterations: 30 } });
  const scores = [smooth, sharp].map(({ mean }) => psnr(mean, image).toFixed(2));
  console.log(
    `${label}: Wiener ${scores[0]} dB, total variation ${scores[1]} dB, ${sharp.seconds.toFixed(1)} s`,
  );
  if (Number(scores[1]) < 25) process.exitCode = 1;
  rows.push([
    { image: enlarge(smooth.mean, 5), label: `${label}, Wiener: ${scores[0]} dB` },
    { image: enlarge(sharp.mean, 5), label: `total variation, ${scores[1]} dB` },
    { image: enlarge(image, 5), label: 'truth (Shepp and Logan)' },
  ]);
}
await mkdir('samples/output', { recursive: true });
await writeFile('samples/output/medical.png', await contactSheet(rows));
