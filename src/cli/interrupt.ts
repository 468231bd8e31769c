/** Ctrl-C and SIGTERM: the first ends the work after the current step, or main.ts does; the second at once. */

const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Does some work that a signal may end.
 * @param work gives its exit status, and rejects when aborted.
 * @returns that status, or 130 or 143 where a signal ended the work.
 */
export async function interruptible(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController();
  let received: number | undefined;
  const onSignal = (name: keyof typeof STATUS) => {
    if (received !== undefined) process.exit(STATUS[name]);
    received = STATUS[name];
    process.stderr.write('\nStopping after the current step; finished files are kept.\n');
    controller.abort();
  };
  for (const name of signals) process.on(name, onSignal);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (received === undefined) throw error;
    return received;
  } finally {
    for (const name of signals) process.off(name, onSignal);
  }
}
