/** Exit statuses of folder jobs (DESIGN §5): 0 all is there, 1 something failed, 2 nothing could start. */
import { UsageError } from '../index.js';

/** Counts what a folder job comes to. */
export class Tally {
  private successes = 0;
  private readonly errors: Error[] = [];

  succeeded(): void {
    this.successes++;
  }

  failed(error: Error): void {
    this.errors.push(error);
  }

  /** A job in which every item was asked for wrongly never started. */
  get status(): 0 | 1 | 2 {
    if (this.errors.length === 0) return 0;
    const misused = this.errors.every((error) => error instanceof UsageError);
    return misused && this.successes === 0 ? 2 : 1;
  }
}

/** Takes the exit status of a command. */
export type Finish = (status: number) => void;
