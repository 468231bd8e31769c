import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { operatorOf } from '../sound.js';

const imageOf = (text: string, measurementShape: number[], channels?: number) => {
  const spec = { ...parseProblem(text), noise: parseTerm('gaussian:sigma=1') };
  return bind(spec, { measurementShape }, { channels }).imageShape;
};

describe('the image of a measurement', () => {
  it('is square unless size says otherwise', () => {
    expect(imageOf('single-pixel:fraction=0.25', [3, 16])).toEqual([3, 8, 8]);
    expect(imageOf('single-pixel:fraction=0.25,size=4x16', [3, 16])).toEqual([3, 4, 16]);
    expect(imageOf('hadamard:fraction=0.3,transform=dct', [1, 30])).toEqual([1, 10, 10]);
    expect(imageOf('random-projection:fraction=0.5,size=5x7', [2, 18])).toEqual([2, 5, 7]);
    expect(imageOf('single-pixel:fraction=0.25', [1, 16], 3)).toEqual([3, 8, 8]);
  });

  it('is refused where no image has so many values', () => {
    expect(() => imageOf('single-pixel:fraction=0.25', [1, 17])).toThrow(
      'single-pixel:fraction=0.25 of an image of 8×8 is 16 values a channel, but the measurement has 17; size=HxW says',
    );
    expect(() => imageOf('hadamard:fraction=0.5,size=4x4', [1, 7])).toThrow('is 8 values a channel');
    expect(() => imageOf('hadamard:fraction=0.5', [1, 4, 4])).toThrow(
      'hadamard measures arrays of shape channels×values, but the measurement is 1×4×4',
    );
    expect(() => operatorOf('hadamard:fraction=0.5,size=4x8', [1, 8, 4])).toThrow(
      'hadamard:size is 4x8, but the image is 8x4',
    );
    expect(() => operatorOf('hadamard:fraction=0.5,size=4', [1, 8, 4])).toThrow('option size of hadamard: ');
  });
});
