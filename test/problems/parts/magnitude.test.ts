/** phase-retrieval, coded-diffraction and ptychography. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { magnitude } from '../../../problems/parts/magnitude.js';
import { mapArray, zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { dot, norm } from '../../../src/core/vector.js';
import { expectSound, linearOperatorOf, operatorOf } from '../sound.js';

const images = (shape: readonly number[]) => {
  const random = keyedRandom(3, 'phase test', 0)('image');
  return mapArray(zeros(shape), () => random.uniform());
};

const probe = keyedRandom(4, 'phase test', 0)('probe').normals([4, 3, 2]);

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
