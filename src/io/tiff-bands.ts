/** Which bands of a TIFF are colours and which is alpha: its tags say so (TIFF 6.0, ExtraSamples). */

interface TiffBands {
  /** Samples per pixel. */
  readonly bands: number;
  readonly colours: number;
  /** The first extra sample is said to be alpha. */
  readonly alpha: boolean;
}

/** Types of numbers of 8 and of 16 bits. */
const [BYTE, SHORT] = [1, 3];

const [PHOTOMETRIC, SAMPLES, EXTRA] = [262, 277, 338];

/** Colours by photometric interpretation: white or black is zero, RGB, palette, mask, CMYK, YCbCr, Lab. */
const COLOURS = [1, 1, 3, 1, 1, 4, 3, undefined, 3];

/** Undefined for what is no TIFF. */
export function tiffBands(bytes: Uint8Array): TiffBands | undefined {
  const tags = tiffTags(bytes);
  if (tags === undefined) return undefined;
  const bands = tags.get(SAMPLES) ?? 1;
  const colours = COLOURS[tags.get(PHOTOMETRIC) ?? 1] ?? bands;
  const extra = tags.get(EXTRA);
  return { bands, colours, alpha: bands > colours && (extra === 1 || extra === 2) };
}

const [BITS, COMPRESSION] = [258, 259];
const JPEG = 7;

/** Compressions that the library behind `sharp` is built without. */
const PACKED: Readonly<Record<number, string>> = {
  ...{ 34661: 'JBIG', 34676: 'LogLuv', 34677: 'LogLuv', 34712: 'JPEG 2000', 34887: 'LERC', 34925: 'LZMA' },
  ...{ 33003: 'JPEG 2000', 33004: 'JPEG 2000', 33005: 'JPEG 2000', 50000: 'Zstandard' },
  ...{ 50002: 'JPEG XL', 52546: 'JPEG XL' },
};

/** Photometric interpretations that are not what their numbers seem; YCbCr is read where JPEG holds it. */
const UNUSUAL: Readonly<Record<number, string>> = {
  ...{ 4: 'a transparency mask', 6: 'YCbCr colours outside JPEG', 8: 'CIELAB colours', 9: 'ICCLAB colours' },
  ...{ 10: 'ITULAB colours', 32844: 'LogL brightness', 32845: 'LogLuv colours' },
};

/**
 * What of a TIFF of whole numbers is not read, or would be read wrongly, and what to do; undefined where nothing is.
 * `is compressed as Zstandard, which is not read: …`
 */
export function tiffTrouble(bytes: Uint8Array): string | undefined {
  const tags = tiffTags(bytes);
  const compression = tags?.get(COMPRESSION) ?? 1;
  const packed = PACKED[compression];
  if (packed) return `is compressed as ${packed}, which is not read: save it again without (${AGAIN})`;
  const photometric = tags?.get(PHOTOMETRIC) ?? 1;
  const unusual = photometric === 6 && compression === JPEG ? undefined : UNUSUAL[photometric];
  if (unusual)
    return `holds ${unusual}, which are not read: convert it to RGB (magick IN -colorspace sRGB OUT)`;
  const bits = tags?.get(BITS) ?? 1;
  if ([1, 2, 4, 8].includes(bits) || bits >= 16) return undefined;
  return `holds ${bits} bits a value, which are not read: save it with 16 (magick IN -depth 16 OUT)`;
}

const AGAIN = 'Python: tifffile.imwrite(OUT, tifffile.imread(IN))';

/** The small numbers of a TIFF's first directory by tag, of several the first; undefined for what is no TIFF. */
export function tiffTags(bytes: Uint8Array): ReadonlyMap<number, number> | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mark = bytes.length < 16 ? 0 : view.getUint16(0);
  const little = mark === 0x4949;
  const version = little || mark === 0x4d4d ? view.getUint16(2, little) : 0;
  if (version !== 42 && version !== 43) return undefined;
  // BigTIFF counts in 64 bits; what does not fit in 32 is in no file that is read here.
  const big = version === 43;
  const long = (at: number) => view.getUint32(big && !little ? at + 4 : at, little);
  const [head, entry, inline] = big ? [8, 20, 4] : [2, 12, 2];
  const directory = long(big ? 8 : 4);
  if (directory + head > bytes.length) return undefined;
  const count = big ? long(directory) : view.getUint16(directory, little);
  const tags = new Map<number, number>();
  for (let i = 0, at = directory + head; i < count && at + entry <= bytes.length; i++, at += entry) {
    const value = at + entry - 2 * inline;
    const place = long(at + 4) > inline ? long(value) : value;
    const type = view.getUint16(at + 2, little);
    if ((type !== SHORT && type !== BYTE) || place + 2 > bytes.length) continue;
    tags.set(
      view.getUint16(at, little),
      type === BYTE ? view.getUint8(place) : view.getUint16(place, little),
    );
  }
  return tags;
}
