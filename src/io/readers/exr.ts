/** OpenEXR pictures: linear light, in half or single precision, grey or RGB. */
import { floatArray } from '../../core/array.js';
import { type FileToRead, levelsOf, type Pages, peer, type Reader, requireSize, startOf } from './reader.js';

/** The loader gives red, green, blue and alpha of each pixel, the lowest row first. */
const CHANNELS = 4;

async function open(file: FileToRead): Promise<Pages> {
  const { EXRLoader, FloatType } = await peer('three', exr.kind, file, async () => ({
    ...(await import('three/examples/jsm/loaders/EXRLoader.js')),
    ...(await import('three')),
  }));
  requireSize(windowOf(file.bytes), file);
  const loader = new EXRLoader();
  loader.setDataType(FloatType);
  const { width, height, data, header } = loader.parse(Uint8Array.from(file.bytes).buffer);
  const names = header.channels.map(({ name }) => name);
  const colours = names.includes('R') || names.some((name) => name.endsWith('.R')) ? 3 : 1;
  const planes = new Float32Array(colours * width * height);
  for (let i = 0; i < planes.length; i++) {
    const [colour, y, x] = [Math.floor(i / width / height), Math.floor(i / width) % height, i % width];
    planes[i] = data[CHANNELS * ((height - 1 - y) * width + x) + colour];
  }
  const array = floatArray(planes, [colours, height, width]);
  const about = { format: 'OpenEXR', light: 'linear', compression: header.compression };
  return { count: 1, shape: array.shape, read: () => ({ array, levels: levelsOf(array), about }) };
}

/** [4, H, W] as the header says, before anything is unpacked. */
function windowOf(bytes: Uint8Array): readonly number[] {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf('dataWindow\0box2i\0');
  if (at < 0 || at + 37 > bytes.length) throw new Error('it has no data window');
  const view = new DataView(bytes.buffer, bytes.byteOffset + at + 21);
  const [left, top, right, bottom] = [0, 4, 8, 12].map((place) => view.getInt32(place, true));
  return [CHANNELS, bottom - top + 1, right - left + 1];
}

export const exr: Reader = {
  kind: 'an OpenEXR picture',
  endings: ['.exr'],
  starts: (bytes) => startOf(bytes, 4) === 'v/1\x01',
  open,
};
