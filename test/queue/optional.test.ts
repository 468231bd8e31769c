import { expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import { optional } from '../../src/queue/optional.js';

it('says what to install where a package is missing, and passes other errors on', async () => {
  const missing = Object.assign(new Error('x'), { code: 'ERR_MODULE_NOT_FOUND' });
  const load = optional('bullmq', () => Promise.reject(missing));
  await expect(load).rejects.toThrow(UsageError);
  await expect(load).rejects.toThrow('this needs a package that is not installed: npm install bullmq');
  await expect(optional('bullmq', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await optional('a', async () => 1)).toBe(1);
});
