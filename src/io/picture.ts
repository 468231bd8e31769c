/**
 * Pictures as arrays, through sharp. 8 bits stay 8 and 16 stay 16 (sharp drops to 8 unless both the colour space
 * and the raw depth are named), the two are divided by 255 and 65535 and nothing else is done to the values.
 */
import sharp, { type Metadata } from 'sharp';
import { type FloatArray, floatArray, type Shape } from '../core/array.js';
import type { JpegCoding } from '../core/jpeg-coding.js';
import { foreignFormat } from './foreign-formats.js';
import { asColour, sharedChannel } from './grey-as-colour.js';
import { fillHidden, withHidden } from './hidden-colours.js';
import { profileFits } from './icc.js';
import { jpegCoding, jpegQuality, withJfif } from './jpeg-file.js';
import { extraChunks, type PictureExtras, readExtras } from './picture-extras.js';
import { pngChunks, withChunks } from './png-chunks.js';
import { tiffBands, tiffTrouble } from './tiff-bands.js';
import { isLosslessWebp } from './webp-file.js';

/** A picture as it was decoded, with what is needed to write one like it. */
export interface Picture {
  /** [C, H, W] in [0, 1], C = 1 (grey) or 3, upright (EXIF orientation applied), in the file's own encoding. */
  readonly image: FloatArray;
  /** [1, H, W] in [0, 1], not premultiplied. */
  readonly alpha?: FloatArray;
  /**
   * The colours of the file, [C, H, W], where alpha 0 hides some of them. `image` has the seen ones carried on there.
   */
  readonly hidden?: FloatArray;
  /** The ICC profile that says what the values mean; absent: sRGB. */
  readonly icc?: Uint8Array;
  readonly bits: 8 | 16;
  /** As sharp names it: `png`, `tiff`, `jpeg`, `webp`, … */
  readonly format: string;
  /** The three channels are equal everywhere; a grey image is then written with three, too. */
  readonly greyAsColour?: boolean;
  /** What the file says beside its pixels. */
  readonly extras?: PictureExtras;
  /** Of a JPEG, as its quantisation tables tell it, 1 to 100; of a WebP without loss 100. */
  readonly quality?: number;
  /** Of a JPEG: how it holds its picture, or in a few words why that is not described. */
  readonly coding?: JpegCoding | string;
  /** What a person should know about how the file was read. */
  readonly warnings?: readonly PictureWarning[];
}

/** Something odd about a file that could be read nonetheless. */
export interface PictureWarning {
  readonly code: string;
  /** One sentence. */
  readonly message: string;
}

/** How large a picture may be: what the arrays of a restoration still fit into. */
export interface PictureLimits {
  /** Longest side, px. */
  readonly side: number;
  /** Width × height. */
  readonly pixels: number;
  /** How many values an array from a .npy or .npz file may have (default 2^28). */
  readonly values?: number;
}

/**
 * The largest picture that is read unless something else is said.
 * @example
 * ```ts
 * import { defaultLimits, readPicture } from 'retrodict';
 *
 * const picture = await readPicture('wide.png', { ...defaultLimits, side: 40_000 });
 * console.log(picture.image.shape);
 * ```
 */
export const defaultLimits: PictureLimits = { side: 16_384, pixels: 2 ** 26 };

/**
 * @param name what messages call the file.
 * @param page of a file that holds several pictures, from 1.
 * @throws Error in one sentence when the bytes are no picture, are damaged, or are larger than the limits.
 */
export async function decodePicture(
  bytes: Uint8Array,
  name: string,
  limits: PictureLimits = defaultLimits,
  page?: number,
): Promise<Picture> {
  const meta = await checkedMetadata(bytes, name, limits, page);
  const bits = bitsOf(meta, name);
  const own = ['srgb', 'rgb16', 'b-w', 'grey16'].includes(meta.space ?? '');
  const grey = isGrey(meta);
  // Eight-bit grey with alpha leaves sharp without its alpha unless it is spread over three channels.
  const space = bits === 8 ? (grey && !meta.hasAlpha ? 'b-w' : 'srgb') : grey ? 'grey16' : 'rgb16';
  const hasAlpha = alphaOf(meta, bytes, name);
  const decode = (failOn: 'warning' | 'none') =>
    sharp(bytes, { ignoreIcc: own, limitInputPixels: limits.pixels, failOn, ...only(page) })
      .autoOrient()
      .toColourspace(space)
      .raw({ depth: bits === 8 ? 'uchar' : 'ushort' })
      .toBuffer({ resolveWithObject: true });
  const warnings = [...oddities(bytes, meta, name)];
  const { data, info } = await decode('warning')
    .catch((error: Error) => {
      if (meta.format !== 'jpeg') throw error;
      const message =
        `${name} is not quite as the JPEG standard says (${lastLine(error)}); viewers open it, and so it is read: ` +
        'look whether a part of it is grey or garbled';
      warnings.push({ code: 'damaged', message });
      return decode('none');
    })
    .catch((error: Error) => {
      if (/data precision/.test(error.message)) throw new Error(`${name} ${DEEP_JPEG}`);
      throw new Error(`${name} is a damaged ${meta.format} picture: ${lastLine(error)}`, { cause: error });
    });
  const values = bits === 8 ? data : new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  const plane = (channel: number) => ({ values, info, channel, scale: 2 ** bits - 1 });
  const colours = grey ? [plane(0)] : [plane(0), plane(1), plane(2)];
  const icc = meta.icc && own && profileFits(meta.icc, colours.length) ? meta.icc : undefined;
  const alpha = hasAlpha ? gather([plane(info.channels - 1)]) : undefined;
  const whole = gather(colours);
  const image = alpha ? fillHidden(whole, alpha) : whole;
  const greyAsColour = sharedChannel(image) !== undefined;
  const isJpeg = meta.format === 'jpeg';
  const quality = isJpeg ? jpegQuality(bytes) : isLosslessWebp(bytes) ? 100 : undefined;
  return {
    image,
    alpha,
    ...(image !== whole && { hidden: whole }),
    icc,
    bits,
    format: meta.format ?? 'unknown',
    extras: readExtras(bytes, meta),
    ...(greyAsColour && { greyAsColour }),
    ...(quality && { quality }),
    ...(isJpeg && { coding: jpegCoding(bytes, meta.orientation) }),
    ...(warnings.length > 0 && { warnings }),
  };
}

/**
 * What `decodePicture` will make of it, [C, H, W], by the header alone.
 * @throws as `decodePicture` does, but for damage that only decoding tells.
 */
export async function pictureShape(
  bytes: Uint8Array,
  name: string,
  limits: PictureLimits = defaultLimits,
  page?: number,
): Promise<Shape> {
  const meta = await checkedMetadata(bytes, name, limits, page);
  const { width, height } = meta.autoOrient;
  return [isGrey(meta) ? 1 : 3, height, width];
}

/** How many pictures the file holds; 1 where it is none. */
export async function countPictures(bytes: Uint8Array): Promise<number> {
  const meta = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  return meta?.pages ?? 1;
}

/** sharp counts pages from 0, and takes none for the first. */
function only(page: number | undefined): { page?: number } {
  return page === undefined ? {} : { page: page - 1 };
}

async function checkedMetadata(
  bytes: Uint8Array,
  name: string,
  limits: PictureLimits,
  page: number | undefined,
): Promise<Metadata> {
  if (bytes.byteLength === 0) throw new Error(`${name} is an empty file, expected a picture`);
  const foreign = foreignFormat(name, bytes);
  const trouble = foreign ?? tiffTrouble(bytes);
  if (trouble) throw new Error(`${name} ${trouble}`);
  const count = page === undefined ? undefined : await countPictures(bytes);
  if (page && count && page > count) throw new Error(`${name} holds ${count} pictures, not ${page}`);
  const meta = await readMetadata(bytes, name, page);
  checkSize(meta, name, limits);
  const { pages = 1 } = meta;
  if (page === undefined && pages > 1) throw new Error(`${name} holds ${pages} pictures: ${CHOOSE_PAGE}`);
  return meta;
}

function isGrey({ space }: Metadata): boolean {
  return space === 'b-w' || space === 'grey16';
}

/** @throws Error where the file has bands of which it does not say that they are colours or alpha. */
function alphaOf(meta: Metadata, bytes: Uint8Array, name: string): boolean {
  const tiff = meta.format === 'tiff' ? tiffBands(bytes) : undefined;
  if (tiff === undefined) return meta.hasAlpha ?? false;
  const { bands, colours, alpha } = tiff;
  if (bands === colours || (bands === colours + 1 && alpha)) return alpha;
  const others = `${bands - colours} that the file does not call alpha`;
  throw new Error(
    `${name} has ${bands} bands (${colours} of colour and ${others}), expected grey or RGB, with alpha or without; ` +
      'save its bands as pictures of their own, or as an .npy file',
  );
}

const DEEP_JPEG =
  'is a JPEG of more than 8 bits a value, as scanners make them, which is not read: save it as a 16-bit TIFF first ' +
  '(Python: tifffile.imwrite(OUT, 16 * imagecodecs.imread(IN)))';

function* oddities(bytes: Uint8Array, meta: Metadata, name: string): Generator<PictureWarning> {
  if (meta.format === 'png' && pngChunks(bytes).some(({ type }) => type === 'acTL')) {
    yield { code: 'animated', message: `${name} is animated, and only its first picture is read` };
  }
  if (meta.space === 'cmyk') {
    yield { code: 'ink', message: `${name} holds amounts of ink (CMYK); it is restored and written as sRGB` };
  }
}

/** What to do about a file that holds several. */
export const CHOOSE_PAGE = 'say which with --page 1, --page 2-5 or --page all';

async function readMetadata(bytes: Uint8Array, name: string, page: number | undefined): Promise<Metadata> {
  try {
    return await sharp(bytes, { limitInputPixels: false, ...only(page) }).metadata();
  } catch (error) {
    if (/unsupported image format/.test((error as Error).message)) {
      const expected = 'expected PNG, TIFF, JPEG, WebP or AVIF';
      throw new Error(`${name} is not a picture: its bytes are of no known format, ${expected}`);
    }
    throw new Error(`${name} is a damaged picture: ${lastLine(error as Error)}`, { cause: error });
  }
}

function checkSize(meta: Metadata, name: string, limits: PictureLimits): void {
  const { width, height } = meta;
  if (width > limits.side || height > limits.side) {
    const limit = `the limit is ${limits.side} pixels a side (--max-pixels raises it)`;
    throw new Error(`${name} is ${width}×${height} pixels, and ${limit}`);
  }
  if (width * height > limits.pixels) {
    const limit = `the limit is ${limits.pixels} pixels (--max-pixels raises it)`;
    throw new Error(`${name} is ${width}×${height} = ${width * height} pixels, and ${limit}`);
  }
}

function bitsOf(meta: Metadata, name: string): 8 | 16 {
  if (meta.depth === 'uchar') return 8;
  if (meta.depth === 'ushort') return 16;
  throw new Error(`${name} holds values of type ${meta.depth}, expected 8 or 16 bits (or an .npy file)`);
}

function lastLine(error: Error): string {
  return error.message.trim().split('\n').at(-1) ?? '';
}

interface Plane {
  readonly values: Uint8Array | Uint16Array;
  readonly info: { readonly width: number; readonly height: number; readonly channels: number };
  readonly channel: number;
  readonly scale: number;
}

/** From interleaved integers to planes of floats. */
function gather(planes: readonly Plane[]): FloatArray {
  const { width, height, channels } = planes[0].info;
  const size = width * height;
  const data = new Float32Array(planes.length * size);
  planes.forEach(({ values, channel, scale }, p) => {
    for (let i = 0; i < size; i++) data[p * size + i] = values[i * channels + channel] / scale;
  });
  return floatArray(data, [planes.length, height, width]);
}

export type WrittenFormat = 'png' | 'tiff' | 'jpeg' | 'webp';

/** What is to be written: the parts of a `Picture`, and the format it goes into. */
interface PictureToWrite extends Omit<Picture, 'format' | 'warnings'> {
  readonly format: WrittenFormat;
}

/** Of JPEG and WebP files where nothing else is known. */
export const GOOD_QUALITY = 95;

/**
 * JPEG holds no alpha, and colours at full resolution here, as they were restored; WebP of quality 100 loses nothing.
 * Values are clipped to [0, 1] and rounded to the nearest level. Alpha of another size than the image (a restoration
 * may enlarge) is resized to it; a profile that does not describe this number of channels is left out.
 */
export async function encodePicture(picture: PictureToWrite): Promise<Uint8Array> {
  const { format, extras = {} } = picture;
  const shown =
    picture.greyAsColour && picture.image.shape[0] === 1 ? asColour(picture.image) : picture.image;
  const image = format === 'jpeg' ? shown : withHidden(shown, picture);
  const bits = format === 'jpeg' || format === 'webp' ? 8 : picture.bits;
  const [colours, height, width] = image.shape;
  const alpha =
    picture.alpha && format !== 'jpeg' ? await resizeAlpha(picture.alpha, width, height) : undefined;
  const channels = (colours + (alpha ? 1 : 0)) as 1 | 2 | 3 | 4;
  const values = new (bits === 8 ? Uint8Array : Uint16Array)(width * height * channels);
  scatter(image, values, channels, 0, bits);
  if (alpha) scatter(alpha, values, channels, colours, bits);
  const space = colours === 1 ? (bits === 8 ? 'b-w' : 'grey16') : bits === 8 ? 'srgb' : 'rgb16';
  const icc = picture.icc && profileFits(picture.icc, colours) ? picture.icc : undefined;
  const raw = sharp(values, { raw: { width, height, channels }, limitInputPixels: false });
  const plain = await raw.toColourspace(space).png().toBuffer();
  // sharp writes a density of its own where there is none.
  if (format === 'png') return withChunks(plain, extraChunks(extras, icc), ['pHYs']);
  const png = withChunks(plain, extraChunks({ density: 72, ...extras, colour: [] }, icc));
  const carried = sharp(png, { limitInputPixels: false }).keepXmp().keepIccProfile().toColourspace(space);
  const { quality = GOOD_QUALITY } = picture;
  if (format === 'jpeg') {
    const jpeg = await carried.jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
    // libvips would leave out what it does not know, such as a maker's notes.
    return withJfif(jpeg, extras);
  }
  carried.keepExif();
  if (format === 'webp') return carried.webp({ quality, lossless: quality === 100, exact: true }).toBuffer();
  return carried.tiff({ compression: 'deflate', ...resolution(extras) }).toBuffer();
}

/** Pixels per millimetre, as sharp takes them; 72 per inch where nothing is said, as readers take it. */
function resolution({ density = 72 }: PictureExtras) {
  return { xres: density / 25.4, yres: density / 25.4, resolutionUnit: 'inch' } as const;
}

/** From planes of floats to interleaved integers. */
function scatter(
  image: FloatArray,
  values: Uint8Array | Uint16Array,
  channels: number,
  first: number,
  bits: 8 | 16,
): void {
  const size = image.shape[1] * image.shape[2];
  const top = 2 ** bits - 1;
  image.data.forEach((value, i) => {
    const channel = first + Math.floor(i / size);
    values[(i % size) * channels + channel] = Math.round(Math.min(Math.max(value, 0), 1) * top);
  });
}

async function resizeAlpha(alpha: FloatArray, width: number, height: number): Promise<FloatArray> {
  const [, fromHeight, fromWidth] = alpha.shape;
  if (fromHeight === height && fromWidth === width) return alpha;
  const values = new Uint16Array(fromWidth * fromHeight);
  scatter(alpha, values, 1, 0, 16);
  const data = await sharp(values, {
    raw: { width: fromWidth, height: fromHeight, channels: 1 },
    limitInputPixels: false,
  })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .toColourspace('grey16')
    .raw({ depth: 'ushort' })
    .toBuffer();
  const resized = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  return gather([{ values: resized, info: { width, height, channels: 1 }, channel: 0, scale: 65535 }]);
}
