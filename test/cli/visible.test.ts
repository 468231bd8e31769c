import { describe, expect, it } from 'vitest';
import { visible, visibleJson, visiblePage } from '../../src/cli/visible.js';

describe('text for a terminal', () => {
  it('shows what a terminal would obey', () => {
    expect(visible('a\x1b[31mred\x07\x9b2J\r\nb\tc\u202egnp')).toBe(
      'a\\x1b[31mred\\x07\\x9b2J\\x0d\\nb\\tc\\u202egnp',
    );
    expect(visible('漢字 é 😀 ×')).toBe('漢字 é 😀 ×');
    expect(visiblePage('one\x1b\ntwo')).toBe('one\\x1b\ntwo');
  });

  it('gives JSON that says the same', () => {
    const value = { name: 'a\x1b\x9b\u202e\n' };
    expect(visibleJson(value)).not.toMatch(/[\x7f-\x9f\u202e]/);
    expect(JSON.parse(visibleJson(value))).toEqual(value);
  });

  it('keeps a message to a few lines', () => {
    const long = visible(`first ${'x'.repeat(100_000)} last`);
    expect(long).toHaveLength(999);
    expect(long).toMatch(/^first x+ … x+ last$/);
  });
});
