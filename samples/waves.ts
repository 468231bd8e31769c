/**
 * Waves: the sky as 8 radio telescopes see it while the Earth turns, and an object from the waves that it scatters. Both
 * hold few spatial frequencies; a Wiener filter, which needs no network, makes an image of them. Writes
 * samples/output/waves.png. Run: node dist/samples/waves.js
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { bind, contactSheet, floatArray, measure, problem, psnr, restore } from '../src/index.js';
import { enlarge } from './pictures.js';

const SIDE = 64;
const TASKS = [
  { label: 'radio interferometry', operators: 'interferometry:stations=8,times=12,longest=12' },
  { label: 'scattering', operators: 'scattering:wavelength=0.2' },
];

/** A ring whose lower side is brighter, as of a black hole. */
const ring = Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
  const [down, across] = [Math.floor(i / SIDE) - SIDE / 2, (i % SIDE) - SIDE / 2];
  const radius = Math.hypot(down, across);
  return Math.exp(-(((radius - 14) / 3.5) ** 2)) * (0.6 + (0.4 * down) / Math.max(radius, 1));
});
const image = floatArray(ring, [1, SIDE, SIDE]);
const rows = [];
for (const { label, operators } of TASKS) {
  const task = bind(problem(operators, 'gaussian:sigma=0.0005'), { imageShape: image.shape });
  const measurement = await measure(task, image);
  const { mean, seconds } = await restore({
    measurement,
    problem: task,
    solver: 'wiener',
    options: { iterations: 50 },
  });
  const score = psnr(mean, image);
  console.log(
    `${label}, ${measurement.shape.join('×')} numbers: ${score.toFixed(2)} dB, ${seconds.toFixed(1)} s`,
  );
  if (score < 25) process.exitCode = 1;
  rows.push([
    { image: enlarge(mean, 4), label: `${label}: ${score.toFixed(2)} dB` },
    { image: enlarge(image, 4), label: 'truth' },
  ]);
}
await mkdir('samples/output', { recursive: true });
await writeFile('samples/output/waves.png', await contactSheet(rows));
