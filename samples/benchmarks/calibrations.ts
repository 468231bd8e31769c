/**
 * Makes the calibration cards that come with the prior `photo`: on 24 photographs that it was not trained on, and the
 * first ten of gb82.
 *
 *   npm run -s build && node dist/samples/benchmarks/calibrations.js DATA OUT [CARD …]
 *
 * DATA is a folder with `train/MANIFEST.tsv` and its photographs, and `test/gb82_cc0`. OUT is the folder of the cards,
 * models/weights/photo/calibration. What was restored stays in samples/output/calibrations, so that a run that was
 * stopped goes on. A card is made anew whenever a preset of its solver has changed.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { calibrateFolder, problem, type RestoreJob } from 'retrodict';

interface Wanted {
  readonly problem: string;
  readonly noises: readonly string[];
  readonly solver?: string;
  readonly options?: RestoreJob['options'];
  /** Pixels a side. */
  readonly crop: number;
}

/** Those of the README, by the solvers that are recommended for them, and by what `--uncertainty` takes. */
const cards: Readonly<Record<string, Wanted>> = {
  denoise: {
    problem: 'denoise',
    noises: ['gaussian:sigma=10/255', 'gaussian:sigma=25/255', 'gaussian:sigma=50/255'],
    crop: 64,
  },
  blur: { problem: 'gaussian-blur:sigma=1.6', noises: ['gaussian:sigma=2/255'], crop: 64 },
  downsample: { problem: 'downsample:factor=2', noises: ['gaussian:sigma=1/255'], crop: 64 },
  missing: { problem: 'inpaint:fraction=0.7', noises: ['gaussian:sigma=1/255'], crop: 64 },
  'blur-uncertainty': {
    ...{ problem: 'gaussian-blur:sigma=1.6', noises: ['gaussian:sigma=2/255'] },
    ...{ solver: 'mmps', crop: 64 },
  },
  'downsample-uncertainty': {
    ...{ problem: 'downsample:factor=2', noises: ['gaussian:sigma=1/255'] },
    ...{ solver: 'mmps', crop: 64 },
  },
  'missing-uncertainty': {
    ...{ problem: 'inpaint:fraction=0.7', noises: ['gaussian:sigma=1/255'] },
    ...{ solver: 'mmps', crop: 64 },
  },
};

/** As `models/training/data.py` holds them out: the 24 whose names have the least hashes. */
function heldOut(folder: string): string[] {
  const hash = (name: string) => createHash('sha256').update(name).digest('hex');
  const lines = readFileSync(join(folder, 'MANIFEST.tsv'), 'utf8').trimEnd().split('\n').slice(1);
  const names = lines.map((line) => line.split('\t')[0]);
  return names
    .sort((a, b) => (hash(a) < hash(b) ? -1 : 1))
    .slice(0, 24)
    .map((name) => join(folder, name));
}

function firstOf(folder: string, count: number): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.png'));
  return names
    .sort()
    .slice(0, count)
    .map((name) => join(folder, name));
}

const [data, out, ...asked] = process.argv.slice(2);
if (out === undefined) throw new Error('expected DATA and OUT');
const inputs = [...heldOut(join(data, 'train')), ...firstOf(join(data, 'test', 'gb82_cc0'), 10)];
for (const name of asked.length > 0 ? asked : Object.keys(cards)) {
  const { problem: spec, noises, ...how } = cards[name];
  const card = await calibrateFolder(
    {
      ...how,
      inputs,
      specs: noises.map((noise) => problem(spec, noise)),
      levels: [0.5, 0.8, 0.9],
      confidence: 0.9,
      of: 'photographs that the prior was not trained on',
      threads: 1,
      out: join(out, `${name}.json`),
      work: join('samples/output/calibrations', name),
    },
    (event) => {
      if (event.type === 'done') console.log(name, event.name, event.line.uncertainty?.held);
      if (event.type === 'failed') console.log(name, event.name, event.error.message);
    },
  );
  for (const { level, held, width, atLeast } of card.levels) console.log(name, level, held, width, atLeast);
}
