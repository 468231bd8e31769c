/**
 * `node test/fuzz/determinism.js`, after `npm run build`: the same restorations again, with other numbers of threads,
 * other neighbours and in other orders; every byte must be the same.
 */
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { leftIn, picturesFolder, run } from './runs.js';

const jobs = [
  ['denoise', 'gaussian:sigma=0.1', '--solver', 'tv', '--set', 'iterations=30'],
  ['gaussian-blur:sigma=1', 'gaussian:sigma=0.02', '--solver', 'wiener'],
  ['denoise', 'gaussian:sigma=0.1', '--solver', 'diffpir', '--set', 'steps=2', '--samples', '2'],
  ['inpaint:fraction=0.5', 'gaussian:sigma=0.05', '--solver', 'ddrm', '--set', 'steps=2', '--samples', '2'],
  ['denoise', 'gaussian:sigma=0.1', '--solver', 'dps', '--set', 'steps=2', '--samples', '2'],
  [
    'denoise',
    'poisson:gain=0.02',
    '--solver',
    'daps',
    '--set',
    'steps=2',
    '--set',
    'flowSteps=1',
    '--samples',
    '2',
  ],
];
/** What must make no difference. */
const ways = [[], ['--threads', '1'], ['--threads', '2'], ['--seed', '0']];

const folder = await picturesFolder(2);
mkdirSync(join(folder, 'alone'));
copyFileSync(join(folder, 'in', '1.png'), join(folder, 'alone', '1.png'));
let [runs, faults] = [0, 0];
for (const [k, [problem, noise, ...solver]] of jobs.entries()) {
  const words = (/** @type {string} */ from, /** @type {string} */ out, /** @type {string[]} */ way) => [
    ...['restore', from, '--problem', problem, '--noise', noise, ...solver, '--prior', 'photo-small'],
    ...['--out', out, ...way],
  ];
  /** @type {Record<string, string> | undefined} */
  let first;
  for (const [i, way] of [...ways, 'alone'].entries()) {
    const out = `out-${k}-${i}`;
    const { status, said } = await run(
      folder,
      words(way === 'alone' ? way : 'in', out, way === 'alone' ? [] : [...way]),
    );
    if (status !== 0) throw new Error(said);
    runs++;
    const left = leftIn(join(folder, out));
    first ??= left;
    for (const [name, hash] of Object.entries(left)) {
      // The manifest of a folder with another neighbour has other lines.
      if (first[name] === hash || (way === 'alone' && name.endsWith('manifest.jsonl'))) continue;
      faults++;
      process.stdout.write(`${problem} ${solver.join(' ')} ${way}: other bytes in ${name}\n`);
    }
  }
}
process.stdout.write(`${runs} runs of ${jobs.length} restorations, ${faults} files with other bytes\n`);
rmSync(folder, { recursive: true });
process.exit(faults === 0 ? 0 : 1);
