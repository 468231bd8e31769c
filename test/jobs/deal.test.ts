import { describe, expect, it } from 'vitest';
import { dealt } from '../../src/jobs/deal.js';

async function all(items: Iterable<string> | AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('dealt', () => {
  it('asks for what others hold again, after all that is free, and says once that it waits', async () => {
    const looks: Record<string, number> = {};
    const claim = async (item: string) => {
      looks[item] = (looks[item] ?? 0) + 1;
      return item !== 'b' || looks[item] > 3;
    };
    const waits: number[] = [];
    const order = await all(
      dealt(['a', 'b', 'c'], { claim, onWait: (left) => waits.push(left), lookEvery: 1 }),
    );
    expect(order).toEqual(['a', 'c', 'b']);
    expect(looks).toEqual({ a: 1, b: 4, c: 1 });
    expect(waits).toEqual([1]);
  });

  it('deals again what is pushed back', async () => {
    const queue = ['a', 'b'];
    const found: string[] = [];
    for await (const item of dealt(queue, { claim: async () => true })) {
      if (item === 'a' && !found.includes('a')) queue.push('a');
      found.push(item);
    }
    expect(found).toEqual(['a', 'b', 'a']);
  });

  it('stops when told to, also while it waits', async () => {
    const stop = new AbortController();
    const waiting = all(
      dealt(['a'], {
        claim: async () => false,
        signal: stop.signal,
        onWait: () => stop.abort(),
        lookEvery: 60_000,
      }),
    );
    await expect(waiting).rejects.toThrow(/aborted/);
  });
});
