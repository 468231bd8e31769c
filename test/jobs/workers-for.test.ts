import { expect, test } from 'vitest';
import { workersFor } from '../../src/jobs/workers-for.js';

const few = { pieces: 4, maxMemory: 20e9 };

test.each([
  ['one for each core', few, 9e6, 4, 4],
  ['no more than there is to deal out', { ...few, pieces: 3 }, 9e6, 8, 3],
  ['one where nothing is known of that', { ...few, pieces: 0 }, 9e6, 8, 1],
  ['no more than a quarter of the memory has weights for', { ...few, pieces: 9 }, 1.7e9, 8, 2],
  ['at least one', few, 30e9, 8, 1],
  ['as many as are told', { ...few, workers: 3, threads: 2 }, 9e6, 8, 3],
  ['one where threads are told', { ...few, threads: 2 }, 9e6, 8, 1],
  ['one of another device', { ...few, device: 'cuda' } as const, 9e6, 8, 1],
])('%s', (_, dealt, weights, cores, expected) => {
  const workers = workersFor(dealt, cores);
  expect(typeof workers === 'number' ? workers : workers(weights)).toBe(expected);
});
