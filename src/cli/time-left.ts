/** How long the work will still take, from how fast it went so far. */

/** What is asked for the time left, and told of the progress. */
export class TimeLeft {
  private begun?: { readonly fraction: number; readonly at: number };
  private now = { fraction: 0, at: 0 };

  /** @param fraction of all the work that is done, 0 to 1. @param at now, in seconds. */
  update(fraction: number, at: number): void {
    this.begun ??= { fraction, at };
    this.now = { fraction, at };
  }

  /** Seconds since the first update. */
  get passed(): number {
    return this.begun ? this.now.at - this.begun.at : 0;
  }

  /** Seconds left, from the mean pace since the first update; undefined as long as nothing was done. */
  get seconds(): number | undefined {
    if (!this.begun || this.now.fraction <= this.begun.fraction) return undefined;
    const { fraction, at } = this.now;
    return ((at - this.begun.at) * (1 - fraction)) / (fraction - this.begun.fraction);
  }
}

/** `40 s`, `12 min`, `3.5 h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
