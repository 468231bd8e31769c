/**
 * Solvers of masked priors on photographs, beside what tokens can show at best and `diffpir`. Run:
 * `node dist/samples/benchmarks/tokens.js FOLDER NAME[,NAME…] [extent]`. Of each photograph the middle; PSNR of the
 * mean of as many samples as stand below, in dB.
 */
import { join } from 'node:path';
import {
  bind,
  contiguous,
  type FloatArray,
  loadPrior,
  measure,
  problem,
  psnr,
  readPicture,
  restore,
} from '../../src/index.js';

const [folder, names, extent = '64'] = process.argv.slice(2);
if (names === undefined) throw new Error('which pictures of which folder? tokens.js FOLDER NAME[,NAME…]');
const side = Number(extent);
const [hole, quarter] = [Math.round((3 * side) / 8), Math.round(side / 4)];
const tasks = [
  problem('denoise', 'gaussian:sigma=25/255'),
  problem('downsample:factor=4', 'gaussian:sigma=2/255'),
  problem(`inpaint:box=${hole}:${hole}:${quarter}:${quarter}`, 'gaussian:sigma=5/255'),
];
const rows = { aps: 1, g2d2: 1, sgdd: 4, 'mask-metropolis': 4, diffpir: 4 } as const;

const middle = (x: FloatArray) => {
  const [top, left] = [Math.floor((x.shape[1] - side) / 2), Math.floor((x.shape[2] - side) / 2)];
  return contiguous(x.lo(0, top, left).hi(x.shape[0], side, side) as FloatArray);
};

const [tokens, pixels] = [await loadPrior('photo-masked'), await loadPrior('photo')];
if (tokens.kind !== 'masked') throw new Error('expected a masked prior');
for (const name of names.split(',')) {
  const truth = middle((await readPicture(join(folder, name))).image);
  const copy = await tokens.decodeTokens(await tokens.tokens(truth));
  console.log(`${name}: tokens of the photograph itself ${psnr(middle(copy), truth).toFixed(2)}`);
  for (const spec of tasks) {
    const bound = bind(spec, { imageShape: truth.shape });
    const measurement = await measure(bound, truth);
    for (const [solver, samples] of Object.entries(rows)) {
      const prior = solver === 'diffpir' ? pixels : tokens;
      const found = await restore({ measurement, problem: bound, prior, solver, samples });
      const misfit = found.misfit.reduce((sum, value) => sum + value / found.misfit.length, 0);
      const figures = `${psnr(found.mean, truth).toFixed(2)}, misfit ${misfit.toFixed(2)}, ${found.seconds.toFixed(0)} s`;
      console.log(`${name} ${bound.name} ${solver}: ${figures}`);
    }
  }
}
await Promise.all([tokens.close(), pixels.close()]);
