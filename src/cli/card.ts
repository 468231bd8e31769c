/** `retrodict card` */
import type { Command } from 'commander';
import { loadPrior, writeLastLayer, writeProbedCard } from '../index.js';
import { Output } from './output.js';
import { type LoadFlags, timeout } from './prior-options.js';
import { allowOutside } from './trust-options.js';

export function addCard(program: Command): void {
  program
    .command('card')
    .summary('check the card of a prior and the files it names, or write one by probing')
    .description(
      'Reads the card of a prior (DIR/card.json, or net.card.json beside a bare net.onnx), checks it and the hashes of its ' +
        'files, opens the network, and prints the card. Where there is no card, the network is called in every way in use, and the card of the one that removes ' +
        'noise best is written; what only its maker knows is left to be filled in.',
    )
    .argument('<path>', 'folder of a prior, or a bare .onnx file')
    .option(
      '--laplace <dir>',
      'measures on a folder of clean pictures how far the last layer of the network may be off, and writes that into the card, for restore --epistemic',
    )
    .addOption(timeout())
    .addOption(allowOutside())
    .option('--json', 'print one JSON object, and nothing else, on stdout')
    .action(cardAction);
}

async function cardAction(
  place: string,
  options: Pick<LoadFlags, 'timeout'> & {
    readonly json?: boolean;
    readonly allowOutside?: boolean;
    readonly laplace?: string;
  },
): Promise<void> {
  const output = new Output(options);
  const probe = await writeProbedCard(place, options);
  if (probe) {
    const { path, card, error, runnerUp } = probe;
    const text =
      `${path} is written, ${card.training}; it leaves ${(100 * error).toFixed(0)} % of the noise, ` +
      `the next best way ${(100 * runnerUp).toFixed(0)} %`;
    output.note(text, { type: 'probed', path, error, runnerUp });
  }
  if (options.laplace !== undefined) {
    const { images } = await writeLastLayer(place, options.laplace, options);
    output.note(`the last layer is measured on ${images} pictures`, {
      type: 'measured',
      path: place,
      images,
    });
  }
  const prior = await loadPrior(place, options);
  await prior.close();
  output.page(JSON.stringify(prior.card, null, 2), { type: 'card', path: place, card: prior.card });
}
