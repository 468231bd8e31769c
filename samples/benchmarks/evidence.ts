/**
 * How far off in log p(y) the weights of ensembles are, where it is known: denoising (σ = 25/255) of images of a few
 * pixels under a Gaussian prior. Prints nats off, mean of the runs and their spread, and how often the truth lay
 * within three stated errors:
 *
 *   npm run -s build && node dist/samples/benchmarks/evidence.js SIDE STEPS PARTICLES RUNS [SOLVER …]
 */
import {
  bind,
  floatArray,
  GaussianMixture,
  keyedRandom,
  mixturePrior,
  problem,
  restore,
  solvers,
} from '../../src/index.js';

const [side, steps, particles, runs] = process.argv.slice(2, 6).map(Number);
if (!(runs > 1)) throw new Error('expected SIDE STEPS PARTICLES RUNS, with two runs or more');
const asked = process.argv.slice(6);

const SIGMA = 25 / 255;
const n = side * side;
const at = (i: number) => [Math.floor(i / side), i % side];
/** 0.2 of standard deviation, alike over 8 pixels, as in the benchmark of presets. */
const covariance = Float64Array.from({ length: n * n }, (_, k) => {
  const [[row, column], [other, beside]] = [at(Math.floor(k / n)), at(k % n)];
  return 0.04 * Math.exp(-Math.hypot(row - other, column - beside) / 8);
});
const mixture = new GaussianMixture([{ weight: 1, mean: new Array(n).fill(0.3), covariance }]);
const prior = mixturePrior(mixture, [1, side, side]);
const bound = bind(problem('denoise', `gaussian:sigma=${SIGMA}`), { imageShape: [1, side, side] });
const pixels = Array.from({ length: n }, (_, i) =>
  Float64Array.from({ length: n }, (_, j) => Number(i === j)),
);

for (const solver of asked.length > 0 ? asked : ['tds', 'mcgdiff', 'afdps']) {
  const off: number[] = [];
  let within = 0;
  for (let run = 0; run < runs; run++) {
    const random = keyedRandom(run, 'evidence', 0);
    const truth = floatArray(Float32Array.from(mixture.sample(random('truth'))), [1, side, side]);
    const measurement = bound.noise.sample(truth, random('noise'));
    const { logEvidence } = mixture.observe(pixels, measurement.data, SIGMA);
    const options = { steps };
    const task = { measurement, problem: bound, prior, solver: solvers[solver] };
    const found = await restore({ ...task, options, samples: particles, seed: run });
    off.push((found.logEvidence ?? Number.NaN) - logEvidence);
    if (Math.abs(off[run]) < 3 * (found.logEvidenceError ?? 0)) within++;
  }
  const mean = off.reduce((sum, value) => sum + value, 0) / runs;
  const spread = Math.sqrt(off.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (runs - 1));
  const share = Math.round((100 * within) / runs);
  console.log(`${solver}: ${mean.toFixed(1)} (${spread.toFixed(1)}), ${share} % within three errors`);
}
