/** Runs the built command line as a user does; `npm test` builds it first. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

export interface Finished {
  readonly status: number | null;
  /** The signal that ended it, if one did. */
  readonly killed: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param during is given the running process and what it printed on stderr so far, whenever that grows. */
export function retrodict(
  words: readonly string[],
  {
    cwd,
    env,
    during,
  }: {
    cwd?: string;
    env?: NodeJS.ProcessEnv;
    during?: (child: ChildProcess, stderr: string) => void;
  } = {},
): Promise<Finished> {
  if (!existsSync(main)) throw new Error('dist is missing: run `npm run build` (or `npm test`) first');
  const child = spawn(process.execPath, [main, ...words], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    during?.(child, stderr);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, killed) => resolve({ status, killed, stdout, stderr }));
  });
}

/** Every line of stdout as JSON; throws where one is none. */
export function jsonLines({ stdout }: Pick<Finished, 'stdout'>): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}
