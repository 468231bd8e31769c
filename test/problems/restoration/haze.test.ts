/** Operators that treat every value by itself: clip, quantize, low-light, haze. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLinear } from '../../../problems/operator.js';
import { type FloatArray, floatArray } from '../../../src/core/array.js';
import { agreesWithFixtures } from '../fixture-cases.js';
import { expectSound, operatorOf } from '../sound.js';

agreesWithFixtures('haze', 1);

const line = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);

function expectClose(found: ArrayLike<number>, expected: number[]): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 6);
}

describe('haze', () => {
  const x = floatArray(Float32Array.of(0.5, 1, 0.2, 0.4, 0, 0.8), [3, 1, 2]);
  const file = (option: string, ...values: number[]) => ({
    [`0.${option}`]: floatArray(Float32Array.from(values), [1, 2]),
  });
  const hazeOf = (text: string, files: Record<string, FloatArray>) =>
    operatorOf(`haze:${text}`, [3, 1, 2], files);

  it('mixes the scene with the light of the air', async () => {
    const clear = await hazeOf('transmission=t.png', file('transmission', 0.5, 1)).apply(x);
    expectClose(clear.data, [0.75, 1, 0.6, 0.4, 0.5, 0.8]);
    const grey = await hazeOf('transmission=t.png,airlight=0.8:0.6:0.4', file('transmission', 0.5, 0)).apply(
      x,
    );
    expectClose(grey.data, [0.65, 0.8, 0.4, 0.6, 0.2, 0.4]);
    const [near, far] = [Math.exp(-0.2), Math.exp(-1)];
    const deep = await hazeOf('depth=d.npy,beta=0.4,airlight=0', file('depth', 0.5, 2.5)).apply(x);
    const usual = await hazeOf('depth=d.npy,airlight=0', file('depth', 0.2, 1)).apply(x);
    expect([...usual.data]).toEqual([
      ...(await hazeOf('depth=d.npy,beta=1,airlight=0', file('depth', 0.2, 1)).apply(x)).data,
    ]);
    expectClose(deep.data, [0.5 * near, far, 0.2 * near, 0.4 * far, 0, 0.8 * far]);
  });

  it('is affine whatever the options', async () => {
    const given = fc.record({
      beta: fc.double({ min: 0.01, max: 5, noNaN: true }),
      airlight: fc.double({ min: 0, max: 2, noNaN: true }),
      depth: fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 12, maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(given, async ({ beta, airlight, depth }) => {
        const files = { '0.depth': floatArray(Float32Array.from(depth), [3, 4]) };
        await expectSound(operatorOf(`haze:depth=d.npy,beta=${beta},airlight=${airlight}`, [3, 3, 4], files));
      }),
      { numRuns: 20, seed: 1 },
    );
  });

  it('is affine, alone and among others', async () => {
    const files = {
      '0.depth': floatArray(
        Float32Array.from({ length: 35 }, (_, i) => i / 20),
        [5, 7],
      ),
    };
    for (const text of ['', '+gaussian-blur:sigma=1,border=reflect', '+demosaic+inpaint:fraction=0.5']) {
      const operator = operatorOf(`haze:depth=d.npy${text}`, [3, 5, 7], files);
      expect(isLinear(operator)).toBe(false);
      expect(operator.linearPart).toBeDefined();
      await expectSound(operator);
    }
    expect(operatorOf('haze:depth=d.npy+clip', [3, 5, 7], files).linearPart).toBeUndefined();
    expect(operatorOf('haze:depth=d.npy', [3, 5, 7], files).linearPart!.normalSolve).toBeTypeOf('function');
  });

  it.each([
    ['airlight=1', {}, 'haze needs one of transmission and depth, but neither of them is given'],
    ['depth=d.npy,transmission=t.png', {}, 'haze needs one of transmission and depth, but both'],
    ['transmission=t.png,beta=2', {}, 'haze:beta belongs to depth, but a transmission is given'],
    ['depth=d.npy', {}, 'haze:depth names a file that has not been read'],
    ['depth=d.npy', { '0.depth': line(1, 2) }, 'haze:depth is 1×1×2, but the image is 1×2'],
    ['depth=d.npy', file('depth', -1, 2), 'haze:depth holds values for which no share'],
    [
      'transmission=t.png',
      file('transmission', 0.5, 1.5),
      'haze:transmission holds values for which no share',
    ],
    [
      'transmission=t.png,airlight=1:2',
      file('transmission', 0.5, 1),
      'option airlight of haze: expected exactly 3 values',
    ],
  ] as const)('refuses %s', (text, files, message) => {
    expect(() => hazeOf(text, files as Record<string, FloatArray>)).toThrow(message);
  });

  it('has one light for a grey image', () => {
    expect(() =>
      operatorOf('haze:transmission=t.png,airlight=1:1:1', [1, 1, 2], file('transmission', 1, 1)),
    ).toThrow('haze:airlight has 3 colours, but the image is 1×1×2');
  });
});
