import { expect, it } from 'vitest';
import { style } from '../../src/report/style.js';

it('fetches nothing', () => {
  expect(style).not.toMatch(/url\(|@import/);
});
