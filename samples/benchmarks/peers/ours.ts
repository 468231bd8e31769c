/**
 * The side of retrodict in compare.py: reads one request a line from standard input and answers each with one line.
 * Run: node dist/samples/benchmarks/peers/ours.js THREADS
 */
import { readdirSync, readFileSync } from 'node:fs';
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
  const before = processorSeconds();
  const posterior = await restore({
    measurement: await readArray(measurement),
    problem: await readProblem(problem),
    prior,
    solver,
    options,
    samples: 1,
    seed,
  });
  const seconds = processorSeconds() - before;
  await writeFile(out, encodeNpy(posterior.samples[0]));
  return { seconds, evaluations: posterior.networkEvaluations };
}

/** Of this process and of the one that runs the network, on Linux; in hundredths of a second. */
function processorSeconds(): number {
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fields = statOf(pid);
    const [parent, user, system] = [1, 11, 12].map((field) => Number(fields[field]));
    if (Number(pid) === process.pid || parent === process.pid) ticks += user + system;
  }
  return ticks / 100;
}

/** What follows the name of a process in its stat; nothing of one that has ended meanwhile. */
function statOf(pid: string): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
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
