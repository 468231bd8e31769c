import { describe, expect, it } from 'vitest';
import { CentredFft2d } from '../../src/core/centred-fft2d.js';
import { keyedRandom } from '../../src/core/random.js';

const random = keyedRandom(7, 'centred fft', 0);

/** (HW)^−½ Σ x[n] exp(∓2πi k·n/(H, W)), k and n counted from (⌊H/2⌋, ⌊W/2⌋), at the row and column k. */
function sumAt(
  { re, im }: { re: Float64Array; im: Float64Array },
  [height, width]: number[],
  [row, column]: number[],
) {
  const [down, across] = [row - (height >> 1), column - (width >> 1)];
  const sum = [0, 0];
  for (let i = 0; i < re.length; i++) {
    const [y, x] = [Math.floor(i / width) - (height >> 1), (i % width) - (width >> 1)];
    const angle = -2 * Math.PI * ((down * y) / height + (across * x) / width);
    sum[0] += re[i] * Math.cos(angle) - im[i] * Math.sin(angle);
    sum[1] += re[i] * Math.sin(angle) + im[i] * Math.cos(angle);
  }
  return sum.map((value) => value / Math.sqrt(height * width));
}

describe('CentredFft2d', () => {
  const sizes = [
    [1, 1],
    [1, 5],
    [4, 1],
    [4, 6],
    [5, 7],
    [6, 9],
    [23, 8],
  ];
  const plane = (height: number, width: number) => ({
    re: Float64Array.from(random('re', height, width).normals([height * width]).data),
    im: Float64Array.from(random('im', height, width).normals([height * width]).data),
  });

  it.each(sizes)('is the orthonormal sum about the middle on %i×%i, and its inverse', (height, width) => {
    const x = plane(height, width);
    const { re, im, forward, inverse } = new CentredFft2d(height, width).enter();
    re.set(x.re);
    im.set(x.im);
    forward();
    for (let i = 0; i < re.length; i++) {
      const sum = sumAt(x, [height, width], [Math.floor(i / width), i % width]);
      expect(re[i]).toBeCloseTo(sum[0], 11);
      expect(im[i]).toBeCloseTo(sum[1], 11);
    }
    inverse();
    for (let i = 0; i < re.length; i++) {
      expect(re[i]).toBeCloseTo(x.re[i], 12);
      expect(im[i]).toBeCloseTo(x.im[i], 12);
    }
  });

  it.each([
    [2, 64],
    [64, 2],
  ])('leaves alone what else is wanted, on %i×%i', (height, width) => {
    const { re, im, others, forward, inverse } = new CentredFft2d(height, width).enter([Float64Array, 5000]);
    const x = plane(height, width);
    re.set(x.re);
    im.set(x.im);
    others[0].fill(7);
    forward();
    inverse();
    expect(others[0].every((value) => value === 7)).toBe(true);
  });

  it('gives the columns that are wanted, takes them back, and has room for more', () => {
    const [height, width, wanted] = [5, 6, [1, 4]];
    const x = plane(height, width);
    const transform = new CentredFft2d(height, width, wanted);
    const { re, im, others, forward, inverse } = transform.enter([Float64Array, 3], [Int32Array, 2]);
    expect(others.map((array) => array.length)).toEqual([3, 2]);
    re.set(x.re);
    im.set(x.im);
    forward();
    const kept = { re: new Float64Array(re.length), im: new Float64Array(im.length) };
    for (let row = 0; row < height; row++) {
      for (const column of wanted) {
        const at = row * width + column;
        const sum = sumAt(x, [height, width], [row, column]);
        expect(re[at]).toBeCloseTo(sum[0], 11);
        expect(im[at]).toBeCloseTo(sum[1], 11);
        [kept.re[at], kept.im[at]] = sum;
      }
    }
    // The inverse of a plane that is zero in the other columns.
    const whole = new CentredFft2d(height, width).enter();
    whole.re.set(kept.re);
    whole.im.set(kept.im);
    whole.inverse();
    const expected = [...whole.re, ...whole.im];
    const again = transform.enter();
    again.re.set(kept.re);
    again.im.set(kept.im);
    again.inverse();
    [...again.re, ...again.im].forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 12);
    });
    expect(inverse).toBeTypeOf('function');
  });
});
