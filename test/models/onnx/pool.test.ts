import { expect, test } from 'vitest';
import { Pool } from '../../../models/onnx/pool.js';

function poolOf(capacity: number) {
  const freed: string[] = [];
  const made: string[] = [];
  const pool = new Pool<string>(capacity, async (value) => {
    freed.push(value);
  });
  const take = (key: string) =>
    pool.take(key, async () => {
      made.push(key);
      return key;
    });
  return { pool, freed, made, take };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test('the least recently used goes first', async () => {
  const { freed, made, take } = poolOf(2);
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) (await take(key)).end();
  await settled();
  expect(made).toEqual(['a', 'b', 'c', 'b']);
  expect(freed).toEqual(['b', 'c']);
});

test('what is in use is freed only when its last lease ends, once', async () => {
  const { freed, take } = poolOf(1);
  const first = await take('a');
  const second = await take('a');
  (await take('b')).end();
  first.end();
  first.end();
  await settled();
  expect(freed).toEqual([]);
  second.end();
  await settled();
  expect(freed).toEqual(['a']);
});

test('is made once for all who ask at the same time', async () => {
  const { made, take } = poolOf(1);
  await Promise.all([take('a'), take('a'), take('a')]);
  expect(made).toEqual(['a']);
});

test('a failure is told and not remembered', async () => {
  const { pool, take } = poolOf(1);
  const failing = () => Promise.reject(new Error('no room'));
  await expect(pool.take('a', failing)).rejects.toThrow('no room');
  expect((await take('a')).value).toBe('a');
});
