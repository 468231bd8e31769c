import { expect, it } from 'vitest';
import { AtWork } from '../../src/cli/at-work.js';

it('counts what is finished, and parts of all that are at work', () => {
  const work = new AtWork(() => {});
  const progress = (name: string, fraction: number) =>
    work.progress({ type: 'progress', name, fraction, sample: 0, samples: 1, step: 0, steps: 4 });
  work.begin({ type: 'begin', name: 'a', size: [8, 8], memory: 1 });
  progress('a', 0.5);
  progress('b', 0.25);
  expect(work.done).toBe(0.75);
  work.end('b');
  expect(work.done).toBe(1.5);
  progress('a', 0.75);
  work.end('a');
  expect(work.done).toBe(2);
});
