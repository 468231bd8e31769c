import { expect, it } from 'vitest';
import { reasonOf } from '../../src/core/reasons.js';

it('what the system refuses is told in words, another error by its message', () => {
  expect(reasonOf(Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC' }))).toBe('the disk is full');
  expect(reasonOf(Object.assign(new Error('odd'), { code: 'EODD' }))).toBe('odd');
  expect(reasonOf('torn')).toBe('torn');
});
