import { expect, it } from 'vitest';
import { coverageSvg } from '../../src/report/curve.js';

it('draws levels to the right and shares upwards, few points as dots', () => {
  const points = [0, 0.25, 0.5, 1].map((level): [number, number] => [level, level]);
  const svg = coverageSvg([
    { label: 'a', points },
    { label: 'b', points: [[0.9, 0.8]] },
  ]);
  expect(svg).toContain('points="30.0,168.0 70.0,128.0 110.0,88.0 190.0,8.0"');
  expect(svg.match(/<circle/g)).toHaveLength(1);
  expect(svg).toContain('cx="174.0" cy="40.0"');
});
