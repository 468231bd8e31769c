import { describe, expect, it } from 'vitest';
import {
  collectSetting,
  parseBits,
  parseBytes,
  parseCount,
  parseLevel,
  parseNumber,
  parsePositive,
  parseQuality,
  parseSeconds,
  parseSize,
  parseWhole,
  pictureLimits,
} from '../../src/cli/values.js';
import { defaultLimits } from '../../src/io/picture.js';

describe('values of a command line', () => {
  it.each<[(text: string) => unknown, string, unknown]>([
    [parseNumber, '50', 50],
    [parseNumber, '-1.5e-3', -0.0015],
    [parseNumber, '.5', 0.5],
    [parseNumber, '25/255', 25 / 255],
    [parseWhole, '-3', -3],
    [parsePositive, '1', 1],
    [parseCount, '0', 0],
    [parseSeconds, '1/2', 0.5],
    [parseSize, '256x384', [256, 384]],
    [parseLevel, '0.9', 0.9],
    [parseBits, '16', 16],
    [parseQuality, '100', 100],
    [parseBytes, '4GB', 4e9],
    [parseBytes, '1.5 MiB', 1.5 * 2 ** 20],
    [parseBytes, '2kB', 2000],
    [parseBytes, '700', 700],
  ])('%o reads %s', (parse, text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each<[(text: string) => unknown, string, string]>([
    [parseNumber, '1.2.3', 'Expected a number, such as 0.9 or 25/255.'],
    [parseNumber, '0x10', 'Expected a number'],
    [parseNumber, '', 'Expected a number'],
    [parseWhole, '1.5', 'Expected a whole number.'],
    [parsePositive, '0', 'Expected a whole number from 1.'],
    [parseCount, '-1', 'Expected a whole number from 0.'],
    [parseSeconds, '0', 'Expected seconds, more than 0.'],
    [parseSize, '0x5', 'Expected height x width'],
    [parseSize, '12', 'Expected height x width'],
    [parseLevel, '1', 'Expected a number above 0 and below 1.'],
    [parseBits, '12', 'Expected 8 or 16.'],
    [parseQuality, '0', 'Expected a whole number from 1 to 100.'],
    [parseQuality, '101', 'Expected a whole number from 1 to 100.'],
    [parseBytes, '4 apples', 'Expected a size'],
  ])('%o refuses %s', (parse, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});

describe('--set', () => {
  it('collects numbers, truths and texts under their keys', () => {
    const words = ['steps=50', 'zeta=1/2', 'exact=true', 'name=ode', 'text="50"', 'formula=a=b'];
    const collected = words.reduce<Record<string, unknown>>((all, word) => collectSetting(word, all), {});
    expect(collected).toEqual({
      ...{ steps: 50, zeta: 0.5, exact: true, name: 'ode', text: '50', formula: 'a=b' },
    });
  });

  it('refuses what has no value, and a key twice', () => {
    expect(() => collectSetting('steps', {})).toThrow('Expected key=value, such as steps=50.');
    expect(() => collectSetting('steps=2', { steps: 1 })).toThrow('Option steps is set twice.');
  });
});

it('--max-pixels bounds pixels whatever their shape; without it the sides are bounded too', () => {
  expect(pictureLimits(undefined, 9)).toEqual({ ...defaultLimits, values: 9 });
  expect(pictureLimits(100)).toMatchObject({ side: Number.POSITIVE_INFINITY, pixels: 100 });
});
