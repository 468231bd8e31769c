import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { turnedBack } from '../../../problems/parts/turned.js';
import { quantisationTables } from '../../../problems/restoration/jpeg-blocks.js';
import { decodedFile } from '../../../problems/restoration/jpeg-decoded.js';
import { mapArray } from '../../../src/core/array.js';
import { expectSound, operatorOf } from '../sound.js';
import { planar, scene } from './jpeg-scene.js';

describe('jpeg', () => {
  it('is the file of the tables that libjpeg takes for a quality', async () => {
    const picture = planar(scene(3, 17, 22), 3, 17, 22);
    const { luma, chroma } = quantisationTables(35);
    const coding = { tables: [...luma, ...chroma], chroma: 'half', orientation: 1 } as const;
    const expected = decodedFile([3, 17, 22], coding)(picture);
    expect(await operatorOf('jpeg:quality=35', picture.shape).apply(picture)).toEqual(expected);
    const given = `jpeg:tables=${coding.tables.join(':')},chroma=half`;
    expect(await operatorOf(given, picture.shape).apply(picture)).toEqual(expected);
  });

  it.each([2, 5, 6, 7])('turned %d is the file of the picture as it was stored', async (orientation) => {
    const upright = planar(scene(3, 12, 19), 3, 12, 19);
    const turn = turnedBack([3, 12, 19], orientation);
    const stored = operatorOf('jpeg:quality=40', turn.outputShape);
    const expected = await turn.adjoint(await stored.apply(await turn.apply(upright)));
    const operator = operatorOf(`jpeg:quality=40,orientation=${orientation}`, upright.shape);
    expect((await operator.apply(upright)).data).toEqual(expected.data);
    await expectSound(operator);
  });

  it.each([
    ['jpeg:quality=20', [3, 17, 12]],
    ['jpeg:quality=20,chroma=half-width', [3, 9, 12]],
    ['jpeg:quality=90,chroma=full', [3, 8, 9]],
    ['jpeg:quality=50', [1, 9, 7]],
    ['jpeg:quality=50+gaussian-blur:sigma=1,border=reflect', [3, 9, 8]],
    ['low-light+jpeg:quality=50', [3, 9, 8]],
    ['jpeg:quality=50+quantize:bits=3', [3, 9, 8]],
  ])('has the gradient of its surrogate: %s', async (text, shape) => {
    await expectSound(operatorOf(text, shape));
  });

  it.each([
    ['half', [3, 17, 24]],
    ['half', [3, 9, 4]],
    ['full', [3, 17, 24]],
  ])('has a surrogate that is a file of the best quality but for roundings: %s', async (chroma, shape) => {
    const [channels, height, width] = shape as number[];
    // Stretched beyond black and white, where both clip.
    const bytes = planar(scene(channels, height, width), channels, height, width);
    const x = mapArray(bytes, (value) => 3 * value - 1);
    const operator = operatorOf(`jpeg:quality=100,chroma=${chroma}`, x.shape);
    const [decoded, smooth] = [await operator.apply(x), await operator.surrogate!.apply(x)];
    // Those of luma, differences and coefficients, none above a level, add up to a few levels.
    for (const [i, value] of decoded.data.entries()) {
      expect(255 * Math.abs(smooth.data[i] - value)).toBeLessThan(4);
    }
  });

  it('takes what is not given from the file, or says what is missing', () => {
    const measured = { measurementShape: [3, 8, 8] };
    const coding = { tables: new Array(128).fill(3), chroma: 'half-width', orientation: 6 } as const;
    const spec = { ...parseProblem('jpeg'), noise: parseTerm('gaussian:sigma=0.1') };
    expect(bind(spec, measured, { coding }).spec.operators[0].options).toEqual(coding);
    const given = { ...parseProblem('jpeg:quality=30'), noise: spec.noise };
    expect(bind(given, measured, { coding }).spec.operators[0].options).toEqual({
      ...{ quality: 30, chroma: 'half', orientation: 1 },
    });
    expect(() => bind(spec, measured)).toThrow(
      'jpeg needs the quality, such as jpeg:quality=75: it is no JPEG file, which would tell',
    );
    expect(() => bind(spec, measured, { coding: 'holds 4 channels' })).toThrow('the file holds 4 channels');
  });

  it('refuses images that JPEG files do not hold', () => {
    expect(() => operatorOf('jpeg:quality=50', [2, 8, 8])).toThrow(
      'jpeg works on images of 1 or 3 channels, but the image is 2×8×8',
    );
    expect(() => operatorOf('jpeg:quality=0', [1, 8, 8])).toThrow('option quality of jpeg: ');
    const ones = new Array(64).fill(1).join(':');
    expect(() => operatorOf(`jpeg:tables=${ones}`, [3, 8, 8])).toThrow(
      'jpeg:tables has one table, which is of a grey file, but the image has colours',
    );
    expect(() => operatorOf(`jpeg:tables=${ones},quality=4`, [1, 8, 8])).toThrow('but both of them is given');
    expect(() => operatorOf('jpeg:tables=1:2:3', [1, 8, 8])).toThrow('expected 64, 128 or 192 numbers');
  });
});
