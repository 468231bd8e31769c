/**
 * Solvers of masked priors on photographs, beside what tokens can show at best. Run:
 * `node dist/samples/benchmarks/tokens.js FOLDER NAME[,NAME…] SOLVER [samples [extent [OPTIONS]]]`, the photographs by
 * how their file names begin, options as JSON. `diffpir` takes the prior `photo`, others `photo-masked`. Of each
 * photograph the middle; PSNR of the mean, in dB.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bind,
  contiguous,
  type FloatArray,
  keyedRandom,
  loadPrior,
  problem,
  psnr,
  readPicture,
  restore,
} from '../../src/index.js';

const [folder, names, solver, samples = '1', extent = '64', set = '{}'] = process.argv.slice(2);
if (solver === undefined) {
  throw new Error('which solver on which pictures of which folder? tokens.js FOLDER NAME[,NAME…] SOLVER');
}
const side = Number(extent);
const [hole, quarter] = [(3 * side) / 8, side / 4];
const tasks = [
  problem('denoise', 'gaussian:sigma=25/255'),
  problem('downsample:factor=4', 'gaussian:sigma=2/255'),
  problem(`inpaint:box=${hole}:${hole}:${quarter}:${quarter}`, 'gaussian:sigma=5/255'),
];

const middle = (x: FloatArray) => {
  const [top, left] = [Math.floor((x.shape[1] - side) / 2), Math.floor((x.shape[2] - side) / 2)];
  return contiguous(x.lo(0, top, left).hi(x.shape[0], side, side) as FloatArray);
};

const tokens = await loadPrior('photo-masked', { threads: 1 });
const prior = solver === 'diffpir' ? await loadPrior('photo', { threads: 1 }) : tokens;
if (tokens.kind !== 'masked') throw new Error('expected a masked prior');
const files = await readdir(folder);
for (const name of names.split(',')) {
  const file = files.find((one) => one.startsWith(name));
  if (file === undefined) throw new Error(`no picture in ${folder} begins with ${name}`);
  const truth = middle((await readPicture(join(folder, file))).image);
  const copy = await tokens.decodeTokens(await tokens.tokens(truth));
  console.log(`${name}: the photograph's own tokens ${psnr(middle(copy), truth).toFixed(2)}`);
  for (const spec of tasks) {
    const bound = bind(spec, { imageShape: truth.shape });
    const clean = await bound.operator.apply(truth);
    const measurement = bound.noise.sample(clean, keyedRandom(7, name, 0)('noise'));
    const job = { measurement, problem: bound, prior, solver, samples: Number(samples) };
    const found = await restore({ ...job, options: JSON.parse(set) });
    const misfit = found.misfit.reduce((sum, value) => sum + value / found.misfit.length, 0);
    const told = found.diagnostics ? ` ${JSON.stringify(found.diagnostics)}` : '';
    console.log(
      `${name} ${bound.name}: ${psnr(found.mean, truth).toFixed(2)}, misfit ${misfit.toFixed(2)}, ` +
        `${found.networkEvaluations} runs and ${found.vjps} gradients in ${found.seconds.toFixed(0)} s${told}`,
    );
  }
}
await Promise.all([tokens.close(), prior.close()]);
