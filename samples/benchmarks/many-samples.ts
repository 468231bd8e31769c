/**
 * A hundred posterior samples of one 256² photograph, by `vble` and by `dps`, in seconds: a sample of `vble` costs one
 * run of the decoder once its law is found, one of `dps` all steps anew. Run:
 * `node dist/samples/benchmarks/many-samples.js PHOTOGRAPH [samples of dps [steps of dps]]`; its others are
 * extrapolated.
 */
import {
  bind,
  contiguous,
  type FloatArray,
  keyedRandom,
  loadPrior,
  type Prior,
  problem,
  psnr,
  readPicture,
  restore,
} from '../../src/index.js';

const SAMPLES = 100;
const SIDE = 256;

const [path, few = '2', steps] = process.argv.slice(2);
if (path === undefined) throw new Error('which photograph? many-samples.js PHOTOGRAPH');
const { image } = await readPicture(path);
const [top, left] = image.shape.slice(1).map((extent) => Math.floor((extent - SIDE) / 2));
const truth = contiguous(image.lo(0, top, left).hi(3, SIDE, SIDE) as FloatArray);
const bound = bind(problem('gaussian-blur:sigma=1.6,border=reflect', 'gaussian:sigma=2/255'), {
  imageShape: truth.shape,
});
const clean = await bound.operator.apply(truth);
const measurement = bound.noise.sample(clean, keyedRandom(0, 'many samples', 0)('noise'));

async function seconds(name: string, solver: string, samples: number, options = {}): Promise<number> {
  const prior: Prior = await loadPrior(name, { threads: 1 });
  const found = await restore({ measurement, problem: bound, prior, solver, samples, options });
  await prior.close();
  const misfit = found.misfit.reduce((sum, value) => sum + value / samples, 0);
  console.log(
    `${solver}, ${name}: ${samples} samples in ${found.seconds.toFixed(1)} s, ${found.networkEvaluations} runs and ` +
      `${found.vjps} gradients, mean ${psnr(found.mean, truth).toFixed(2)} dB, misfit ${misfit.toFixed(2)}`,
  );
  return found.seconds;
}

const some = Number(few);
const vble = await seconds('photo-compressive', 'vble', SAMPLES);
for (const prior of ['photo', 'photo-small']) {
  const dps = await seconds(prior, 'dps', some, steps && { steps: Number(steps) });
  const all = (dps * SAMPLES) / some;
  console.log(
    `${SAMPLES} of dps take ${all.toFixed(0)} s at this pace, ${(all / vble).toFixed(1)} times vble's`,
  );
}
