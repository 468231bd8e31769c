/** Ctrl-C and SIGTERM: the first ends the work after the current step, the second at once. */

export interface Interrupt {
  readonly signal: AbortSignal;
  /** The exit status of what was received: 130 or 143. */
  readonly status: () => number | undefined;
}

const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  let status: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (status !== undefined) process.exit(STATUS[name]);
      status = STATUS[name];
      process.stderr.write('\nStopping after the current step; finished files are kept.\n');
      controller.abort();
    });
  }
  return { signal: controller.signal, status: () => status };
}
