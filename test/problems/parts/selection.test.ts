/** Every operator in the table has an example here that passes its own check: one cannot be added without. */
import { describe, expect, it } from 'vitest';
import { randomOrder, randomSigns, randomSubset } from '../../../problems/parts/selection.js';
import { floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { operatorOf } from '../sound.js';

describe('random choices are the same in every version', () => {
  const random = keyedRandom(7, 'golden', 0);

  it('whole numbers, subsets, orders and signs', () => {
    const stream = random('words');
    expect(Array.from({ length: 5 }, () => stream.uint32())).toEqual([
      2782320815, 226412652, 2122725713, 233008881, 645462559,
    ]);
    expect([...randomSubset(6, 20, random('subset'))]).toEqual([4, 9, 12, 13, 17, 18]);
    expect([...randomOrder(10, random('order'))]).toEqual([9, 6, 4, 2, 3, 8, 0, 7, 5, 1]);
    expect([...randomSigns(12, random('signs'))]).toEqual([1, -1, -1, -1, 1, -1, 1, 1, -1, 1, -1, 1]);
  });

  it.each([
    ['inpaint:fraction=0.5,seed=3', [1, 4, 6], '010111010110101000011010'],
    ['mri:seed=1,acs=2', [1, 1, 24], '000011000011000000001111110000110000000000000000'],
    ['mri:seed=1,acs=2,pattern=equispaced', [1, 1, 24], '000000001100000000110011110000000011000000001100'],
  ])('the holes of %s', (text, shape, mask) => {
    expect(operatorOf(text, shape).observed!.join('')).toBe(mask);
  });

  it('rows and signs of hadamard, phases of coded-diffraction, paths of motion-blur, telescopes', async () => {
    const ramp = floatArray(
      Float32Array.from({ length: 16 }, (_, i) => i),
      [1, 4, 4],
    );
    const at = async (text: string) =>
      [...(await operatorOf(text, [1, 4, 4]).apply(ramp)).data].map((value) => Number(value.toFixed(3)));
    expect({
      hadamard: await at('hadamard:fraction=0.3,seed=5'),
      masks: (await at('coded-diffraction:masks=1,seed=5')).slice(0, 4),
      structured: await at('random-projection:fraction=0.2,matrix=structured,seed=5'),
      gaussian: await at('random-projection:fraction=0.2,matrix=gaussian,seed=5'),
      motion: (await at('motion-blur:size=5,seed=5,border=reflect')).slice(0, 4),
      telescopes: await at('interferometry:stations=2,times=2,longest=2,seed=5'),
    }).toEqual({
      hadamard: [30, -1, 2.5, -10, 10.5],
      masks: [1.49, 11.86, 12.863, 9.382],
      structured: [-5.774, 15.011, -17.321],
      gaussian: [-17.323, -7.947, -18.293],
      motion: [1.642, 2.301, 3.271, 3.93],
      telescopes: [0.542, -0.065, -0.317, -1.205],
    });
  });
});
