/** `retrodict list` */
import { Argument, type Command } from 'commander';
import { type Kind, kinds, list, listDevices } from '../index.js';
import { Output } from './output.js';

export function addList(program: Command): void {
  program
    .command('list')
    .summary('what there is: problems, noises, solvers, priors, devices')
    .description(
      'Lists the names that --problem, --noise, --solver and --prior take; `describe NAME` says more. `list devices` ' +
        'tries what --device takes, which may take a minute.',
    )
    .addArgument(new Argument('<kind>', 'what to list').choices([...kinds, 'devices']))
    .option('--json', 'print one JSON object a line, and nothing else, on stdout')
    .action(listAction);
}

async function listAction(kind: Kind | 'devices', options: { readonly json?: boolean }): Promise<void> {
  const output = new Output(options);
  const entries = kind === 'devices' ? await listDevices() : await list(kind);
  const width = Math.max(...entries.map(({ name }) => name.length));
  for (const entry of entries) {
    output.result(`${entry.name.padEnd(width)}  ${entry.summary}`, { type: 'entry', kind, ...entry });
  }
}
