/** What a JPEG file says of how it was made: its quantisation tables and how it holds colour (ITU-T T.81, Annex B). */
import type { ChromaSampling, JpegCoding } from '../core/jpeg-coding.js';

/** Sum of the luminance table of the standard (table K.1), which is quality 50. */
const STANDARD = 3688;

interface Component {
  readonly id: number;
  readonly across: number;
  readonly down: number;
  readonly table: number;
}

interface Headers {
  /** Steps of 64 coefficients, row by row, by the number of the table. */
  readonly tables: ReadonlyMap<number, readonly number[]>;
  readonly components: readonly Component[];
  /** Adobe's mark: 0 where colours are not transformed. */
  readonly transform?: number;
}

/**
 * How the file holds its picture; a sentence's end that says what is unusual where no `jpeg` problem describes it.
 * @param bytes of a JPEG file that can be decoded. @param orientation EXIF's, 1 to 8.
 */
export function jpegCoding(bytes: Uint8Array, orientation = 1): JpegCoding | string {
  const { tables, components, transform } = readHeaders(bytes);
  if (components.length !== 1 && components.length !== 3) return `holds ${components.length} channels`;
  const letters = String.fromCharCode(...components.map(({ id }) => id));
  if (components.length === 3 && (transform === 0 || letters === 'RGB')) {
    return 'holds red, green and blue rather than luma and colour differences';
  }
  const used = components.map(({ table }) => tables.get(table));
  if (used.some((table) => table === undefined)) return 'has no quantisation table';
  const [luma, ...differences] = used as (readonly number[])[];
  const shared = differences.length === 0 || differences[0].every((step, i) => step === differences[1][i]);
  const chroma = samplingOf(components);
  if (chroma === undefined) {
    const factors = components.map(({ across, down }) => `${across}×${down}`).join(', ');
    return `holds colour differences at an unusual resolution (sampling ${factors})`;
  }
  return {
    tables: [...luma, ...(shared ? differences.slice(0, 1) : differences).flat()],
    chroma,
    orientation,
  };
}

/** The quality, 1 to 100, as the widespread encoders count it; undefined where there is no table. */
export function jpegQuality(bytes: Uint8Array): number | undefined {
  const [steps] = readHeaders(bytes).tables.values();
  if (steps === undefined) return undefined;
  // libjpeg's rule read backwards.
  const percent = (100 * steps.reduce((sum, step) => sum + step, 0)) / STANDARD;
  const quality = percent <= 100 ? (200 - percent) / 2 : 5000 / percent;
  return Math.min(100, Math.max(1, Math.round(quality)));
}

/** The longest content of a segment, less the mark of EXIF data. */
const MOST_EXIF = 65_533 - 6;

/**
 * The same JPEG with a JFIF header that says its density, in pixels per inch, and with EXIF data as they are. Data that
 * no segment holds are left out. @param jpeg without such a header, as `sharp` writes it without EXIF data.
 */
export function withJfif(
  jpeg: Uint8Array,
  { density, exif }: { readonly density?: number; readonly exif?: Uint8Array },
): Uint8Array {
  const header = Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1');
  if (density !== undefined) {
    header[7] = 1; // per inch
    for (const at of [8, 10]) header.writeUInt16BE(Math.min(Math.round(density), 65_535), at);
  }
  const segments = [segment(0xe0, header)];
  if (exif && exif.length <= MOST_EXIF) segments.push(segment(0xe1, Buffer.from('Exif\0\0'), exif));
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

function segment(marker: number, ...contents: Uint8Array[]): Uint8Array {
  const content = Buffer.concat(contents);
  const length = content.length + 2;
  return Buffer.concat([Uint8Array.of(0xff, marker, length >> 8, length & 255), content]);
}

function samplingOf(components: readonly Component[]): ChromaSampling | undefined {
  if (components.length === 1) return 'full';
  const [luma, blue, red] = components;
  if (blue.across !== red.across || blue.down !== red.down) return undefined;
  const names: Record<string, ChromaSampling> = {
    '1×1': 'full',
    '2×2': 'half',
    '2×1': 'half-width',
    '1×2': 'half-height',
  };
  return names[`${luma.across / blue.across}×${luma.down / blue.down}`];
}

/** The markers before the first scan. */
function readHeaders(bytes: Uint8Array): Headers {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = new Map<number, readonly number[]>();
  let components: Component[] = [];
  let transform: number | undefined;
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++; // fill bytes may come before a marker
      continue;
    }
    const end = at + 2 + view.getUint16(at + 2);
    if (marker === 0xda || end > bytes.length) break;
    const segment = bytes.subarray(at + 4, end);
    if (marker === 0xdb) for (const [number, steps] of tablesIn(segment)) tables.set(number, steps);
    else if (isFrame(marker)) components = componentsIn(segment);
    else if (marker === 0xee && segment.length >= 12 && text(segment, 5) === 'Adobe') transform = segment[11];
    at = end;
  }
  return { tables, components, transform };
}

/** SOF0 to SOF15, among which are DHT, JPG and DAC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function* tablesIn(segment: Uint8Array): Generator<[number, number[]]> {
  for (let at = 0; at < segment.length; ) {
    const wide = segment[at] >> 4 ? 2 : 1;
    const number = segment[at++] & 15;
    if (at + 64 * wide > segment.length) return;
    const steps = new Array<number>(64);
    for (let i = 0; i < 64; i++, at += wide) {
      steps[ZIGZAG[i]] = wide === 2 ? 256 * segment[at] + segment[at + 1] : segment[at];
    }
    yield [number, steps];
  }
}

function componentsIn(segment: Uint8Array): Component[] {
  const count = Math.min(segment[5] ?? 0, Math.floor((segment.length - 6) / 3));
  return Array.from({ length: count }, (_, i) => {
    const [id, sampling, table] = segment.subarray(6 + 3 * i);
    return { id, across: sampling >> 4, down: sampling & 15, table };
  });
}

function text(bytes: Uint8Array, length: number): string {
  return Buffer.from(bytes.subarray(0, length)).toString('latin1');
}

/** Where the file's i-th coefficient lies in its block, row by row. */
const ZIGZAG = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46,
  53, 60, 61, 54, 47, 55, 62, 63,
];
