import { expect, it } from 'vitest';
import { statusOf } from '../../src/cli/exit-status.js';

it('a job of which something failed ends with 1, any other with 0', () => {
  expect(statusOf({ failed: 0 })).toBe(0);
  expect([1, 7].map((failed) => statusOf({ failed }))).toEqual([1, 1]);
});
