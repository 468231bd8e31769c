/**
 * Camera RAW files, DNG among them: the mosaic as the sensor counted it, [1, H, W] in linear light. Black level and
 * white level of the camera are 0 and 1, and `about.pattern` is the phase of Bayer's filters, as `demosaic` takes it.
 */
import { readFile } from 'node:fs/promises';
import type { ColorData, RawSensorData } from 'libraw-wasm';
import { type Shape, zeros } from '../../core/array.js';
import { UsageError } from '../../core/errors.js';
import { tiffTags } from '../tiff-bands.js';
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

const DNG_VERSION = 50706;

/** Headers of formats that are no TIFF, or mark it: Canon, Fujifilm, Canon's CR3, Olympus, Panasonic. */
const START = /^(?:II\*\0.{4}CR|FUJIFILMCCD-RAW|.{4}ftypcrx |IIRO|IIRS|MMOR|IIU\0)/s;

const ENDINGS = ['.dng', '.nef', '.cr2', '.cr3', '.arw', '.raf', '.orf', '.rw2', '.pef', '.srw'];

const BAYER = ['rggb', 'bggr', 'grbg', 'gbrg'];

function starts(bytes: Uint8Array): boolean {
  return START.test(startOf(bytes, 16)) || tiffTags(bytes)?.get(DNG_VERSION) !== undefined;
}

async function open(file: FileToRead): Promise<Pages> {
  const { bytes, name } = file;
  // The package's own entry wants a browser's worker; this is the library within.
  const { default: start } = await peer(
    'libraw-wasm',
    raw.kind,
    file,
    () => import('libraw-wasm/dist/libraw.js'),
  );
  const wasmBinary = await readFile(new URL(import.meta.resolve('libraw-wasm/dist/libraw.wasm')));
  const { LibRaw } = await start({ wasmBinary, print() {}, printErr() {} });
  const library = new LibRaw();
  try {
    library.open(bytes, {});
  } catch (error) {
    throw new Error('LibRaw knows no such camera, or the file is damaged', { cause: error });
  }
  const { filters = 0, cdesc = '', color_data: colour, flip, ...camera } = library.metadata(true);
  // Width and height are those of the picture as it is held, which may be a quarter turn from the sensor.
  const [width, height] = flip & 4 ? [camera.height, camera.width] : [camera.width, camera.height];
  requireSize([1, height, width], file);
  const pattern = [0, 1, 2, 3].map((corner) => filterAt(filters, cdesc, corner >> 1, corner & 1)).join('');
  if (!BAYER.includes(pattern) || filters < 1000 || colour === undefined) {
    throw new UsageError(
      `${name} is not of a sensor behind Bayer's filters, expected one: develop it into 16 bits first`,
    );
  }
  const about: Page['about'] = {
    format: 'RAW',
    camera: `${camera.camera_make} ${camera.camera_model}`.trim(),
    iso: camera.iso_speed,
    pattern,
    black: colour.black,
    white: colour.maximum,
    /** What red, green and blue are multiplied by, and the matrix from there to linear sRGB. */
    whiteBalance: colour.cam_mul.slice(0, 3).map((value) => value / colour.cam_mul[1]),
    toSrgb: colour.rgb_cam.slice(0, 3).map((row) => row.slice(0, 3)),
    flip,
  };
  const read = () => ({ ...mosaic(library.rawImageData(), [1, height, width], colour), about });
  return { count: 1, shape: [1, height, width], read };
}

/** What the sensor counted, black being 0 and the camera's white 1. */
function mosaic(
  sensor: RawSensorData,
  shape: Shape,
  { black, maximum }: ColorData,
): Pick<Page, 'array' | 'levels'> {
  const array = zeros(shape);
  const width = shape[2];
  for (let i = 0; i < array.size; i++) {
    const [row, column] = [Math.floor(i / width) + sensor.top_margin, (i % width) + sensor.left_margin];
    array.data[i] = (sensor.data[row * sensor.raw_width + column] - black) / (maximum - black);
  }
  const found = levelsOf(array);
  // Noise goes below black; white is the camera's, unless hardly any of it is used.
  return { array, levels: found && found.white < 0.1 ? { black: 0, white: found.white } : undefined };
}

/** LibRaw packs the colours of eight rows by two columns, two bits each. */
function filterAt(filters: number, names: string, row: number, column: number): string {
  return names[(filters >>> ((((row << 1) & 14) + column) << 1)) & 3]?.toLowerCase() ?? '';
}

export const raw: Reader = { kind: 'a camera RAW file', endings: ENDINGS, starts, open };
