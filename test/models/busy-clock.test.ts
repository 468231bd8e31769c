import { expect, it, vi } from 'vitest';
import { BusyClock } from '../../models/busy-clock.js';

it('counts what overlaps once, and what fails too', async () => {
  vi.useFakeTimers();
  try {
    const clock = new BusyClock();
    const after = (ms: number) => () => new Promise<void>((resolve) => setTimeout(resolve, ms));
    const both = Promise.all([clock.during(after(30)), clock.during(after(50))]);
    await vi.advanceTimersByTimeAsync(50);
    await both;
    await vi.advanceTimersByTimeAsync(1000);
    const failing = clock
      .during(() => after(20)().then(() => Promise.reject(new Error('no'))))
      .catch(() => {});
    await vi.advanceTimersByTimeAsync(20);
    await failing;
    expect(clock.busy).toBe(70);
  } finally {
    vi.useRealTimers();
  }
});
