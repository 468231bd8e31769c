/** DICOM files with pixels as they are (PS3.5, annex A), one frame or many, in the units of the modality. */
import type { DataSet } from 'dicom-parser';
import { floatArray } from '../../core/array.js';
import { UsageError } from '../../core/errors.js';
import {
  type FileToRead,
  levelsOf,
  type Page,
  type Pages,
  peer,
  type Reader,
  requireSize,
  startOf,
} from './reader.js';

/** What the names of compressed transfer syntaxes begin with, the longest first. */
const COMPRESSED: readonly (readonly [string, string])[] = [
  ['1.2.840.10008.1.2.4.9', 'JPEG 2000'],
  ['1.2.840.10008.1.2.4.8', 'JPEG-LS'],
  ['1.2.840.10008.1.2.4.10', 'MPEG video'],
  ['1.2.840.10008.1.2.4.20', 'high-throughput JPEG 2000'],
  ['1.2.840.10008.1.2.4', 'JPEG'],
  ['1.2.840.10008.1.2.5', 'run lengths'],
];

const BIG_ENDIAN = '1.2.840.10008.1.2.2';

async function open(file: FileToRead): Promise<Pages> {
  const { default: parser } = await peer('dicom-parser', dicom.kind, file, () => import('dicom-parser'));
  const set = parser.parseDicom(file.bytes);
  const syntax = set.string('x00020010') ?? '';
  const compression = COMPRESSED.find(([start]) => syntax.startsWith(start))?.[1];
  if (compression) {
    const advice = 'decompress it first: gdcmconv --raw IN OUT (package libgdcm-tools)';
    throw new UsageError(
      `${file.name} is a DICOM file compressed as ${compression}, which is not read: ${advice}`,
    );
  }
  const layout = layoutOf(set, file);
  const { shape, bytesPerValue, frames } = layout;
  requireSize(shape, file);
  const element = set.elements['x7fe00010'];
  const size = shape[0] * shape[1] * shape[2] * bytesPerValue;
  if (element === undefined || element.dataOffset + frames * size > set.byteArray.length) {
    throw new UsageError(
      `${file.name} is cut short: it has fewer pixels than its ${shape[1]} rows and ${shape[2]} columns`,
    );
  }
  const view = new DataView(
    set.byteArray.buffer,
    set.byteArray.byteOffset + element.dataOffset,
    frames * size,
  );
  return { count: frames, shape, read: (page) => frameOf(view, (page - 1) * size, layout, set) };
}

interface Layout {
  readonly shape: readonly [colours: number, rows: number, columns: number];
  readonly frames: number;
  readonly bytesPerValue: 1 | 2 | 4;
  /** Bits that hold the value; above them may be anything. */
  readonly bits: number;
  readonly signed: boolean;
  readonly littleEndian: boolean;
  /** The colours of a pixel lie together. */
  readonly interleaved: boolean;
  readonly photometric: string;
}

/** @throws UsageError for colours that are no RGB, and for bits that do not fill bytes. */
function layoutOf(set: DataSet, { name }: FileToRead): Layout {
  const [rows, columns] = [set.uint16('x00280010') ?? 0, set.uint16('x00280011') ?? 0];
  const colours = set.uint16('x00280002') ?? 1;
  const photometric = (set.string('x00280004') ?? 'MONOCHROME2').trim();
  if (!/^MONOCHROME[12]$/.test(photometric) && !(photometric === 'RGB' && colours === 3)) {
    throw new UsageError(
      `${name} has pixels of kind ${photometric}, expected MONOCHROME1, MONOCHROME2 or RGB`,
    );
  }
  const allocated = set.uint16('x00280100') ?? 16;
  const bits = set.uint16('x00280101') ?? allocated;
  const high = set.uint16('x00280102') ?? bits - 1;
  if (![8, 16, 32].includes(allocated) || high !== bits - 1 || bits < 1 || bits > allocated) {
    const found = `${bits} bits up to bit ${high} of ${allocated}`;
    throw new UsageError(`${name} holds values of ${found}, expected the lowest bits of 8, 16 or 32`);
  }
  return {
    shape: [colours, rows, columns],
    frames: Math.max(1, set.intString('x00280008') ?? 1),
    bytesPerValue: (allocated / 8) as Layout['bytesPerValue'],
    bits,
    signed: set.uint16('x00280103') === 1,
    littleEndian: set.string('x00020010') !== BIG_ENDIAN,
    interleaved: (set.uint16('x00280006') ?? 0) === 0,
    photometric,
  };
}

function frameOf(view: DataView, start: number, layout: Layout, set: DataSet): Page {
  const { shape, bytesPerValue, bits, signed, littleEndian, interleaved } = layout;
  const [colours, rows, columns] = shape;
  const pixels = rows * columns;
  const slope = set.floatString('x00281053') ?? 1;
  const intercept = set.floatString('x00281052') ?? 0;
  const stored = {
    1: (at: number) => view.getUint8(at),
    2: (at: number) => view.getUint16(at, littleEndian),
    4: (at: number) => view.getUint32(at, littleEndian),
  }[bytesPerValue];
  const data = new Float32Array(colours * pixels);
  for (let i = 0; i < data.length; i++) {
    const [colour, pixel] = [Math.floor(i / pixels), i % pixels];
    const at = start + bytesPerValue * (interleaved ? pixel * colours + colour : i);
    // Shifts leave the value's own bits, and its sign.
    const value = stored(at) << (32 - bits);
    data[i] = slope * (signed ? value >> (32 - bits) : value >>> (32 - bits)) + intercept;
  }
  const array = floatArray(data, shape);
  return { array, levels: levelsIn(layout, levelsOf(array)), about: aboutOf(set, layout) };
}

/** In MONOCHROME1 the least value is white; eight bits of colour are a picture's. */
function levelsIn({ photometric, bits }: Layout, found: Page['levels']): Page['levels'] {
  if (photometric === 'RGB') return { black: 0, white: 2 ** bits - 1 };
  return found && photometric === 'MONOCHROME1' ? { black: found.white, white: found.black } : found;
}

function aboutOf(set: DataSet, { photometric }: Layout): Page['about'] {
  const spacing = set.string('x00280030')?.split('\\').map(Number);
  return {
    format: 'DICOM',
    modality: set.string('x00080060'),
    photometric,
    unit: set.string('x00281054'),
    /** mm between rows, then between columns. */
    pixelSpacing: spacing,
  };
}

export const dicom: Reader = {
  kind: 'a DICOM file',
  endings: ['.dcm'],
  starts: (bytes) => /^.{128}DICM/s.test(startOf(bytes, 132)),
  open,
};
