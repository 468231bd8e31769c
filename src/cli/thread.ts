/** The thread of a command: signals come as messages, and the terminal is the main thread's. */
import { constants } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { run } from './program.js';

const { words, terminal } = workerData as {
  readonly words: readonly string[];
  readonly terminal: { readonly isTTY?: boolean; readonly columns?: number };
};

Object.assign(process.stderr, terminal);
parentPort?.on('message', (signal: 'SIGINT' | 'SIGTERM') => {
  // Where nothing listens there is nothing to finish.
  if (!process.emit(signal, signal)) process.exit(128 + constants.signals[signal]);
});
parentPort?.unref();

process.exitCode = await run(words);
