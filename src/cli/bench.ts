/** `retrodict bench` */
import type { Command } from 'commander';
import { bench } from '../index.js';
import type { Finish } from './exit-status.js';
import { interruptible } from './interrupt.js';
import { Output } from './output.js';

interface BenchCommandOptions {
  readonly out: string;
  readonly data?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

export function addBench(program: Command, finish: Finish): void {
  program
    .command('bench')
    .summary('run a benchmark: a spec in, a table and a JSON file out')
    .description(
      'Runs the benchmark that a .json file describes and writes DIR/NAME.json, and its table as DIR/NAME.md and DIR/NAME.html.',
    )
    .argument('<spec>', 'benchmark file')
    .requiredOption('--out <dir>', 'output folder, made if need be')
    .option('--data <dir>', 'folder of pictures, for benchmarks that need them')
    .option('--overwrite', 'replace files that are not results of this benchmark, too')
    .option('--json', 'print one JSON object a line, and nothing else, on stdout')
    .action(async (spec: string, options: BenchCommandOptions) => finish(await benchCommand(spec, options)));
}

async function benchCommand(spec: string, options: BenchCommandOptions): Promise<number> {
  const output = new Output(options);
  const say = (line: string) => output.note(line, { type: 'progress', line });
  const { out, data, overwrite } = options;
  return interruptible(async (signal) => {
    const result = await bench(spec, { out, data, overwrite, say, signal });
    output.page(result.table, { type: 'bench', ...result });
    return 0;
  });
}
