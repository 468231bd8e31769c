/**
 * Makes the calibration cards that come with the prior `photo`: on 24 photographs that it was not trained on, and the
 * first ten of gb82.
 *
 *   npm run -s build && node dist/samples/benchmarks/calibrations.js DATA OUT [--reverse] [CARD …]
 *
 * DATA is a folder with `train/MANIFEST.tsv` and its photographs, and `test/gb82_cc0`. OUT is the folder of the cards,
 * models/weights/photo/calibration. What was restored stays in samples/output/calibrations, so that a run that was
 * stopped goes on. A card is made anew whenever a preset of its solver has changed.
 * `--reverse` fits on the last fifteen of gb82 instead, for `calibrated.js --reverse`: do the cards hang on the
 * photographs that they were fitted on? Fifteen photographs bear no more than the confidence 0.65.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { calibrateFolder, problem } from '../../src/index.js';
import { cases, photographsOf } from './calibration-cases.js';

/** By the solvers that are recommended, and by the one that `--uncertainty` takes. */
const cards = {
  ...cases,
  'blur-uncertainty': { ...cases.blur, solver: 'flower' },
  'downsample-uncertainty': { ...cases.downsample, solver: 'flower' },
  'missing-uncertainty': { ...cases.missing, solver: 'flower' },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { reverse: { type: 'boolean', default: false } },
});
const [data, out, ...asked] = positionals;
if (out === undefined) throw new Error('expected DATA and OUT');
const { fitted, untouched } = photographsOf(data);
for (const [name, { problem: spec, noises, ...how }] of Object.entries(cards)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const card = await calibrateFolder(
    {
      ...how,
      inputs: values.reverse ? untouched : fitted,
      specs: noises.map((noise) => problem(spec, noise)),
      levels: [0.5, 0.8, 0.9],
      confidence: values.reverse ? 0.65 : 0.9,
      crop: 64,
      of: 'photographs that the prior was not trained on',
      threads: 1,
      out: join(out, `${name}.json`),
      work: join('samples/output/calibrations', values.reverse ? 'reverse' : '', name),
    },
    (event) => {
      if (event.type === 'done') console.log(name, event.name, event.line.uncertainty?.held);
      if (event.type === 'failed') console.log(name, event.name, event.error.message);
    },
  );
  for (const { level, held, width, atLeast } of card.levels) console.log(name, level, held, width, atLeast);
}
