/** `retrodict report` */
import type { Command } from 'commander';
import { reportFolder } from '../index.js';
import type { Finish } from './exit-status.js';
import { Output } from './output.js';

interface ReportOptions {
  readonly truth?: string;
  readonly json?: boolean;
}

export function addReport(program: Command, finish: Finish): void {
  program
    .command('report')
    .summary('make a page of what restore wrote, to look at in a browser')
    .description(
      'Writes DIR/report.html: one file that fetches nothing. It compares measurement, estimate and truth, shows how ' +
        'sure each pixel is, and says what the intervals promise. Folders of results in DIR are put side by side.',
    )
    .argument('<dir>', 'folder that restore wrote, or a folder of such folders')
    .option('--truth <dir>', 'folder of true images by the same names')
    .option('--json', 'print one JSON object a line, and nothing else, on stdout')
    .action(async (folder: string, options: ReportOptions) => {
      const path = await reportFolder({ folder, truth: options.truth });
      new Output(options).result(path, { type: 'report', path });
      finish(0);
    });
}
