import { expect, test } from 'vitest';
import { Room } from '../../src/jobs/room.js';

const soon = () => new Promise((resolve) => setTimeout(resolve, 1));

test('as many are let in as there is room for, in their order', async () => {
  const room = new Room(10);
  const inside: string[] = [];
  const enter = (name: string, bytes: number) => room.enter(name, bytes).then(() => inside.push(name));
  const all = Promise.all([enter('a', 6), enter('b', 4), enter('c', 7), enter('d', 1)]);
  await soon();
  expect(inside).toEqual(['a', 'b']);
  await room.enter('a', 100);
  // d would fit when a is gone, but c was first.
  room.leave('a');
  await soon();
  expect(inside).toEqual(['a', 'b']);
  room.leave('b');
  room.leave('b');
  await all;
  expect(inside).toEqual(['a', 'b', 'c', 'd']);
});

test('what is larger than the room has it alone', async () => {
  const room = new Room(10);
  await room.enter('large', 50);
  let second = false;
  const next = room.enter('small', 1).then(() => {
    second = true;
  });
  await soon();
  expect(second).toBe(false);
  room.leave('large');
  await next;
});

test('who waits leaves when aborted, and makes way', async () => {
  const room = new Room(10);
  await room.enter('a', 6);
  const controller = new AbortController();
  const large = room.enter('b', 8, controller.signal);
  const small = room.enter('c', 2);
  controller.abort(new Error('enough'));
  await expect(large).rejects.toThrow('enough');
  await small;
  await expect(room.enter('d', 1, AbortSignal.abort(new Error('no')))).rejects.toThrow('no');
});
