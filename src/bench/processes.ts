/** What the processes at work take: this one and those that it started, in which the networks run. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Sum over these processes of a field of /proc/PID/status that is given in kB, in MB.
 * @param field such as VmHWM, the peak so far, or RssAnon.
 */
export function megabytes(field: string): number {
  const read = (status: string, name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return eachProcess('status')
    .filter((status) => [read(status, 'Pid'), read(status, 'PPid')].includes(process.pid))
    .reduce((sum, status) => sum + (read(status, field) || 0) / 1024, 0);
}

/** Processor time of these processes so far, in milliseconds, to a hundredth of a second. */
export function processorTime(): number {
  return eachProcess('stat').reduce((sum, stat) => {
    // Behind the name in brackets: state, parent, …, and as the 12th and 13th the ticks in and below the process.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ours = [Number(stat.split(' ', 1)[0]), Number(fields[1])].includes(process.pid);
    return ours ? sum + 10 * (Number(fields[11]) + Number(fields[12])) : sum;
  }, 0);
}

/** A file of /proc of every process that there is. */
function eachProcess(file: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/${file}`, 'utf8')];
      } catch {
        return []; // it has just ended
      }
    });
}
