import { describe, expect, it } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { joinChunks } from '../../src/io/npy.js';
import { decodeRange, encodeRange, nameOfRange, type RangeLine } from '../../src/jobs/range-file.js';

const image = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);
const cost = { networkEvaluations: 7, vjps: 2, seconds: 1.5, networkSeconds: 1.2 };

describe('the file of a range', () => {
  it('gives back every bit', async () => {
    const drawn = {
      ...{ from: 3, to: 5, images: [image(0.1, -0, 1e-38), image(1, 2, 3)], ...cost },
      ...{ moments: { mean: image(1, 1, 1), variance: image(2, 2, 2) }, estimate: image(4, 4, 4) },
      looked: image(5, 5, 5),
    };
    const line = { range: [3, 5], ...cost } as unknown as RangeLine;
    const again = await decodeRange(joinChunks(encodeRange(drawn)), 'a.npz', line);
    expect(again.images.map(({ data }) => [...data])).toEqual(drawn.images.map(({ data }) => [...data]));
    expect(Object.is(again.images[0].data[1], -0)).toBe(true);
    expect([...again.moments!.variance!.data]).toEqual([2, 2, 2]);
    expect([...again.estimate!.data, ...again.looked!.data]).toEqual([4, 4, 4, 5, 5, 5]);
    expect(again).toMatchObject({ from: 3, to: 5, ...cost });
    const more = decodeRange(joinChunks(encodeRange(drawn)), 'a.npz', { ...line, range: [3, 6] });
    await expect(more).rejects.toThrow('a.npz does not hold sample 5');
  });

  it('is named by the item and its samples', () => {
    expect(nameOfRange('s/a', { from: 0, to: 8 })).toBe('s/a.samples-0-8');
  });
});
