/** phase-retrieval, coded-diffraction and ptychography. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { magnitude } from '../../../problems/parts/magnitude.js';
import { type FloatArray, floatArray, mapArray, zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { dot, norm } from '../../../src/core/vector.js';
import { expectSound, linearOperatorOf, operatorOf } from '../sound.js';

const images = (shape: readonly number[]) => {
  const random = keyedRandom(3, 'phase test', 0)('image');
  return mapArray(zeros(shape), () => random.uniform());
};
const probe = keyedRandom(4, 'phase test', 0)('probe').normals([4, 3, 2]);
const imageOf = (text: string, measurementShape: number[]) => {
  const spec = { ...parseProblem(text), noise: parseTerm('gaussian:sigma=1') };
  return bind(spec, { measurementShape }).imageShape;
};

const cases: [string, number[]][] = [
  ['phase-retrieval', [1, 6, 8]],
  ['phase-retrieval:oversampling=1.5', [3, 7, 4]],
  ['phase-retrieval:oversampling=1', [1, 5, 9]],
  ['coded-diffraction', [1, 8, 6]],
  ['coded-diffraction:masks=2,modulation=octanary,seed=3', [2, 7, 5]],
  ['ptychography:radius=2.5,step=3', [1, 10, 9]],
  ['ptychography:radius=2,step=2', [2, 4, 7]],
  ['ptychography:probe=p.npy,step=1', [1, 6, 7]],
];
describe.each(cases)('%s on %j', (text, shape) => {
  it.each(['amplitude', 'intensity'])('has the derivative of the %s', async (quantity) => {
    const full = `${text}${text.includes(':') ? ',' : ':'}quantity=${quantity}`;
    await expectSound(operatorOf(full, shape, { '0.probe': probe }));
  });

  it('measures intensities that are squares of amplitudes', async () => {
    const x = images(shape);
    const measure = async (quantity: string) => {
      const full = `${text}${text.includes(':') ? ',' : ':'}quantity=${quantity}`;
      return operatorOf(full, shape, { '0.probe': probe }).apply(x);
    };
    const [amplitude, intensity] = [await measure('amplitude'), await measure('intensity')];
    expect(norm(amplitude.data)).toBeGreaterThan(0.1);
    for (const [i, value] of amplitude.data.entries()) {
      expect(Math.abs(value ** 2 - intensity.data[i])).toBeLessThan(1e-6 * Math.max(1, intensity.data[i]));
    }
  });
});

it('has right derivatives whatever the options and sizes', async () => {
  const size = fc.integer({ min: 4, max: 12 });
  const terms = fc.oneof(
    fc.double({ min: 1, max: 3, noNaN: true }).map((ratio) => `phase-retrieval:oversampling=${ratio}`),
    fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom('phase', 'octanary'))
      .map(([masks, modulation]) => `coded-diffraction:masks=${masks},modulation=${modulation}`),
    fc
      .tuple(fc.double({ min: 1, max: 2, noNaN: true }), fc.integer({ min: 1, max: 5 }))
      .map(([radius, step]) => `ptychography:radius=${radius},step=${step}`),
  );
  await fc.assert(
    fc.asyncProperty(terms, size, size, async (text, height, width) => {
      await expectSound(operatorOf(`${text},quantity=intensity`, [1, height, width]));
    }),
    { numRuns: 40, seed: 1 },
  );
});

describe('magnitude', () => {
  const field = linearOperatorOf('mri:acceleration=1,coils=2', [1, 5, 6]);
  it.each(['amplitude', 'intensity'] as const)('is sound over complex fields: %s', async (quantity) => {
    await expectSound(magnitude(field, quantity));
  });

  it('is right along each pixel, away from zeros', async () => {
    const operator = magnitude(field, 'amplitude');
    const x = mapArray(images([1, 5, 6]), (value, i) => value + (i === 0 ? 20 : 0));
    const v = keyedRandom(5, 'magnitude', 0)('v').normals(operator.outputShape);
    const { pullback } = await operator.linearize(x);
    const gradient = await pullback(v);
    const along = async (i: number, step: number) => {
      const moved = mapArray(x, (value, k) => (k === i ? value + step : value));
      return dot((await operator.apply(moved)).data, v.data);
    };
    for (const i of [0, 7, 29]) {
      const slope = ((await along(i, 0.125)) - (await along(i, -0.125))) / 0.25;
      expect(Math.abs(slope - gradient.data[i])).toBeLessThan(2e-3 * Math.max(1, Math.abs(slope)));
    }
  });

  it('is finite where the field is zero', async () => {
    const { value, pullback } = await magnitude(field, 'amplitude').linearize(zeros([1, 5, 6]));
    const back = await pullback(mapArray(value, () => 1));
    expect([...value.data, ...back.data].every((number) => number === 0)).toBe(true);
  });
});

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

describe('coded-diffraction', () => {
  it('has patterns of each mask in turn, each of the whole energy', async () => {
    const x = images([2, 6, 5]);
    const y = await operatorOf('coded-diffraction:masks=3,seed=1', x.shape).apply(x);
    expect(y.shape).toEqual([6, 6, 5]);
    const energy = (data: Float32Array, plane: number) => norm(data.subarray(30 * plane, 30 * plane + 30));
    for (let pattern = 0; pattern < 6; pattern++) {
      expect(energy(y.data, pattern)).toBeCloseTo(energy(x.data, Math.floor(pattern / 3)), 5);
    }
    expect(y.data.slice(0, 30)).not.toEqual(y.data.slice(30, 60));
  });

  it('is pinned: the same masks on every machine and in every version', async () => {
    const white: FloatArray = floatArray(new Float32Array(6).fill(1), [1, 2, 3]);
    const text = 'coded-diffraction:masks=1,modulation=octanary,quantity=intensity,seed=2';
    const y = await operatorOf(text, white.shape).apply(white);
    expect(Array.from(y.data, (value) => value.toFixed(4)).join(' ')).toMatchInlineSnapshot(
      `"0.0447 0.3333 0.6220 0.0447 1.3333 0.6220"`,
    );
  });

  it('knows the image from the measurement', () => {
    expect(imageOf('coded-diffraction', [12, 8, 6])).toEqual([3, 8, 6]);
    expect(() => imageOf('coded-diffraction', [3, 8, 6])).toThrow(
      'coded-diffraction with 4 masks measures arrays of shape (channels·4)×height×width, but the measurement is 3×8×6',
    );
  });
});

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
