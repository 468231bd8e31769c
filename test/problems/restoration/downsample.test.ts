import { describe, expect, it } from 'vitest';
import { keyedRandom } from '../../../src/core/random.js';
import { agreesWithFixtures } from '../fixture-cases.js';
import { linearOperatorOf as operatorOf } from '../sound.js';

agreesWithFixtures('downsample', 16);

describe('downsample by filter=gaussian', () => {
  it('is the circular blur of that sigma, then the first pixel of each block', async () => {
    const x = keyedRandom(2, 'downsample', 0)('x').normals([2, 6, 9]);
    const y = await operatorOf('downsample:factor=3,filter=gaussian,sigma=0.9', x.shape).apply(x);
    const blurred = await operatorOf('gaussian-blur:sigma=0.9,border=circular', x.shape).apply(x);
    expect(y.shape).toEqual([2, 2, 3]);
    for (const [i, value] of y.data.entries()) {
      expect(value).toBeCloseTo(blurred.data[3 * 9 * Math.floor(i / 3) + 3 * (i % 3)], 5);
    }
  });

  it.each([
    [[1, 6, 8], '6×8'],
    [[1, 9, 8], '9×8'],
    [[1, 8, 9], '8×9'],
  ])('takes images whose height and width the factor divides, not %j', (shape, size) => {
    const refused = () => operatorOf('downsample:factor=3,filter=gaussian', shape);
    expect(refused).toThrow(`factor 3 divides, but the image is 1×${size}`);
  });
});
