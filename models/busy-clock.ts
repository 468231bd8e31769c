/** How long something was at work, where several pieces of it may go on at a time. */
export class BusyClock {
  /** In milliseconds, pieces that have ended. */
  busy = 0;
  private pieces = 0;
  private since = 0;

  /** Counts the time of this work, what overlaps once. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.pieces++ === 0) this.since = performance.now();
    try {
      return await work();
    } finally {
      if (--this.pieces === 0) this.busy += performance.now() - this.since;
    }
  }
}
