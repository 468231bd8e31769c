/** `retrodict list` */
import { Argument, type Command } from 'commander';
import { devices, type Kind, kinds, list, listDevices } from '../index.js';
import { Output } from './output.js';

interface Entry {
  readonly name: string;
  readonly summary: string;
}

export function addList(program: Command): void {
  program
    .command('list')
    .summary('what there is: problems, noises, solvers, priors, devices')
    .description(
      'Lists the names that --problem, --noise, --solver and --prior take; `describe NAME` says more. `list devices` ' +
        'tries what --device takes, and says of each what is known as soon as it is.',
    )
    .addArgument(new Argument('<kind>', 'what to list').choices([...kinds, 'devices']))
    .option('--json', 'print one JSON object a line, and nothing else, on stdout')
    .action(listAction);
}

async function listAction(kind: Kind | 'devices', options: { readonly json?: boolean }): Promise<void> {
  const output = new Output(options);
  const tell = ({ name, ...entry }: Entry, width: number) =>
    output.result(`${name.padEnd(width)}  ${entry.summary}`, { type: 'entry', kind, name, ...entry });
  if (kind === 'devices') {
    const line = 'trying each; one whose graphics are in software takes up to a minute';
    output.note(line, { type: 'progress', line });
    await listDevices((entry) => tell(entry, widest(devices)));
    return;
  }
  const entries = await list(kind);
  for (const entry of entries) tell(entry, widest(entries.map(({ name }) => name)));
}

function widest(names: readonly string[]): number {
  return Math.max(...names.map(({ length }) => length));
}
