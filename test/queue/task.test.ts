import { expect, it } from 'vitest';
import { problem } from '../../problems/bind.js';
import { idOf, nameOfTask, rangesOf, type Task } from '../../src/queue/task.js';

const task: Task = {
  ...{ version: 1, job: { spec: problem('denoise', 'gaussian:sigma=0.1') }, out: '/out' },
  item: { name: 's/a', path: '/in/s/a.png' },
};

it('names tasks for people, and tells them apart by what they are', () => {
  const range = { ...task, range: { from: 0, to: 8 } };
  const merge = { ...task, ranges: [{ from: 0, to: 8 }] };
  expect([task, range, merge].map(nameOfTask)).toEqual(['s/a', 's/a samples 0:8', 's/a merge']);
  expect(idOf(task)).toMatch(/^[0-9a-f]{40}$/);
  expect(idOf(structuredClone(task))).toBe(idOf(task));
  expect(new Set([task, range, merge, { ...task, out: '/b' }].map(idOf)).size).toBe(4);
});

it('deals samples out in ranges that are a whole', () => {
  expect(rangesOf(5, 2)).toEqual([
    { from: 0, to: 2 },
    { from: 2, to: 4 },
    { from: 4, to: 5 },
  ]);
  expect(rangesOf(4, 4)).toEqual([{ from: 0, to: 4 }]);
});
