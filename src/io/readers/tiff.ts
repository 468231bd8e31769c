/** TIFF files whose numbers are no picture's: floating point, signed, or of more than 16 bits; one page or many. */
import { floatArray } from '../../core/array.js';
import { UsageError } from '../../core/errors.js';
import { tiffTags } from '../tiff-bands.js';
import { type FileToRead, levelsOf, type Pages, peer, type Reader, requireSize } from './reader.js';

const [BITS, FORMAT] = [258, 339];
const UNSIGNED = 1;

/** sharp reads the others, and reads them with their alpha and profile. */
function starts(bytes: Uint8Array): boolean {
  const tags = tiffTags(bytes);
  if (tags === undefined) return false;
  return (tags.get(FORMAT) ?? UNSIGNED) !== UNSIGNED || (tags.get(BITS) ?? 1) > 16;
}

async function open(file: FileToRead): Promise<Pages> {
  const { fromArrayBuffer } = await peer('geotiff', numericTiff.kind, file, () => import('geotiff'));
  const { bytes, name } = file;
  const tiff = await fromArrayBuffer(Uint8Array.from(bytes).buffer);
  return {
    count: await tiff.getImageCount(),
    async read(page) {
      const image = await tiff.getImage(page - 1);
      const [bands, height, width] = [image.getSamplesPerPixel(), image.getHeight(), image.getWidth()];
      requireSize([bands, height, width], file);
      const directory = image.getFileDirectory();
      // geotiff 3.0.5 undoes predictors as if the bytes were little-endian, and gives wrong numbers.
      if (!tiff.littleEndian && ((await directory.loadValue('Predictor')) ?? 1) !== 1) {
        const advice =
          'save it again without a predictor (Python: tifffile.imwrite(OUT, tifffile.imread(IN)))';
        throw new UsageError(`${name} is a big-endian TIFF with a predictor, which is not read: ${advice}`);
      }
      const rasters = await image.readRasters({ interleave: false });
      const data = new Float32Array(bands * height * width);
      for (let band = 0; band < bands; band++) data.set(rasters[band], band * height * width);
      const array = floatArray(data, [bands, height, width]);
      return { array, levels: levelsOf(array), about: { format: 'TIFF' } };
    },
  };
}

export const numericTiff: Reader = {
  kind: 'a TIFF file of numbers that are no picture’s',
  endings: [],
  starts,
  open,
};
