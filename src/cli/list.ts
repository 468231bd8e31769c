/** `retrodict list` */
import { Argument, type Command } from 'commander';
import { type Kind, kinds, list } from '../index.js';
import { Output } from './output.js';

export function addList(program: Command): void {
  program
    .command('list')
    .summary('what there is: problems, noises, solvers, priors')
    .description(
      'Lists the names that --problem, --noise, --solver and --prior take; `describe NAME` says more.',
    )
    .addArgument(new Argument('<kind>', 'what to list').choices(kinds))
    .option('--json', 'print one JSON object a line, and nothing else, on stdout')
    .action(listAction);
}

async function listAction(kind: Kind, options: { readonly json?: boolean }): Promise<void> {
  const output = new Output(options);
  const entries = await list(kind);
  const width = Math.max(...entries.map(({ name }) => name.length));
  for (const entry of entries) {
    output.result(`${entry.name.padEnd(width)}  ${entry.summary}`, { type: 'entry', kind, ...entry });
  }
}
