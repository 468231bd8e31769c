/** HDF5 files: k-space as fastMRI and ISMRMRD keep it, and other arrays. A page is an entry of the first axis. */
import type { Dataset, File } from 'h5wasm';
import { floatArray, formatShape, type Shape, sizeOf } from '../../core/array.js';
import { UsageError } from '../../core/errors.js';
import { isAcquisitions, openAcquisitions } from './ismrmrd.js';
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

type Library = typeof import('h5wasm');

/** What fastMRI calls its measurement. */
const KSPACE = 'kspace';

/** HDF5 knows filters up to this number by itself; others are plugins. */
const OWN_FILTERS = 6;

/** HDF5's classes of types. */
const [INTEGER, FLOAT, COMPOUND] = [0, 1, 6];

async function open(file: FileToRead): Promise<Pages> {
  const library = await peer('h5wasm', hdf5.kind, file, () => import('h5wasm'));
  (await library.ready).activate_throwing_error_handler(); // else HDF5 prints a page for every fault
  const inFile = <T>(work: (opened: File) => T) => withFile(library, file, work);
  return inFile((opened) => {
    const datasets = opened.paths().filter((path) => opened.get(path) instanceof library.Dataset);
    const path = chosen(datasets, opened, file);
    const dataset = opened.get(path) as Dataset;
    if (isAcquisitions(dataset)) return openAcquisitions(opened, path, file);
    const { count, shape } = layoutOf(dataset, path, file);
    return {
      count,
      shape,
      read: (page) => inFile((again) => pageOf(again.get(path) as Dataset, path, page, shape)),
    };
  });
}

/** The library reads files of a file system in memory. */
function withFile<T>({ FS, File }: Library, { bytes }: FileToRead, work: (opened: File) => T): T {
  const place = '/input.h5';
  FS?.writeFile(place, bytes);
  try {
    const opened = openedAt(place, File);
    try {
      return work(opened);
    } finally {
      opened.close();
    }
  } finally {
    FS?.unlink(place);
  }
}

function openedAt(place: string, HdfFile: Library['File']): File {
  try {
    return new HdfFile(place, 'r');
  } catch (error) {
    throw new Error('HDF5 finds it damaged or cut short', { cause: error });
  }
}

/** @throws UsageError where it is not said, and not clear, which array is meant. */
function chosen(paths: readonly string[], opened: File, { name, dataset }: FileToRead): string {
  const numeric = paths.filter((path) => {
    const found = opened.get(path) as Dataset;
    return isAcquisitions(found) || partsOf(found) !== undefined;
  });
  const wanted = dataset ?? (numeric.includes(KSPACE) ? KSPACE : undefined);
  if (wanted === undefined && numeric.length === 1) return numeric[0];
  const found = wanted?.replace(/^\//, '');
  if (found !== undefined && numeric.includes(found)) return found;
  const there = numeric.length === 0 ? 'no array of numbers' : `the arrays ${numeric.slice(0, 8).join(', ')}`;
  const expected = wanted === undefined ? 'say which with --dataset' : `none is called ${wanted}`;
  throw new UsageError(`${name} holds ${there}: ${expected}`);
}

/** How many numbers one value is: 2 where it is complex; undefined where it is no number. */
function partsOf({ metadata }: Dataset): 1 | 2 | undefined {
  if (metadata.type === INTEGER || metadata.type === FLOAT) return 1;
  const members = metadata.type === COMPOUND ? metadata.compound_type?.members : undefined;
  const complex = members?.length === 2 && members.every(({ type }) => type === FLOAT);
  return complex && /^re?(al)?$/i.test(members[0].name) ? 2 : undefined;
}

/** Planes are the last two axes; complex numbers have a last axis of 2. @throws UsageError */
function layoutOf(dataset: Dataset, path: string, file: FileToRead): { count: number; shape: Shape } {
  const parts = partsOf(dataset) ?? 1;
  const shape = dataset.shape ?? [];
  const packed = dataset.filters.find(({ id }) => id > OWN_FILTERS);
  if (packed) {
    const advice = "save it with gzip (Python: h5py.File(OUT, 'w').create_dataset(…, compression='gzip'))";
    throw new UsageError(`${file.name} holds ${path} packed as ${packed.name}, which is not read: ${advice}`);
  }
  if (shape.length < 1 || shape.length > 4) {
    const found = `${file.name} holds ${path} of shape ${formatShape(shape)}`;
    throw new UsageError(`${found}, expected one to four axes, the last two of them height and width`);
  }
  const [count, inner] = shape.length > 2 ? [shape[0], shape.slice(1)] : [1, shape];
  const planes = inner.length === 2 ? [1, ...inner] : inner;
  const whole = parts === 2 ? [...planes, 2] : planes;
  requireSize(whole, file);
  return { count, shape: whole };
}

function pageOf(dataset: Dataset, path: string, page: number, shape: Shape): Page {
  const axes = dataset.shape?.length ?? 0;
  const found = dataset.slice(axes > 2 ? [[page - 1, page]] : []) as ArrayLike<number | bigint | number[]>;
  const data = new Float32Array(sizeOf(shape));
  if (partsOf(dataset) === 2) {
    for (let i = 0; i < found.length; i++) data.set(found[i] as number[], 2 * i);
  } else for (let i = 0; i < data.length; i++) data[i] = Number(found[i]);
  const array = floatArray(data, shape);
  const complex = partsOf(dataset) === 2;
  return { array, levels: complex ? undefined : levelsOf(array), about: { format: 'HDF5', dataset: path } };
}

export const hdf5: Reader = {
  kind: 'an HDF5 file',
  endings: ['.h5', '.hdf5'],
  starts: (bytes) => startOf(bytes, 8) === '\x89HDF\r\n\x1a\n',
  open,
};
