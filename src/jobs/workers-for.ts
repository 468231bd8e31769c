/** How many workers a job is dealt out to, where nobody says so. */
import { availableParallelism } from 'node:os';
import type { LoadOptions } from '../../models/load.js';
import { machineMemory } from '../io/machine-memory.js';

/** What a job says of its workers, and what there is to deal out. */
interface Dealt extends Pick<LoadOptions, 'threads' | 'device'> {
  readonly workers?: number;
  /** Samples, or pictures that have but one: what can be worked on at a time. */
  readonly pieces: number;
  readonly maxMemory?: number;
}

/** Weights in memory, over their bytes in the file: measured for the shipped priors and one of 0.98 GB. */
const HELD = 1.3;

/** Share of the memory that the weights of all workers may take. */
const OF_MEMORY = 0.25;

/**
 * As many workers as the job says. Where it says nothing, one for each core, since so many of one thread do more than
 * one of many threads (docs/benchmarks.md has the measurement); fewer where there is less to deal out, or where the
 * weights of all would take more than a quarter of the memory: each has then more threads. One where it says
 * threads, or a device that is not the CPU.
 */
export function workersFor(
  { workers, threads, device, pieces, maxMemory = machineMemory() }: Dealt,
  cores = availableParallelism(),
): Required<LoadOptions>['workers'] {
  if (workers !== undefined) return workers;
  if (threads !== undefined || !['auto', 'cpu', undefined].includes(device)) return 1;
  const most = Math.max(1, Math.min(cores, pieces));
  return (weights) => Math.max(1, Math.min(most, Math.floor((OF_MEMORY * maxMemory) / (HELD * weights))));
}
