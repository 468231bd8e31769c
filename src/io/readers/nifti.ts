/** NIfTI volumes, versions 1 and 2, header and values in one file. A page is a slice [1, y, x], times after slices. */
import { gunzipSync } from 'node:zlib';
import type { NIFTI1, NIFTI2 } from 'nifti-reader-js';
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

type Header = NIFTI1 | NIFTI2;
type Read = (view: DataView, at: number, little: boolean) => number;

/** By the header's code: bytes of a value, and how it is read. */
const TYPES: Readonly<Record<number, readonly [bytes: number, read: Read]>> = {
  2: [1, (view, at) => view.getUint8(at)],
  4: [2, (view, at, little) => view.getInt16(at, little)],
  8: [4, (view, at, little) => view.getInt32(at, little)],
  16: [4, (view, at, little) => view.getFloat32(at, little)],
  64: [8, (view, at, little) => view.getFloat64(at, little)],
  256: [1, (view, at) => view.getInt8(at)],
  512: [2, (view, at, little) => view.getUint16(at, little)],
  768: [4, (view, at, little) => view.getUint32(at, little)],
};

const HEADER_BYTES = 544;

async function open(file: FileToRead): Promise<Pages> {
  const nifti = await peer('nifti-reader-js', niftiVolume.kind, file, () => import('nifti-reader-js'));
  const bytes = inflated(file);
  if (startOf(bytes, 348).endsWith('ni1\0')) {
    throw new UsageError(`${file.name} is a NIfTI header without its values, expected both in one .nii file`);
  }
  const start = Uint8Array.from(bytes.subarray(0, HEADER_BYTES)).buffer;
  const header = bytes.length < 352 ? undefined : nifti.readHeader(start);
  if (!header) throw new UsageError(`${file.name} does not begin with the header of a NIfTI file`);
  const [bytesPerValue, read] = TYPES[header.datatypeCode] ?? [];
  if (!bytesPerValue || !read) {
    const found = `values of type ${header.datatypeCode} (${header.getDatatypeCodeString(header.datatypeCode)})`;
    throw new UsageError(`${file.name} holds ${found}, expected real numbers of at most 64 bits`);
  }
  const [width = 1, height = 1, ...more] = header.dims.slice(1, header.dims[0] + 1);
  const pages = more.reduce((product, extent) => product * Math.max(1, extent), 1);
  requireSize([1, height, width], file);
  const size = width * height * bytesPerValue;
  if (header.vox_offset + pages * size > bytes.length) {
    throw new UsageError(`${file.name} is cut short: it has fewer values than its header says`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + header.vox_offset, pages * size);
  return {
    count: pages,
    shape: [1, height, width],
    read(page) {
      const slope = Number.isFinite(header.scl_slope) && header.scl_slope !== 0 ? header.scl_slope : 1;
      const intercept = Number.isFinite(header.scl_inter) ? header.scl_inter : 0;
      const data = new Float32Array(width * height);
      for (let i = 0; i < data.length; i++) {
        data[i] = slope * read(view, (page - 1) * size + i * bytesPerValue, header.littleEndian) + intercept;
      }
      const array = floatArray(data, [1, height, width]);
      return { array, levels: levelsOf(array), about: aboutOf(header) };
    },
  };
}

/** Never more than a volume of the largest slices that are read would need. */
function inflated({ bytes, name, maxValues }: FileToRead): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.min(8 * maxValues + HEADER_BYTES, 2 ** 32) });
  } catch (error) {
    const large = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const found = large ? `inflates to more than ${maxValues} values (--max-values raises it)` : 'is damaged';
    throw new UsageError(`${name} ${found}, expected a NIfTI volume compressed by gzip`);
  }
}

function aboutOf(header: Header): Page['about'] {
  /** mm along x, y and z, and from voxels to millimetres of the scanner or the atlas. */
  return { format: 'NIfTI', spacing: [...header.pixDims.slice(1, 4)], affine: header.affine };
}

export const niftiVolume: Reader = {
  kind: 'a NIfTI volume',
  endings: ['.nii', '.nii.gz'],
  starts: (bytes) => /^(?:.{344}n[+i]1\0|.{4}n[+i]2\0)/s.test(startOf(bytes, 352)),
  open,
};
