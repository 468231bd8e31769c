/** From the words of a command line to values. */
import { InvalidArgumentError } from 'commander';
import { defaultLimits, type PageRange, type PictureLimits } from '../index.js';

/** Digits with sign, point and exponent, or a fraction of two such: `50`, `1e-3`, `25/255`. */
const NUMBER = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?:\/(\d+\.?\d*(?:e[-+]?\d+)?))?$/i;

export function parseNumber(text: string): number {
  const [, numerator, denominator = '1'] = NUMBER.exec(text) ?? [];
  if (numerator === undefined) throw new InvalidArgumentError('Expected a number, such as 0.9 or 25/255.');
  return Number(numerator) / Number(denominator);
}

export function parseWhole(text: string): number {
  if (!/^[-+]?\d+$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

export function parsePositive(text: string): number {
  const value = parseWhole(text);
  if (value < 1) throw new InvalidArgumentError('Expected a whole number from 1.');
  return value;
}

export function parseSeconds(text: string): number {
  const value = parseNumber(text);
  if (!(value > 0)) throw new InvalidArgumentError('Expected seconds, more than 0.');
  return value;
}

/** A whole number from 0. */
export function parseCount(text: string): number {
  const value = parseWhole(text);
  if (value < 0) throw new InvalidArgumentError('Expected a whole number from 0.');
  return value;
}

/** `HxW` */
export function parseSize(text: string): readonly [height: number, width: number] {
  const [, height, width] = /^([1-9]\d*)x([1-9]\d*)$/.exec(text) ?? [];
  if (width === undefined)
    throw new InvalidArgumentError('Expected height x width in pixels, such as 256x384.');
  return [Number(height), Number(width)];
}

export function parseLevel(text: string): number {
  const level = parseNumber(text);
  if (!(level > 0 && level < 1)) throw new InvalidArgumentError('Expected a number above 0 and below 1.');
  return level;
}

export function parseBits(text: string): 8 | 16 {
  if (text !== '8' && text !== '16') throw new InvalidArgumentError('Expected 8 or 16.');
  return text === '8' ? 8 : 16;
}

export function parseQuality(text: string): number {
  const quality = parseWhole(text);
  if (quality < 1 || quality > 100) throw new InvalidArgumentError('Expected a whole number from 1 to 100.');
  return quality;
}

/** `8`, or `0:8`: samples from the first to before the second, counted from 0. */
export function parseSamples(text: string): number | { from: number; to: number } {
  if (!text.includes(':')) return parseCount(text);
  const [, from, to] = /^(\d{1,9}):(\d{1,9})$/.exec(text) ?? [];
  if (to === undefined || Number(from) >= Number(to))
    throw new InvalidArgumentError('Expected a number, or FROM:TO with FROM below TO, such as 0:8.');
  return { from: Number(from), to: Number(to) };
}

/** `3`, `2-5` or `all`; pages count from 1. */
export function parsePages(text: string): PageRange {
  if (text === 'all') return text;
  const [, first, last = first] = /^([1-9]\d{0,8})(?:-([1-9]\d{0,8}))?$/.exec(text) ?? [];
  if (first === undefined || Number(last) < Number(first))
    throw new InvalidArgumentError('Expected a page, such as 3, pages, such as 2-5, or all.');
  return [Number(first), Number(last)];
}

/** `-1024:3071`; white may be the lesser. */
export function parseRange(text: string): { black: number; white: number } {
  const [black, white, ...more] = text.split(':').map(parseNumber);
  if (more.length > 0 || !Number.isFinite(white) || black === white)
    throw new InvalidArgumentError('Expected two different numbers, such as -1024:3071.');
  return { black, white };
}

/** `1/4`; parts count from 1. */
export function parseShard(text: string): { index: number; count: number } {
  const [, index, count] = /^([1-9]\d{0,8})\/([1-9]\d{0,8})$/.exec(text) ?? [];
  if (count === undefined || Number(index) > Number(count))
    throw new InvalidArgumentError('Expected i/n with i from 1 to n, such as 1/4.');
  return { index: Number(index), count: Number(count) };
}

/** `4GB`, `500MB` or a number of bytes. */
export function parseBytes(text: string): number {
  const [, digits, unit = 'B'] = /^(\d+(?:\.\d+)?)\s?([kMGT]?i?B)?$/i.exec(text) ?? [];
  if (digits === undefined) throw new InvalidArgumentError('Expected a size, such as 4GB or 500MB.');
  const base = /i/i.test(unit) ? 1024 : 1000;
  return Number(digits) * base ** 'BKMGT'.indexOf(unit[0].toUpperCase());
}

/** Collects `--set key=value`: numbers and true or false as such, anything else (or in quotes) as text. */
export function collectSetting(text: string, before: Record<string, unknown>): Record<string, unknown> {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (key === undefined) throw new InvalidArgumentError('Expected key=value, such as steps=50.');
  if (Object.hasOwn(before, key)) throw new InvalidArgumentError(`Option ${key} is set twice.`);
  return { ...before, [key]: typed(value) };
}

function typed(value: string): unknown {
  if (NUMBER.test(value)) return parseNumber(value);
  if (/^(true|false|".*")$/.test(value)) return JSON.parse(value);
  return value;
}

/**
 * `--max-pixels` bounds the number of pixels alone; without it the default limits hold. `--max-values` is of arrays.
 */
export function pictureLimits(maxPixels: number | undefined, maxValues?: number): PictureLimits {
  const pictures =
    maxPixels === undefined ? defaultLimits : { side: Number.POSITIVE_INFINITY, pixels: maxPixels };
  return { ...pictures, values: maxValues };
}
