/**
 * Blurs of scenes that go on beyond the picture: what each assumption about the border costs, in dB within the
 * picture. Run: `node dist/samples/benchmarks/borders.js PRIOR FOLDER [photographs [extent]]`. A scene is the middle
 * of a photograph, larger than the picture by the kernel; of all photographs in name order the last ones are taken.
 * One sample of the recommended solver.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bind,
  contiguous,
  type FloatArray,
  floatArray,
  loadPrior,
  measure,
  problem,
  psnr,
  readPicture,
  restore,
} from '../../src/index.js';

const [place, folder, count = '4', extent = '128'] = process.argv.slice(2);
if (folder === undefined)
  throw new Error('which prior, and pictures of which folder? borders.js PRIOR FOLDER');
const names = (await readdir(folder)).filter((name) => /\.(png|jpe?g|tiff?)$/i.test(name)).sort();
const line = floatArray(new Float32Array(15 * 15), [15, 15]);
line.data.fill(1 / 15, 7 * 15, 8 * 15);
const blurs = [
  { text: 'blur:kernel=line.npy', size: 15, files: { '0.kernel': line } },
  { text: 'defocus-blur:radius=5.2', size: 11 },
  { text: 'gaussian-blur:sigma=1.6', size: 11 },
  { text: 'gaussian-blur:sigma=3', size: 19 },
];
const borders = ['reflect', 'valid', 'unknown'];

const middle = (x: FloatArray, height: number, width: number) => {
  const [top, left] = [Math.floor((x.shape[1] - height) / 2), Math.floor((x.shape[2] - width) / 2)];
  return contiguous(x.lo(0, top, left).hi(x.shape[0], height, width) as FloatArray);
};

const prior = await loadPrior(place);
for (const { text, size, files } of blurs) {
  const sums = new Map<string, number>();
  for (const name of names.slice(-Number(count))) {
    const side = Number(extent) + size - 1;
    const scene = middle((await readPicture(join(folder, name))).image, side, side);
    const bound = (border: string, shape: Parameters<typeof bind>[1]) =>
      bind(problem(`${text},border=${border}`, 'gaussian:sigma=2/255'), shape, { files });
    const measurement = await measure(bound('valid', { imageShape: scene.shape }), scene);
    const [, height, width] = measurement.shape;
    const truth = middle(scene, height, width);
    const add = (row: string, x: FloatArray) => sums.set(row, (sums.get(row) ?? 0) + psnr(x, truth));
    add('measured', measurement);
    for (const border of borders) {
      const posterior = await restore({
        measurement,
        problem: bound(border, { measurementShape: measurement.shape }),
        prior,
        samples: 1,
      });
      add(border, middle(posterior.mean, height, width));
    }
  }
  const row = [...sums].map(([border, sum]) => `${border} ${(sum / Number(count)).toFixed(2)}`);
  console.log(`${text}: ${row.join(', ')} dB, mean of ${count} pictures`);
}
await prior.close();
