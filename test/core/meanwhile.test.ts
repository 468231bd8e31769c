import { expect, it } from 'vitest';
import { meanwhile } from '../../src/core/meanwhile.js';

it('lets what was asked before go out first', async () => {
  const done: string[] = [];
  setImmediate(() => done.push('sent'));
  await meanwhile(() => done.push('work'));
  expect(done).toEqual(['sent', 'work']);
});

it('waits for no timer in a web page', async () => {
  Object.assign(globalThis, { document: {} });
  try {
    const done: string[] = [];
    setImmediate(() => done.push('a turn'));
    await meanwhile(() => done.push('work'));
    expect(done).toEqual(['work']);
  } finally {
    Reflect.deleteProperty(globalThis, 'document');
  }
});

it('gives what the work gives, and fails as it fails', async () => {
  expect(await meanwhile(() => 3)).toBe(3);
  await expect(
    meanwhile(() => {
      throw new Error('no numbers');
    }),
  ).rejects.toThrow('no numbers');
});
