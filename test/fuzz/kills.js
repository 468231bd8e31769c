/**
 * `node test/fuzz/kills.js [--runs 30] [--seed 0]`, after `npm run build`: restorations killed at random moments and
 * begun again, until they are done; every byte must then be that of a run that nobody disturbed.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { leftIn, numbers, picturesFolder, run } from './runs.js';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '30' }, seed: { type: 'string', default: '0' } },
});
const random = numbers(Number(values.seed));
const restore = ['restore', 'in', '--problem', 'denoise', '--noise', 'gaussian:sigma=0.1'];
const solvers = [
  ['--solver', 'tv', '--set', 'iterations=60'],
  ['--prior', 'photo-small', '--solver', 'diffpir', '--set', 'steps=2', '--samples', '2'],
];

const folder = await picturesFolder(3);
let [kills, faults] = [0, 0];
for (const [k, solver] of solvers.entries()) {
  const words = (/** @type {string} */ out) => [...restore, ...solver, '--out', out];
  const whole = await run(folder, words(`whole-${k}`));
  if (whole.status !== 0) throw new Error(whole.said);
  const expected = JSON.stringify(leftIn(join(folder, `whole-${k}`)));
  for (let i = 0; i < Number(values.runs) / solvers.length; i++) {
    const out = `killed-${k}-${i}`;
    const moment = Math.round(random() * 1.1 * whole.milliseconds);
    const { status } = await run(folder, words(out), moment);
    if (status === null) kills++;
    const again = await run(folder, words(out));
    const same = again.status === 0 && JSON.stringify(leftIn(join(folder, out))) === expected;
    if (!same) {
      faults++;
      process.stdout.write(
        `${solver.join(' ')} killed after ${moment} ms: status ${again.status}, other bytes\n${again.said}`,
      );
    } else rmSync(join(folder, out), { recursive: true });
  }
}
process.stdout.write(`seed ${values.seed}: ${kills} kills, ${faults} with other bytes afterwards\n`);
if (faults === 0) rmSync(folder, { recursive: true });
process.exit(faults === 0 ? 0 : 1);
