/** Exit statuses (DESIGN §5): 0 all is there, 1 something failed, 2 nothing could start, 130 and 143 interrupted. */
import { UsageError } from '../index.js';
import type { Interrupt } from './interrupt.js';

/** Gathers what a folder job comes to. */
export class Status {
  private successes = 0;
  private readonly errors: Error[] = [];

  constructor(private readonly interrupt: Interrupt) {}

  succeeded(): void {
    this.successes++;
  }

  failed(error: Error): void {
    this.errors.push(error);
  }

  /** The job itself ended early: by an interrupt, or by an error that is thrown on when it is none. */
  stopped(error: unknown): void {
    if (this.interrupt.status() === undefined) throw error;
  }

  /** A job in which every item was asked for wrongly never started. */
  get code(): number {
    const interrupted = this.interrupt.status();
    if (interrupted !== undefined) return interrupted;
    if (this.errors.length === 0) return 0;
    const misused = this.errors.every((error) => error instanceof UsageError);
    return misused && this.successes === 0 ? 2 : 1;
  }
}
