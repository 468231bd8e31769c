/**
 * A photograph of 12 megapixels: what memory `restore` takes and for how long, by the line. Run:
 * `node dist/samples/benchmarks/large.js PHOTOGRAPH PROBLEM PRIOR [WIDTH HEIGHT [OPTION...]]`, options those of
 * `restore`. The picture is the photograph, mirrored over and over; `blur` is one by a kernel of 15×15. Two samples and
 * the estimate, two steps each, which hold as much as many. Linux only.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeNpy, floatArray, readPicture, zeros } from '../../src/index.js';

const [photograph, problem, prior, width = '4000', height = '3000', ...options] = process.argv.slice(2);
if (prior === undefined) throw new Error('large.js PHOTOGRAPH PROBLEM PRIOR [WIDTH HEIGHT [OPTION...]]');
const cli = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'retrodict-large-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

/** The photograph and its mirror images side by side. */
async function mirrored(path: string, rows: number, columns: number) {
  const { image } = await readPicture(path);
  const [channels, high, wide] = image.shape;
  const out = zeros([channels, rows, columns]);
  const within = (i: number, size: number) => (i % (2 * size) < size ? i % size : size - 1 - (i % size));
  for (let c = 0, at = 0; c < channels; c++) {
    for (let y = 0; y < rows; y++) {
      const start = (c * high + within(y, high)) * wide;
      for (let x = 0; x < columns; x++) out.data[at++] = image.data[start + within(x, wide)];
    }
  }
  return out;
}

/** Light along a bent path. */
function kernel() {
  const weights = zeros([15, 15]);
  for (let i = 0; i < 15; i++) weights.data[15 * i + Math.round(7 + 5 * Math.sin(i / 3))] = 1 + (i % 4);
  return floatArray(weights.data, weights.shape);
}

/** The peaks of the processes that run below this one, in bytes, by process: whichever thread began them. */
function peaks(most: Map<number, number>, parent: number): void {
  const children = readdirSync(`/proc/${parent}/task`).flatMap((thread) =>
    readFileSync(`/proc/${parent}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );
  for (const child of children) {
    const peak = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${child}/status`, 'utf8'))?.[1];
    if (peak !== undefined) most.set(Number(child), 1024 * Number(peak));
    peaks(most, Number(child));
  }
}

/** Runs the command line. @returns peaks of its process and of those that it started. */
function retrodict(...words: string[]): Promise<number[]> {
  const child = spawn(process.execPath, [cli, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  const most = new Map<number, number>();
  const watch = setInterval(() => {
    try {
      peaks(most, process.pid);
    } catch {
      // One of them has just ended.
    }
  }, 200);
  return new Promise((resolve, reject) =>
    child.on('exit', (code) => {
      clearInterval(watch);
      const own = most.get(child.pid!) ?? 0;
      most.delete(child.pid!);
      if (code === 0) resolve([own, ...most.values()]);
      else reject(new Error(`${words[0]} ended with exit status ${code}`));
    }),
  );
}

writeFileSync(
  join(folder, 'picture.npy'),
  encodeNpy(await mirrored(photograph, Number(height), Number(width))),
);
writeFileSync(join(folder, 'kernel.npy'), encodeNpy(kernel()));
const term = problem === 'blur' ? `blur:kernel=${join(folder, 'kernel.npy')}` : problem;
const task = ['--problem', term, '--noise', 'gaussian:sigma=2/255'];
await retrodict('simulate', join(folder, 'picture.npy'), '--out', join(folder, 'measured'), ...task);
const how = ['--solver', 'diffpir', '--samples', '2', '--set', 'steps=2', '--set', 'estimateSteps=2'];
const out = join(folder, 'restored');
const measured = join(folder, 'measured', 'picture.npy');
const [here, ...workers] = await retrodict(
  ...['restore', measured, '--out', out, ...task, '--prior', prior, ...how, '--verbose', ...options],
);
const manifest = readFileSync(join(out, 'manifest.jsonl'), 'utf8');
const { seconds, networkSeconds } = JSON.parse(manifest.trim().split('\n').at(-1)!);
const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
const pixels = Number(width) * Number(height);
console.log(
  `${width}×${height} ${problem} ${prior}: ${gigabytes(here)} here (${Math.round(here / pixels)} bytes a pixel), ` +
    `${workers.map(gigabytes).join(' + ')} in workers; ${Math.round(seconds)} s, ` +
    `${Math.round((100 * networkSeconds) / seconds)} % of it the network`,
);
