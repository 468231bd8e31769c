import { expect, it } from 'vitest';
import { embeddedJson, escaped, htmlPage } from '../../src/report/text.js';

it('escapes what a browser would take for markup', () => {
  expect(escaped(`<a href="x">'&`)).toBe('&#60;a href=&#34;x&#34;&#62;&#39;&#38;');
  const json = embeddedJson({ name: '</script>' });
  expect(json).not.toContain('<');
  expect(JSON.parse(json)).toEqual({ name: '</script>' });
});

it('makes pages that may fetch nothing', () => {
  const page = htmlPage('a < b', 'b {}', '<p>c</p>');
  expect(page).toContain("default-src 'none'");
  expect(page).toContain('<title>a &#60; b</title>');
  expect(page).not.toContain('<script');
});
