/** How much memory this process may use, and how much it holds. */
import { readdirSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

/** Of the machine's memory what is left to the system and to other programs. */
const SHARE = 0.9;

/** Bytes: nine tenths of the machine's memory, or of the limit that a container (cgroup) sets where that is less. */
export function machineMemory(): number {
  // 0 or a huge number where there is no limit; absent before Node 20.
  const limit = process.constrainedMemory?.() ?? 0;
  const total = totalmem();
  return SHARE * (limit > 0 ? Math.min(limit, total) : total);
}

/** Bytes that this process and those that it started hold, which the networks run in; without /proc its own alone. */
export function heldMemory(): number {
  return process.memoryUsage.rss() + children().reduce((sum, id) => sum + residentOf(id), 0);
}

function children(): readonly string[] {
  try {
    return readdirSync('/proc/self/task').flatMap((thread) => {
      const found = readFileSync(`/proc/self/task/${thread}/children`, 'utf8');
      return found.split(' ').filter((id) => id !== '');
    });
  } catch {
    return []; // another system, or a thread that has just ended
  }
}

function residentOf(id: string): number {
  try {
    return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // it has just ended
  }
}
