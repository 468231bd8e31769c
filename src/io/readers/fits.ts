/**
 * FITS images (FITS standard 4.0): headers of cards in blocks of 2880 bytes, then big-endian values. No package that is
 * well kept reads them, and the format is small. A page is a plane of the first image that there is, rows as they are
 * stored.
 */
import { floatArray } from '../../core/array.js';
import { UsageError } from '../../core/errors.js';
import {
  type FileToRead,
  levelsOf,
  type Page,
  type Pages,
  type Reader,
  requireSize,
  startOf,
} from './reader.js';

const BLOCK = 2880;
const CARD = 80;

/** By BITPIX. Bytes are the only unsigned numbers. */
const TYPES: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  8: (view, at) => view.getUint8(at),
  16: (view, at) => view.getInt16(at),
  32: (view, at) => view.getInt32(at),
  64: (view, at) => Number(view.getBigInt64(at)),
  '-32': (view, at) => view.getFloat32(at),
  '-64': (view, at) => view.getFloat64(at),
};

interface Header {
  readonly cards: ReadonlyMap<string, string>;
  readonly axes: readonly number[];
  readonly bytesPerValue: number;
  /** Where the values begin. */
  readonly start: number;
}

async function open(file: FileToRead): Promise<Pages> {
  const { bytes, name } = file;
  for (let at = 0; at < bytes.length; ) {
    const header = readHeader(bytes, at, name);
    const { axes, bytesPerValue, start, cards } = header;
    const size =
      axes.length === 0 ? 0 : bytesPerValue * axes.reduce((product, extent) => product * extent, 1);
    if (cards.get('ZIMAGE') === 'T') {
      const advice = 'unpack it first: funpack IN (package libcfitsio-bin)';
      throw new UsageError(`${name} holds a FITS image compressed in tiles, which is not read: ${advice}`);
    }
    if (axes.length >= 2 && size > 0 && cards.get('XTENSION') !== 'BINTABLE')
      return planes(header, file, size);
    const more = Number(cards.get('PCOUNT') ?? 0);
    at = start + Math.ceil((size + more) / BLOCK) * BLOCK;
  }
  throw new UsageError(`${name} is a FITS file without an image`);
}

/** @throws UsageError where no END card comes. */
function readHeader(bytes: Uint8Array, from: number, name: string): Header {
  const cards = new Map<string, string>();
  for (let at = from; at + CARD <= bytes.length; at += CARD) {
    const card = Buffer.from(bytes.buffer, bytes.byteOffset + at, CARD).toString('latin1');
    const key = card.slice(0, 8).trim();
    if (key === 'END') {
      const count = Math.min(Number(cards.get('NAXIS') ?? 0), 99);
      const axes = Array.from({ length: count }, (_, i) => Number(cards.get(`NAXIS${i + 1}`) ?? 0));
      const bytesPerValue = Math.abs(Number(cards.get('BITPIX'))) / 8;
      const start = from + Math.ceil((at + CARD - from) / BLOCK) * BLOCK;
      return { cards, axes, bytesPerValue, start };
    }
    // A comment follows the value after a slash; text in quotes may hold one.
    const value = /^=\s*(?:'((?:[^']|'')*)'|([^/]*))/.exec(card.slice(8));
    if (value) cards.set(key, (value[1] ?? value[2]).trim());
  }
  throw new UsageError(`${name} is cut short within its FITS header`);
}

function planes({ cards, axes, bytesPerValue, start }: Header, file: FileToRead, size: number): Pages {
  const { bytes, name } = file;
  const number = (key: string, otherwise: number) => Number(cards.get(key)?.replace(/D/i, 'E') ?? otherwise);
  const value = TYPES[cards.get('BITPIX') ?? ''];
  if (value === undefined)
    throw new UsageError(`${name} has BITPIX ${cards.get('BITPIX')}, which FITS does not know`);
  const [width, height] = axes;
  requireSize([1, height, width], file);
  if (start + size > bytes.length)
    throw new UsageError(`${name} is cut short: it has fewer values than its header says`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, size);
  const [scale, zero] = [number('BSCALE', 1), number('BZERO', 0)];
  const blank = cards.has('BLANK') ? number('BLANK', 0) : undefined;
  const about: Page['about'] = { format: 'FITS', unit: cards.get('BUNIT'), object: cards.get('OBJECT') };
  const read = (page: number) => {
    const first = (page - 1) * width * height;
    const data = Float32Array.from({ length: width * height }, (_, i) => {
      const stored = value(view, (first + i) * bytesPerValue);
      return stored === blank ? Number.NaN : zero + scale * stored;
    });
    const array = floatArray(data, [1, height, width]);
    return { array, levels: levelsOf(array), about };
  };
  return { count: size / (width * height * bytesPerValue), shape: [1, height, width], read };
}

export const fits: Reader = {
  kind: 'a FITS file',
  endings: ['.fits', '.fit', '.fts'],
  starts: (bytes) => /^SIMPLE {2}=/.test(startOf(bytes, 9)),
  open,
};
