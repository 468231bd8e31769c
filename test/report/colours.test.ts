import { expect, it } from 'vitest';
import { mapColours } from '../../src/report/colours.js';

it('go from dark to bright in equal steps of lightness', () => {
  const colours = mapColours(9);
  expect(colours).toHaveLength(9);
  // Relative luminance to lightness, CIE 1976.
  const linear = (value: number) =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const lightness = colours.map(
    ([r, g, b]) => 116 * Math.cbrt(0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)) - 16,
  );
  const steps = lightness.slice(1).map((value, k) => value - lightness[k]);
  for (const step of steps) expect(Math.abs(step - 9.7)).toBeLessThan(1.6);
});
