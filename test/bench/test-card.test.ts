import { expect, it } from 'vitest';
import { testCard } from '../../src/bench/test-card.js';

it('is a picture with a texture, within [0, 1]', () => {
  const { data, shape } = testCard([3, 8, 12]);
  expect(shape).toEqual([3, 8, 12]);
  expect(Math.min(...data)).toBeGreaterThanOrEqual(0.1);
  expect(Math.max(...data)).toBeLessThanOrEqual(0.9);
  expect(new Set(data).size).toBeGreaterThan(200);
});
