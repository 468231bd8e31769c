import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { floatArray, mapArray, zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { norm } from '../../../src/core/vector.js';
import { agreesWithFixtures } from '../fixture-cases.js';
import { operatorOf } from '../sound.js';

agreesWithFixtures('phase-retrieval', 2);

const images = (shape: readonly number[]) => {
  const random = keyedRandom(3, 'phase test', 0)('image');
  return mapArray(zeros(shape), () => random.uniform());
};

const imageOf = (text: string, measurementShape: number[]) => {
  const spec = { ...parseProblem(text), noise: parseTerm('gaussian:sigma=1') };
  return bind(spec, { measurementShape }).imageShape;
};

describe('phase-retrieval', () => {
  it('sees no difference in an image turned by 180°, and keeps its energy', async () => {
    const x = images([1, 5, 7]);
    const turned = floatArray(x.data.slice().reverse(), x.shape);
    const operator = operatorOf('phase-retrieval', x.shape);
    const [y, other] = [await operator.apply(x), await operator.apply(turned)];
    expect(y.shape).toEqual([1, 10, 14]);
    expect(norm(y.data)).toBeCloseTo(norm(x.data), 5);
    for (const [i, value] of y.data.entries()) expect(Math.abs(value - other.data[i])).toBeLessThan(1e-6);
  });

  it('is the autocorrelation in disguise: |F|² of the surrounded image', async () => {
    // Σ x[n]² is the mean of |X|², at lag zero; at lag one across Σ x[n]x[n+1].
    const x = images([1, 1, 4]);
    const y = await operatorOf('phase-retrieval:quantity=intensity', x.shape).apply(x);
    expect(y.shape).toEqual([1, 2, 8]);
    const lag = (places: number) => {
      let sum = 0;
      for (let i = 0; i < 16; i++) sum += y.data[i] * Math.cos((2 * Math.PI * ((i % 8) - 4) * places) / 8);
      return sum;
    };
    const products = (places: number) =>
      x.data.reduce((sum, value, i) => sum + value * (x.data[i + places] ?? 0), 0);
    for (const places of [0, 1, 2, 3, 4]) expect(lag(places)).toBeCloseTo(products(places), 5);
  });

  it('knows the image from the measurement', () => {
    expect(imageOf('phase-retrieval', [3, 16, 12])).toEqual([3, 8, 6]);
    expect(imageOf('phase-retrieval:oversampling=1.5,size=3x5', [1, 5, 8])).toEqual([1, 3, 5]);
    expect(() => imageOf('phase-retrieval:size=9x6', [3, 16, 12])).toThrow(
      'phase-retrieval:oversampling=2 makes 3×18×12 values of an image of 3×9×6, but the measurement is 3×16×12; ' +
        'size=HxW says which image it is of',
    );
  });
});
