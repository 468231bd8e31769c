import { describe, expect, it } from 'vitest';
import { cameraShake } from '../../../problems/blur/camera-shake.js';
import { keyedRandom } from '../../../src/core/random.js';

const random = (seed: number) => keyedRandom(seed, 'camera shake', 0)('path');

/** By how much the direction changes at every step, from −π to π. */
function turns(path: readonly (readonly [number, number])[]): number[] {
  const headings = path.slice(1).map(([x, y], i) => Math.atan2(y - path[i][1], x - path[i][0]));
  return headings.slice(1).map((heading, i) => {
    const turn = heading - headings[i];
    return turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI));
  });
}

describe('cameraShake', () => {
  it('begins at the origin and takes steps of equal length, whose sum is 1', () => {
    const path = cameraShake(0.7, random(0));
    expect(path[0]).toEqual([0, 0]);
    const lengths = path.slice(1).map(([x, y], i) => Math.hypot(x - path[i][0], y - path[i][1]));
    expect(Math.max(...lengths)).toBeCloseTo(1 / path.length, 12);
    expect(Math.min(...lengths)).toBeCloseTo(1 / path.length, 12);
  });

  it('of intensity 0 is a straight line in any direction', () => {
    const ends = [0, 1, 2, 3].map((seed) => {
      const path = cameraShake(0, random(seed));
      expect(Math.max(...turns(path).map(Math.abs))).toBeLessThan(1e-9);
      const [x, y] = path[path.length - 1];
      return Math.atan2(y, x);
    });
    expect(Math.max(...ends) - Math.min(...ends)).toBeGreaterThan(1);
  });

  it.each([0.3, 1])(
    'of intensity %d is nudged at every step, and thrown about three times that number',
    (intensity) => {
      const count = 200;
      const all = Array.from({ length: count }, (_, k) => turns(cameraShake(intensity, random(k)))).flat();
      // A nudge is 6·intensity/√2000 = 0.13 of intensity 1: nothing between it and a quarter of a turn.
      const jerks = all.filter((turn) => Math.abs(turn) > Math.PI / 4);
      const nudges = all.filter((turn) => Math.abs(turn) <= Math.PI / 4);
      const expected = 3 * intensity * count;
      expect(Math.abs(jerks.length - expected)).toBeLessThan(4 * Math.sqrt(expected));
      // Thrown by π/2 + uπ: that is away from straight on by 3π/4 on average, to both sides alike.
      const spread = Math.PI / Math.sqrt(48);
      const mean = jerks.reduce((sum, turn) => sum + Math.abs(turn), 0) / jerks.length;
      expect(Math.abs(mean - 0.75 * Math.PI)).toBeLessThan((4 * spread) / Math.sqrt(jerks.length));
      const left = jerks.filter((turn) => turn > 0).length;
      expect(Math.abs(left - jerks.length / 2)).toBeLessThan(2 * Math.sqrt(jerks.length));
      const variance = nudges.reduce((sum, turn) => sum + turn ** 2, 0) / nudges.length;
      expect(variance / ((36 * intensity ** 2) / 2000)).toBeCloseTo(1, 1);
    },
  );

  it('is turned towards where it began, the more the farther it is and the more it looks aside', () => {
    const [intensity, nudge] = [0.8, 0.05];
    // Steady nudges, no jerks: the path is a bow.
    const steady = { ...random(0), uniform: () => 0.999, normal: () => nudge };
    const path = cameraShake(intensity, steady);
    const own = (6 * intensity * nudge) / Math.sqrt(path.length);
    turns(path).forEach((turn, i) => {
      // The spring's torque: heading × (origin − place), where the step that turned began.
      const [x, y] = path[i + 1];
      const [alongX, alongY] = [(x - path[i][0]) * path.length, (y - path[i][1]) * path.length];
      const torque = alongY * x - alongX * y;
      if (i % 100 === 99) expect(turn - own).toBeCloseTo((2 * intensity * torque) / path.length, 9);
    });
  });
});
