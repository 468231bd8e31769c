import { describe, expect, it } from 'vitest';
import { problem } from '../../problems/bind.js';
import { floatArray } from '../../src/core/array.js';
import { withPattern } from '../../src/jobs/mosaic.js';

const input = (about?: Record<string, unknown>) => ({
  array: floatArray(new Float32Array(4), [1, 2, 2]),
  sha256: '',
  about,
});

describe('withPattern', () => {
  const options = (spec: string) =>
    withPattern(problem(spec, 'gaussian:sigma=0.1'), input({ pattern: 'gbrg' }), 'x.dng').operators[0]
      .options;

  it('takes the file’s pattern, unless another is said', () => {
    expect(options('demosaic')).toEqual({ pattern: 'gbrg' });
    expect(options('demosaic:pattern=bggr')).toEqual({ pattern: 'bggr' });
  });

  it('refuses a mosaic where a picture is expected, and leaves other files alone', () => {
    expect(() => options('denoise')).toThrow('x.dng holds one colour at each pixel, as a sensor sees');
    const spec = problem('denoise', 'gaussian:sigma=0.1');
    expect(withPattern(spec, input(), 'x.png')).toBe(spec);
  });
});
