/** Many workers on one queue, some killed, and Redis restarted: what becomes of the items. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { manifestsIn } from '../../src/io/manifests.js';
import { restoreFolder } from '../../src/jobs/restore-folder.js';
import { readProblem } from '../../src/load/problem-files.js';
import { loadSolver } from '../../src/load/solver-file.js';
import { queueStatus } from '../../src/queue/status.js';
import { submitFolder } from '../../src/queue/submit.js';
import { fill } from '../io/folders.js';
import { colourPng } from '../pictures.js';
import { startRedis } from './servers.js';

export interface Soak {
  readonly items: number;
  readonly workers: number;
  /** Workers killed with SIGKILL while they restore, one at a time. */
  readonly kills: number;
}

/** What came out. */
export interface Outcome {
  /** Workers that were killed. */
  readonly killed: number;
  /** Items whose files are those of one run on one machine, byte by byte. */
  readonly same: number;
  /** Items without files, or with others. */
  readonly lost: readonly string[];
  /** Lines `ok` of all manifests. */
  readonly lines: number;
  /** Items on which two workers died: given up, named, and submitted again. */
  readonly givenUp: readonly string[];
}

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const solverFile = fileURLToPath(new URL('../cli/slow-solver.js', import.meta.url));

/** @param root an empty folder. */
export async function soak(root: string, { items, workers, kills }: Soak): Promise<Outcome> {
  for (let k = 0; k < items; k++) fill(root, { [`in/p${k}.png`]: await colourPng(16, 16, k) });
  const { solver } = await loadSolver(solverFile);
  const spec = await readProblem('denoise', 'gaussian:sigma=0.1');
  const job = { inputs: [join(root, 'in')], spec, solver, solverFile, samples: 1 };
  await restoreFolder({ ...job, out: join(root, 'one'), options: { steps: 5, pause: 0 } });

  const redis = await startRedis();
  const crew = new Crew(redis.url, workers);
  try {
    const queued = { ...job, out: join(root, 'out'), options: { steps: 5, pause: 60 }, queue: redis.url };
    await submitFolder(queued);
    for (let k = 0; k < kills; k++) {
      if (k === Math.floor(kills / 2)) await redis.restart();
      await crew.killOne();
    }
    const givenUp = await finished(redis.url);
    if (givenUp.length > 0) await submitFolder(queued);
    const still = await finished(redis.url);
    if (still.length > 0) throw new Error(`given up again: ${still.join(', ')}`);
    return { killed: kills, givenUp, ...compared(root, items) };
  } finally {
    await crew.dismiss();
    await redis.stop();
  }
}

/** Workers in processes of their own, as many as are wanted at any time. */
class Crew {
  private readonly members: ChildProcess[];
  private readonly busy = new Set<ChildProcess>();

  constructor(
    private readonly url: string,
    count: number,
  ) {
    this.members = Array.from({ length: count }, () => this.hire());
  }

  /** One that is at work, at a random moment. */
  async killOne(): Promise<void> {
    await pause(200 + 800 * Math.random());
    while (this.busy.size === 0) await pause(20);
    const busy = [...this.busy];
    const victim = busy[Math.floor(Math.random() * busy.length)];
    const ended = once(victim, 'exit');
    victim.kill('SIGKILL');
    this.busy.delete(victim);
    await ended;
    this.members[this.members.indexOf(victim)] = this.hire();
  }

  async dismiss(): Promise<void> {
    const ended = this.members.map((member) => once(member, 'exit'));
    for (const member of this.members) member.kill('SIGKILL');
    await Promise.all(ended);
  }

  private hire(): ChildProcess {
    const words = ['work', '--queue', this.url, '--allow-code', '--stale-after', '5', '--threads', '1'];
    const member = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
    member.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('step ')) this.busy.add(member);
    });
    return member;
  }
}

/** Waits until nothing is left. @returns what was given up. */
async function finished(url: string): Promise<string[]> {
  for (;;) {
    const { waiting, active, failed } = await queueStatus(url);
    if (waiting + active.length === 0) return failed.map(({ task }) => task);
    await pause(500);
  }
}

function compared(root: string, items: number): Pick<Outcome, 'same' | 'lost' | 'lines'> {
  const names = Array.from({ length: items }, (_, k) => `p${k}`);
  const bytesOf = (folder: string, name: string) => {
    const files = readdirSync(join(root, folder)).filter((file) => file.startsWith(`${name}.`));
    return JSON.stringify(
      files.sort().map((file) => [file, readFileSync(join(root, folder, file), 'base64')]),
    );
  };
  const lost = names.filter((name) => bytesOf('out', name) !== bytesOf('one', name));
  const out = join(root, 'out');
  const lines = manifestsIn(out).flatMap((file) => readFileSync(join(out, file), 'utf8').trim().split('\n'));
  const ok = lines.filter((line) => line !== '' && JSON.parse(line).status === 'ok');
  return { same: items - lost.length, lost, lines: ok.length };
}
