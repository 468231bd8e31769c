/** The command line as a function: parses, calls the library, prints (ARCHITECTURE.md §5). */
import { existsSync, readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addBench } from './bench.js';
import { addCalibrate } from './calibrate.js';
import { addCard } from './card.js';
import { addCheck } from './check.js';
import { addDescribe } from './describe.js';
import { addList } from './list.js';
import { addMerge } from './merge.js';
import { addReport } from './report.js';
import { addRestore } from './restore.js';
import { addSample } from './sample.js';
import { addSimulate } from './simulate.js';
import { addStatus } from './status.js';
import { addSubmit } from './submit.js';
import { visible, visibleJson, visiblePage } from './visible.js';
import { addWork } from './work.js';

/**
 * Runs one command.
 * @param words what follows the name of the program.
 * @returns the exit status.
 */
export async function run(words: readonly string[]): Promise<number> {
  let status = 0;
  const program = new Command('retrodict')
    .description('Restores images with pretrained generative priors, and says how sure every pixel is.')
    .version(packageVersion())
    .option('--debug', 'print where in the program an error arose')
    .showSuggestionAfterError()
    .configureOutput({ writeErr: (text) => process.stderr.write(visiblePage(text)) })
    .exitOverride();
  for (const add of [
    addRestore,
    addMerge,
    addSimulate,
    addSample,
    addList,
    addDescribe,
    addCheck,
    addCard,
    addCalibrate,
    addReport,
    addBench,
    addSubmit,
    addWork,
    addStatus,
  ]) {
    add(program, (code) => {
      status = code;
    });
  }
  try {
    // `--debug` is understood before and after the name of the command.
    await program.parseAsync(
      words.filter((word) => word !== '--debug'),
      { from: 'user' },
    );
  } catch (error) {
    return report(error, words);
  }
  return status;
}

/** Whatever ends a command before its work begins. */
function report(error: unknown, words: readonly string[]): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has said it
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (words.includes('--json')) {
    process.stdout.write(`${visibleJson({ type: 'error', version: 1, message })}\n`);
  }
  process.stderr.write(`${words.includes('--debug') ? visiblePage(String(stack)) : visible(message)}\n`);
  return 2;
}

/** This file lies at another depth in the sources than in the package. */
function packageVersion(): string {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) folder = new URL('..', folder);
  return JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')).version;
}
