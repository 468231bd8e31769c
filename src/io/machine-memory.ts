/** How much memory this process may use. */
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
