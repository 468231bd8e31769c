import { expect, it, vi } from 'vitest';
import { interruptible } from '../../src/cli/interrupt.js';

it('gives the status of its work, and listens no longer', async () => {
  const before = process.listenerCount('SIGTERM');
  expect(await interruptible(async () => 1)).toBe(1);
  expect(process.listenerCount('SIGTERM')).toBe(before);
});

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s aborts the work, says so, and is its status', async (name, status) => {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const ended = interruptible(
    (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        process.emit(name, name);
      }),
  );
  expect(await ended).toBe(status);
  expect(stderr.mock.calls.flat().join('')).toContain(
    'Stopping after the current step; finished files are kept.',
  );
  stderr.mockRestore();
});

it('a fault of the work is not taken for a stop', async () => {
  await expect(interruptible(async () => Promise.reject(new Error('torn')))).rejects.toThrow('torn');
});
