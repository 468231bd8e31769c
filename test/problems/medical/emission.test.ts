/** ct, emission and filtered backprojection. */
import { describe, expect, it } from 'vitest';
import { floatArray, mapArray, zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { expectSound, operatorOf } from '../sound.js';

const images = (shape: readonly number[]) => {
  const random = keyedRandom(3, 'ct test', 0)('image');
  return mapArray(zeros(shape), () => random.uniform());
};

describe('emission', () => {
  it('loses what the body absorbs, and gains the background', async () => {
    const [height, width] = [8, 10];
    const x = images([1, height, width]);
    const files = { '0.attenuation': mapArray(zeros([height, width]), () => 1.5) };
    const text = 'emission:angles=2,detectors=10,background=0.25,attenuation=mu.npy';
    const operator = operatorOf(text, x.shape, files);
    const y = await operator.apply(x);
    const clean = await operatorOf('ct:angles=2,detectors=10', x.shape).apply(x);
    for (let column = 0; column < width; column++) {
      // 8 of 10 pixels of a column, 10 of 10 of a row.
      expect(y.data[column]).toBeCloseTo(Math.exp(-1.2) * clean.data[column] + 0.25, 6);
    }
    for (let detector = 1; detector < 9; detector++) {
      expect(y.data[10 + detector]).toBeCloseTo(Math.exp(-1.5) * clean.data[10 + detector] + 0.25, 6);
    }
    await expectSound(operator);
    await expectSound(operatorOf(text.replace('background=0.25,', ''), [3, height, width], files));
  });

  it('refuses an attenuation of another size', () => {
    const files = { '0.attenuation': floatArray(new Float32Array(12), [3, 4]) };
    expect(() => operatorOf('emission:attenuation=mu.npy', [1, 8, 10], files)).toThrow(
      'emission:attenuation is 3×4, but the image is 8×10',
    );
  });
});
