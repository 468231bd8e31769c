import { describe, expect, it } from 'vitest';
import { UsageError, unknownName } from '../../src/core/errors.js';

describe('unknownName', () => {
  it('says the three nearest names, by the number of letters to change', () => {
    const error = unknownName('operator', 'blurr', ['inpaint', 'colours', 'blurs', 'blur', 'denoise']);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.name).toBe('UsageError');
    expect(error.message).toBe('there is no operator "blurr"; the nearest are blurs, blur, colours');
  });

  it('counts names that contain what was typed as near', () => {
    const known = ['motion', 'gaussian-blur', 'shape', 'blip'];
    expect(unknownName('operator', 'blur', known).message).toBe(
      'there is no operator "blur"; the nearest are gaussian-blur, blip, shape',
    );
    expect(known).toEqual(['motion', 'gaussian-blur', 'shape', 'blip']);
  });

  it('leaves out what it cannot say of an empty table', () => {
    expect(unknownName('option', 'x', []).message).toBe('there is no option "x"');
  });
});
