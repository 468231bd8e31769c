/** What the processes at work take: this one and those that it started, in which the networks run. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Sum over these processes of a field of /proc/PID/status that is given in kB, in MB.
 * @param field such as VmHWM, the peak so far, or RssAnon.
 */
export function megabytes(field: string): number {
  const statuses = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/status`, 'utf8')];
      } catch {
        return []; // it has just ended
      }
    });
  const read = (status: string, name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return statuses
    .filter((status) => [read(status, 'Pid'), read(status, 'PPid')].includes(process.pid))
    .reduce((sum, status) => sum + (read(status, field) || 0) / 1024, 0);
}
