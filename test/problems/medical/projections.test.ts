import { describe, expect, it } from 'vitest';
import { detectorsFor, projectionRays } from '../../../problems/medical/projections.js';

describe('parallel rays', () => {
  it('run along columns at 0°, first column first, and along rows at 90°', () => {
    const rays = projectionRays(4, 4, { angles: 2, arc: 180, detectors: 4 });
    expect(rays.slice(0, 4).map(({ x }) => x)).toEqual([0, 1, 2, 3]);
    for (const { dx, dy } of rays.slice(0, 4)) expect([dx, dy]).toEqual([expect.closeTo(0), -1]);
    // At 90° the detector runs along the y axis, upwards: the lowest row first.
    expect(rays.slice(4).map(({ y }) => y)).toEqual([3, 2, 1, 0].map((y) => expect.closeTo(y, 12)));
    for (const { dx, dy } of rays.slice(4)) expect([dx, dy]).toEqual([-1, expect.closeTo(0)]);
  });
});

describe('fan rays', () => {
  it('all pass through the source of their angle', () => {
    const [height, width, source] = [10, 12, 30];
    const rays = projectionRays(height, width, { angles: 3, arc: 360, detectors: 5, source });
    for (const [i, { x, y, dx, dy }] of rays.entries()) {
      const angle = (2 * Math.PI * Math.floor(i / 5)) / 3;
      const [sx, sy] = [
        (width - 1) / 2 + source * Math.sin(angle),
        (height - 1) / 2 + source * Math.cos(angle),
      ];
      expect((sx - x) * dy - (sy - y) * dx).toBeCloseTo(0, 9);
    }
  });
});

describe('detectors', () => {
  it('are as many as the diagonal is long', () => {
    expect(detectorsFor(3, 4)).toBe(5);
  });

  it('of a fan see the circle about the image from every side', () => {
    // The tangent to a circle of radius 5 from 13 away has length 12.
    expect(detectorsFor(6, 8, 13)).toBe(Math.ceil((2 * 5 * 13) / 12));
  });
});
