/**
 * The side of retrodict in compare.py: reads one request a line from standard input and answers each with one line.
 * Run: node dist/samples/benchmarks/peers/ours.js THREADS
 */
import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import {
  bind,
  decodeNpy,
  encodeNpy,
  type FloatArray,
  floatArray,
  loadPrior,
  psnr,
  readPicture,
  readProblem,
  restore,
  ssim,
} from '../../../src/index.js';

interface Restore {
  readonly ask: 'restore';
  readonly measurement: string;
  readonly problem: string;
  readonly solver: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly out: string;
}

interface Apply {
  readonly ask: 'apply';
  readonly image: string;
  readonly problem: string;
  readonly out: string;
}

interface Score {
  readonly ask: 'score';
  readonly image: string;
  readonly truth: string;
}

const prior = await loadPrior('photo', { threads: Number(process.argv[2] ?? 1) });

const readArray = async (path: string) => decodeNpy(await readFile(path), path).array;

/** One sample, and what it cost: seconds of the processor, as other work on the machine does not change them. */
async function drawSample({ measurement, problem, solver, options, seed, out }: Restore) {
  const before = process.cpuUsage();
  const posterior = await restore({
    measurement: await readArray(measurement),
    problem: await readProblem(problem),
    prior,
    solver,
    options,
    samples: 1,
    seed,
  });
  const { user, system } = process.cpuUsage(before);
  await writeFile(out, encodeNpy(posterior.samples[0]));
  return { seconds: (user + system) / 1e6, evaluations: posterior.networkEvaluations };
}

/** A(x), so that the other side can compare operators. */
async function applyOperator({ image, problem, out }: Apply) {
  const x = await readArray(image);
  const { operator } = bind(await readProblem(problem), { imageShape: x.shape });
  await writeFile(out, encodeNpy(await operator.apply(x)));
  return {};
}

async function score({ image, truth }: Score) {
  const clipped = clip(await readArray(image));
  const { image: clean } = await readPicture(truth);
  return { psnr: psnr(clipped, clean), ssim: ssim(clipped, clean) };
}

function clip({ data, shape }: FloatArray): FloatArray {
  return floatArray(
    data.map((value) => Math.min(Math.max(value, 0), 1)),
    shape,
  );
}

for await (const line of createInterface({ input: process.stdin })) {
  const request: Restore | Apply | Score = JSON.parse(line);
  const answer =
    request.ask === 'restore'
      ? await drawSample(request)
      : request.ask === 'apply'
        ? await applyOperator(request)
        : await score(request);
  console.log(JSON.stringify(answer));
}
await prior.close();
