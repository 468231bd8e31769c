import { describe, expect, it } from 'vitest';
import { drawInOrder, drawSideBySide } from '../../src/core/side-by-side.js';

const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('drawSideBySide', () => {
  it('gives the results in order, whichever comes first, and never has more than told at work', async () => {
    let working = 0;
    let most = 0;
    const drawn = await drawSideBySide(5, 2, undefined, async (k) => {
      most = Math.max(most, ++working);
      await soon(k === 0 ? 20 : 1);
      working--;
      return 10 * k;
    });
    expect(drawn).toEqual([0, 10, 20, 30, 40]);
    expect(most).toBe(2);
  });

  it('ends the others when one fails, takes no more, and says what failed first', async () => {
    const begun: number[] = [];
    let ended = false;
    const run = drawSideBySide(4, 2, undefined, async (k, signal) => {
      begun.push(k);
      if (k === 1) throw new Error('sample 1 failed');
      await soon(5);
      ended = true;
      signal.throwIfAborted();
    });
    await expect(run).rejects.toThrow('sample 1 failed');
    expect({ begun, ended }).toEqual({ begun: [0, 1], ended: true });
  });

  it('stops with the reason of the signal', async () => {
    const controller = new AbortController();
    const begun: number[] = [];
    const run = drawSideBySide(9, 2, controller.signal, async (k) => {
      begun.push(k);
      if (k === 3) controller.abort(new Error('enough'));
      await soon(1);
    });
    await expect(run).rejects.toThrow('enough');
    expect(Math.max(...begun)).toBeLessThan(5);
  });
});

describe('drawInOrder', () => {
  it('uses the results in their order, whichever comes first', async () => {
    const used: number[] = [];
    await drawInOrder(
      ...([6, 3, undefined] as const),
      async (k) => {
        await soon(k % 3 === 0 ? 20 : 1);
        return 10 * k;
      },
      (result, k) => used.push(result + k),
    );
    expect(used).toEqual([0, 11, 22, 33, 44, 55]);
  });

  it('ends where one fails', async () => {
    const used: number[] = [];
    const run = drawInOrder(
      ...([5, 2, undefined] as const),
      async (k) => {
        if (k === 2) throw new Error('2 failed');
        await soon(k === 0 ? 10 : 1);
        return k;
      },
      (result) => used.push(result),
    );
    await expect(run).rejects.toThrow('2 failed');
    expect(used).toEqual([0, 1]);
  });
});
