/** `retrodict card` */
import type { Command } from 'commander';
import { loadPrior } from '../index.js';
import { Output } from './output.js';

export function addCard(program: Command): void {
  program
    .command('card')
    .summary('check the card of a prior and the files it names')
    .description(
      'Reads DIR/card.json, checks it and the hashes of its files, opens the network, and prints the card.',
    )
    .argument('<dir>', 'folder of a prior')
    .option('--json', 'print one JSON object, and nothing else, on stdout')
    .action(cardAction);
}

async function cardAction(directory: string, options: { readonly json?: boolean }): Promise<void> {
  const output = new Output(options);
  const prior = await loadPrior(directory);
  await prior.close();
  output.result(JSON.stringify(prior.card, null, 2), { type: 'card', directory, card: prior.card });
}
