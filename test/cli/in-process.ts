/** Runs the command line inside the test, which is quicker than a new process. */
import { vi } from 'vitest';
import { run } from '../../src/cli/program.js';
import type { Finished } from './spawn.js';

export async function retrodictHere(
  words: readonly string[],
  { cwd = '.' } = {},
): Promise<Omit<Finished, 'killed'>> {
  const before = process.cwd();
  process.chdir(cwd);
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      printed[stream] += text;
      return true;
    }),
  );
  try {
    return { status: await run(words), ...printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.chdir(before);
  }
}
