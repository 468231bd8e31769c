/**
 * How much memory a prior takes: `node dist/samples/benchmarks/memory.js PRIOR [low]`. Peaks so far of this process
 * and the network's, in MB; pages of the prior's own files, which the system can drop at any time, are counted apart.
 * Linux only.
 */
import { megabytes } from '../../src/bench/processes.js';
import { loadPrior, zeros } from '../../src/index.js';

const [place, memory] = process.argv.slice(2);
if (place === undefined) throw new Error('which prior? memory.js PRIOR [low]');

let anonymous = 0;
const sampling = setInterval(() => {
  anonymous = Math.max(anonymous, megabytes('RssAnon'));
}, 5);

async function report(what: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  const [peak, own, now] = [megabytes('VmHWM'), anonymous, megabytes('RssAnon')].map(Math.round);
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
