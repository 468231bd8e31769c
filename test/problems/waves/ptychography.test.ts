import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { mapArray, zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { agreesWithFixtures } from '../fixture-cases.js';
import { operatorOf } from '../sound.js';

agreesWithFixtures('ptychography', 1);

const images = (shape: readonly number[]) => {
  const random = keyedRandom(3, 'phase test', 0)('image');
  return mapArray(zeros(shape), () => random.uniform());
};

const imageOf = (text: string, measurementShape: number[]) => {
  const spec = { ...parseProblem(text), noise: parseTerm('gaussian:sigma=1') };
  return bind(spec, { measurementShape }).imageShape;
};

describe('ptychography', () => {
  it('lights spots row by row, the last ones flush with the border', async () => {
    const x = images([1, 9, 8]);
    const y = await operatorOf('ptychography:radius=2,step=3,quantity=intensity', x.shape).apply(x);
    expect(y.shape).toEqual([1, 9, 4, 4]);
    const lit = [-1.5, -0.5, 0.5, 1.5].flatMap((v) =>
      [-1.5, -0.5, 0.5, 1.5].map((u) => Math.hypot(u, v) <= 2),
    );
    let spot = 0;
    for (const top of [0, 3, 5]) {
      for (const left of [0, 3, 4]) {
        // Parseval: the pattern's energy is that of the lit pixels.
        let energy = 0;
        for (const [i, inside] of lit.entries()) {
          if (inside) energy += x.data[(top + (i >> 2)) * 8 + left + (i & 3)] ** 2;
        }
        const sum = y.data.subarray(16 * spot, 16 * ++spot).reduce((total, value) => total + value, 0);
        expect(sum).toBeCloseTo(energy, 5);
      }
    }
  });

  it('says what it needs', () => {
    expect(imageOf('ptychography:radius=2,step=3,size=9x8', [1, 9, 4, 4])).toEqual([1, 9, 8]);
    expect(() => imageOf('ptychography:radius=2,step=3', [1, 9, 4, 4])).toThrow(
      'ptychography needs size=HxW to know the image of a measurement',
    );
    expect(() => imageOf('ptychography:radius=3,size=9x8', [1, 9, 4, 4])).toThrow(
      'ptychography with a beam of 6×6 measures arrays of shape channels×spots×6×6, but the measurement is 1×9×4×4',
    );
    expect(() => operatorOf('ptychography:radius=5', [1, 9, 12])).toThrow(
      'the beam of ptychography is 10×10, larger than the image of 9×12',
    );
  });
});
