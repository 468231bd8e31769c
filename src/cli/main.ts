#!/usr/bin/env node
/**
 * The program. The command runs in a thread of its own, so that no calculation keeps this one from hearing a signal or
 * from seeing that nobody reads the output any more.
 */
import { constants } from 'node:os';
import { SHARE_ENV, Worker } from 'node:worker_threads';

/** How long after a signal the command may take to end by itself, in milliseconds. */
const GRACE = 1200;

/** The status of a program whose output is closed, as a shell gives it. */
const BROKEN_PIPE = 128 + constants.signals.SIGPIPE;

const terminal = { isTTY: process.stderr.isTTY, columns: process.stderr.columns };
const command = new Worker(new URL('./thread.js', import.meta.url), {
  workerData: { words: process.argv.slice(2), terminal },
  env: SHARE_ENV, // what is set for the runtime's sake must reach native code
});

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping) return void endNow(signal);
    stopping = true;
    command.postMessage(signal);
    setTimeout(endNow, GRACE, signal).unref();
  });
}

/** Results are written whole or not at all, so that this is safe at any moment. */
async function endNow(signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  process.stderr.write(
    `${terminal.isTTY ? '\x1b[?25h\x1b[?7h\n' : ''}Stopped at once; finished files are kept.\n`,
  );
  // JavaScript can be cut off, a native call cannot: then the signal does what it does where nobody listens.
  setTimeout(() => {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }, 300);
  await command.terminate();
  process.exit(128 + constants.signals[signal]);
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(BROKEN_PIPE);
    const reason = error.code === 'ENOSPC' ? 'the disk is full' : error.message;
    if (stream === process.stdout) process.stderr.write(`the output cannot be written: ${reason}\n`);
    process.exit(1);
  });
}

command.on('error', (error) => {
  process.stderr.write(`${error.stack ?? error}\n`);
  process.exitCode = 1;
});
command.on('exit', (status) => {
  if (status === UNSETTLED) process.stderr.write(`${neverSettles}\n`);
  process.exitCode ??= status === UNSETTLED ? 1 : status;
});

/** How Node ends where it waits for a promise and there is nothing left that could settle it. */
const UNSETTLED = 13;

const neverSettles =
  'an operator or solver waits for something that never comes, so the command ended unfinished';
