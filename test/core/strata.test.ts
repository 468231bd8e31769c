import { describe, expect, it } from 'vitest';
import { filled, floatArray, mapArray } from '../../src/core/array.js';
import { heldByPlace } from '../../src/core/strata.js';

const shape = [1, 24, 24];
/** Dark on the left, bright on the right, one edge between. */
const truth = floatArray(
  Float32Array.from({ length: 576 }, (_, i) => (i % 24 < 12 ? 0.2 : 0.8)),
  shape,
);
const offset = (by: number) => mapArray(truth, (value) => value + by);

describe('intervals by place', () => {
  it('tell the border from what is inside', () => {
    const { inside, border } = heldByPlace(offset(-0.1), offset(0.2), truth);
    expect(inside.share).toBeCloseTo(64 / 576, 9);
    expect(border.share + inside.share).toBeCloseTo(1, 9);
    expect([inside.held, border.held]).toEqual([1, 1]);
    expect(inside.width).toBeCloseTo(0.3, 6);
  });

  it('tell edges from flat places, and dark from bright', () => {
    // Wrong at the edge alone: the column before the step.
    const wrong = mapArray(truth, (value, i) => (i % 24 === 11 ? value + 0.05 : value - 0.05));
    const places = heldByPlace(wrong, offset(0.1), truth);
    expect(places['edge'].held).toBeCloseTo(1 - 24 / 192, 9);
    expect([places['flat'].held, places['texture'].held]).toEqual([1, 1]);
    expect(places['bright'].held).toBe(1);
    expect(places['dark'].held).toBeLessThan(1);
    for (const name of ['flat', 'texture', 'edge', 'dark', 'middle', 'bright']) {
      expect(places[name].share).toBeCloseTo(1 / 3, 2);
    }
  });

  it('tell holes from what was measured, where there are both', () => {
    const observed = Float32Array.from({ length: 576 }, (_, i) => (i < 144 ? 0 : 1));
    const low = mapArray(truth, (value, i) => (i < 144 ? value + 0.01 : value));
    const places = heldByPlace(low, offset(0.1), truth, observed);
    expect([places['hole'].held, places['hole'].share, places['seen'].held]).toEqual([0, 0.25, 1]);
    expect(heldByPlace(low, low, truth)['hole']).toBeUndefined();
    expect(heldByPlace(low, low, truth, observed.fill(1))['hole']).toBeUndefined();
  });

  it('are of one shape', () => {
    expect(() => heldByPlace(filled([1, 2, 2], 0), truth, truth)).toThrow('1×2×2 and 1×24×24');
  });
});
