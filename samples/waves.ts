/**
 * Waves: the sky as 8 radio telescopes see it while the Earth turns, and an object from the waves that it scatters.
 * Both hold few spatial frequencies; a Wiener filter, which needs no network, makes an image of them. Then a detector
 * that sees no phase, behind four masks one after the other: a nonlinear problem, for a prior and draws from the
 * posterior. Writes samples/output/waves.png. Run: node dist/samples/waves.js
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { bind, contactSheet, floatArray, loadPrior, measure, problem, psnr, restore } from '../src/index.js';
import { enlarge } from './pictures.js';

const SIDE = 64;
const WIENER = { solver: 'wiener', options: { iterations: 50 } };
const TASKS = [
  {
    label: 'radio interferometry',
    operators: 'interferometry:stations=8,times=12,longest=12',
    noise: 'gaussian:sigma=0.0005',
    ...WIENER,
  },
  {
    label: 'scattering',
    operators: 'scattering:wavelength=0.2',
    noise: 'gaussian:sigma=0.0005',
    ...WIENER,
  },
  {
    label: 'phase retrieval',
    operators: 'coded-diffraction:masks=4',
    noise: 'gaussian:sigma=0.02',
    solver: 'pnp-dm',
    options: { rounds: 12, steps: 3, rhoMax: 0.5, chainSteps: 50 },
  },
];

/** A ring whose lower side is brighter, as of a black hole. */
const ring = Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
  const [down, across] = [Math.floor(i / SIDE) - SIDE / 2, (i % SIDE) - SIDE / 2];
  const radius = Math.hypot(down, across);
  return Math.exp(-(((radius - 14) / 3.5) ** 2)) * (0.6 + (0.4 * down) / Math.max(radius, 1));
});
const image = floatArray(ring, [1, SIDE, SIDE]);
const prior = await loadPrior('photo-small');
const rows = [];
for (const { label, operators, noise, solver, options } of TASKS) {
  const spec = problem(operators, noise);
  const known = bind(spec, { imageShape: image.shape });
  const measurement = await measure(known, image);
  // For the prior, which knows colour images, the measurement is of the luminance of one.
  const task =
    solver === 'wiener'
      ? known
      : bind(spec, { measurementShape: measurement.shape }, { channels: prior.channels });
  const { mean, seconds } = await restore({ measurement, problem: task, prior, solver, samples: 1, options });
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
await prior.close();
await mkdir('samples/output', { recursive: true });
await writeFile('samples/output/waves.png', await contactSheet(rows));
