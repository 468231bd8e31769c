/** `retrodict bench` */
import type { Command } from 'commander';
import { bench } from '../index.js';
import { onInterrupt } from './interrupt.js';
import { Output } from './output.js';
import { Status } from './status.js';

interface BenchCommandOptions {
  readonly out: string;
  readonly data?: string;
  readonly json?: boolean;
}

export function addBench(program: Command): void {
  program
    .command('bench')
    .summary('run a benchmark: a spec in, a table and a JSON file out')
    .description('Runs the benchmark that a .json file describes and writes DIR/NAME.json and DIR/NAME.md.')
    .argument('<spec>', 'benchmark file')
    .requiredOption('--out <dir>', 'output folder, made if need be')
    .option('--data <dir>', 'folder of pictures, for benchmarks that need them')
    .option('--json', 'print one JSON object a line, and nothing else, on stdout')
    .action(benchAction);
}

async function benchAction(spec: string, options: BenchCommandOptions): Promise<void> {
  const output = new Output(options);
  const interrupt = onInterrupt();
  const status = new Status(interrupt);
  try {
    const say = (line: string) => output.note(line, { type: 'progress', line });
    const { out, data } = options;
    const result = await bench(spec, { out, data, say, signal: interrupt.signal });
    output.result(result.table, { type: 'bench', ...result });
  } catch (error) {
    status.stopped(error);
  }
  process.exitCode = status.code;
}
