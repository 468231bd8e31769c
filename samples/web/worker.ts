/** The work, apart from the page: one task, then the end. */
import {
  contiguous,
  type FloatArray,
  floatArray,
  loadPrior,
  pictureBlob,
  problem,
  readImage,
  restore,
  sdPicture,
} from '../../src/browser.js';
import type { Message, Result, Task } from './messages.js';

const tell = (message: Message) => postMessage(message);

addEventListener('message', ({ data }: MessageEvent<Task>) => {
  restored(data).then(
    (result) => tell({ kind: 'done', result }),
    (error: Error) => tell({ kind: 'failed', message: error.message }),
  );
});

async function restored(task: Task): Promise<Result> {
  const measurement = middle(await readImage(task.file), task.part);
  tell({ kind: 'doing', what: 'The network is loaded …' });
  const prior = await loadPrior(task.prior, { wasm: task.wasm });
  tell({ kind: 'doing', what: `The picture is restored on the ${DEVICES[prior.device] ?? prior.device} …` });
  const posterior = await restore({
    measurement,
    problem: problem(task.problem, task.noise),
    prior,
    samples: task.samples,
    onProgress: ({ fraction }) => tell({ kind: 'progress', fraction }),
  });
  const { mean, sd, samples, seconds } = posterior;
  const deviation = sd && sdPicture(sd);
  return {
    given: await pictureBlob(measurement),
    estimate: await pictureBlob(mean),
    deviation: deviation && (await pictureBlob(deviation.image)),
    white: 255 * (deviation?.white ?? 0),
    samples: await Promise.all(samples.map(pictureBlob)),
    device: DEVICES[prior.device] ?? prior.device,
    seconds,
  };
}

const DEVICES: Readonly<Record<string, string>> = { cpu: 'processor', webgpu: 'graphics processor' };

/** A part keeps the noise as it is, which making the picture smaller does not. */
function middle(image: FloatArray, side: number): FloatArray {
  const [channels, height, width] = image.shape;
  const [h, w] = [Math.min(height, side || height), Math.min(width, side || width)];
  const [top, left] = [(height - h) >> 1, (width - w) >> 1];
  const { data } = contiguous(image);
  const part = new Float32Array(channels * h * w);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < h; y++) {
      const from = (c * height + top + y) * width + left;
      part.set(data.subarray(from, from + w), (c * h + y) * w);
    }
  }
  return floatArray(part, [channels, h, w]);
}
