/** `retrodict card` */
import type { Command } from 'commander';
import { loadPrior, writeProbedCard } from '../index.js';
import { Output } from './output.js';

export function addCard(program: Command): void {
  program
    .command('card')
    .summary('check the card of a prior and the files it names, or write one by probing')
    .description(
      'Reads DIR/card.json, checks it and the hashes of its files, opens the network, and prints the card. ' +
        'Where there is no card.json, the network is called in every way in use, and the card of the one that removes ' +
        'noise best is written; what only its maker knows is left to be filled in.',
    )
    .argument('<dir>', 'folder of a prior')
    .option('--json', 'print one JSON object, and nothing else, on stdout')
    .action(cardAction);
}

async function cardAction(directory: string, options: { readonly json?: boolean }): Promise<void> {
  const output = new Output(options);
  const probe = await writeProbedCard(directory);
  if (probe) {
    const { card, error, runnerUp } = probe;
    const text =
      `${directory}/card.json is written, ${card.training}; it leaves ${(100 * error).toFixed(0)} % of the noise, ` +
      `the next best way ${(100 * runnerUp).toFixed(0)} %`;
    output.note(text, { type: 'probed', directory, error, runnerUp });
  }
  const prior = await loadPrior(directory);
  await prior.close();
  output.result(JSON.stringify(prior.card, null, 2), { type: 'card', directory, card: prior.card });
}
