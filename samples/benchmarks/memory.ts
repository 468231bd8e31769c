/**
 * How much memory a prior takes: `node dist/samples/benchmarks/memory.js PRIOR [low]`. Peaks of this process so far, in MB; pages of
 * the prior's own files, which the system can drop at any time, are counted apart. Linux only.
 */
import { readFileSync } from 'node:fs';
import { loadPrior, zeros } from '../../src/index.js';

const [place, memory] = process.argv.slice(2);
if (place === undefined) throw new Error('which prior? memory.js PRIOR [low]');

function kilobytes(field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

let anonymous = 0;
const sampling = setInterval(() => {
  anonymous = Math.max(anonymous, kilobytes('RssAnon'));
}, 5);

async function report(what: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  const [peak, own, now] = [kilobytes('VmHWM'), anonymous, kilobytes('RssAnon')].map((kB) =>
    Math.round(kB / 1024),
  );
  console.log(`${what}: peak ${peak} MB, of it own ${own} MB; own now ${now} MB`);
}

await report('start');
const prior = await loadPrior(place, { threads: 1, memory: memory === 'low' ? 'low' : 'normal' });
if (prior.kind !== 'diffusion') throw new Error(`${prior.name} is of kind ${prior.kind}, not diffusion`);
await report('load');
const image = zeros([prior.channels, 64, 64]);
await prior.denoise(image, 0.1);
await report('denoise');
const { value, pullback, release } = await prior.linearize!(image, 0.1);
await pullback(value);
await report('gradient');
release();
await prior.close();
clearInterval(sampling);
