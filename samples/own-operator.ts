/**
 * An operator of one's own, three times the same: as a JavaScript module, as an ONNX graph and as a function for
 * TensorFlow.js (which is left out where @tensorflow/tfjs is not installed). Each is checked against what it says of
 * itself, gives the same measurement, and restores a picture. Writes samples/output/own-operator.png. Run: node
 * dist/samples/own-operator.js
 */
import { mkdir, writeFile } from 'node:fs/promises';
import {
  bind,
  checkOperator,
  contactSheet,
  contiguous,
  loadPrior,
  measure,
  psnr,
  readPicture,
  readProblem,
  readSpecFiles,
  restore,
  UsageError,
} from '../src/index.js';
import { cutPictures, enlarge } from './pictures.js';

const SIDE = 48;
const shapes = `image=3x${SIDE}x${SIDE},output=3x${SIDE}x${SIDE - 4}`;
/** The graph is torch.nn.functional.avg_pool2d(image, (1, 5), 1), exported with free height and width. */
const TASKS = [
  { label: 'module', operators: 'module:file=samples/operators/streak.js' },
  { label: 'ONNX graph', operators: `onnx:file=samples/operators/streak.onnx,linear,${shapes}` },
  { label: 'TensorFlow.js', operators: 'tensorflow:file=samples/operators/streak-tensorflow.js' },
];

const { europe } = await cutPictures();
const picture = await readPicture(europe);
const image = contiguous(picture.image.lo(0, 100, 100).hi(3, SIDE, SIDE));
const prior = await loadPrior('photo-small');
const options = { steps: 15, lambda: 4, zeta: 1, sigmaMax: 0.3, spacing: 'geometric' };
const rows = [];
for (const { label, operators } of TASKS) {
  const spec = await readProblem(operators, 'gaussian:sigma=2/255');
  const files = await readSpecFiles(spec).catch((error) => {
    if (!(error instanceof UsageError)) throw error;
    console.log(`${label}: left out, for ${error.message}`);
  });
  if (!files) continue;
  const task = bind(spec, { imageShape: image.shape }, files);
  const failed = (await checkOperator(task.operator)).filter(({ ok }) => !ok);
  for (const { check, value } of failed) console.log(`${label}: ${check} fails, ${value}`);
  const measurement = await measure(task, image);
  const { mean } = await restore({
    measurement,
    problem: task,
    prior,
    solver: 'diffpir',
    samples: 1,
    options,
  });
  await files.close();
  const score = psnr(mean, image);
  console.log(`${label}: ${failed.length} checks fail; restored to ${score.toFixed(2)} dB`);
  if (failed.length > 0 || score < 28) process.exitCode = 1;
  rows.push([
    { image: enlarge(measurement, 5), label: `${label}: measured` },
    { image: enlarge(mean, 5), label: `restored, ${score.toFixed(2)} dB` },
    { image: enlarge(image, 5), label: 'truth (NASA Blue Marble)' },
  ]);
}
await prior.close();
await mkdir('samples/output', { recursive: true });
await writeFile('samples/output/own-operator.png', await contactSheet(rows));
