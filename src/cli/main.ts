#!/usr/bin/env node
/** The command line: parses, calls the library, prints (DESIGN §5). */
import { existsSync, readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addBench } from './bench.js';
import { addCard } from './card.js';
import { addCheck } from './check.js';
import { addDescribe } from './describe.js';
import { addList } from './list.js';
import { addRestore } from './restore.js';
import { addSample } from './sample.js';
import { addSimulate } from './simulate.js';

const program = new Command('retrodict')
  .description('Restores images with pretrained generative priors, and says how sure every pixel is.')
  .version(packageVersion())
  .option('--debug', 'print where in the program an error arose')
  .showSuggestionAfterError()
  .exitOverride();

for (const add of [addRestore, addSimulate, addSample, addList, addDescribe, addCheck, addCard, addBench]) {
  add(program);
}

// `--debug` is understood before and after the name of the command.
const words = process.argv.slice(2);
const debug = words.includes('--debug');
try {
  await program.parseAsync(
    words.filter((word) => word !== '--debug'),
    { from: 'user' },
  );
} catch (error) {
  process.exitCode = report(error);
}

/** Whatever ends a command before its work begins. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has said it
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (words.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ type: 'error', version: 1, message })}\n`);
  }
  process.stderr.write(`${debug ? stack : message}\n`);
  return 2;
}

/** This file lies at another depth in the sources than in the package. */
function packageVersion(): string {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) folder = new URL('..', folder);
  return JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')).version;
}
