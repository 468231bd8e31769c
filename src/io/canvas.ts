/** Pictures as arrays in a browser, through the canvas: 8 bits, sRGB, whatever format the browser reads. */
import { contiguous, type FloatArray, floatArray } from '../core/array.js';
import { UsageError } from '../core/errors.js';

/** The most pixels that a picture may have: what the arrays of a restoration find room for in a page. */
export const defaultPixels = 2 ** 22;

/**
 * The image [3, H, W] in [0, 1] of a picture file, upright; what is transparent is white.
 * @param file as a page gets it from an input or a drop.
 * @throws UsageError where the browser cannot read it, or it has more pixels than `most`.
 * @example
 * ```ts
 * import { readImage } from 'retrodict/browser';
 *
 * const image = await readImage(await (await fetch('photograph.jpg')).blob());
 * console.log(image.shape);
 * ```
 */
export async function readImage(file: Blob, most = defaultPixels): Promise<FloatArray> {
  const name = (file as File).name ?? 'the picture';
  const bitmap = await createImageBitmap(file).catch((error) => {
    throw new UsageError(`${name} is no picture that this browser can read (${(error as Error).message})`);
  });
  const { width, height } = bitmap;
  if (width * height > most) {
    bitmap.close();
    throw new UsageError(
      `${name} has ${width}×${height} pixels; a browser has room for ${most}: make it smaller, or use the command line`,
    );
  }
  const context = contextOf(width, height);
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return fromPixels(context.getImageData(0, 0, width, height));
}

/** The planes of pixels, 0 to 1. */
function fromPixels({ data, width, height }: ImageData): FloatArray {
  const size = width * height;
  const planes = new Float32Array(3 * size);
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < 3; c++) planes[c * size + i] = data[4 * i + c] / 255;
  }
  return floatArray(planes, [3, height, width]);
}

/**
 * What a canvas shows of an image [1, H, W] or [3, H, W]: values in [0, 1], rounded to 8 bits; others are clipped.
 * @example
 * ```ts
 * import { pixelsOf, zeros } from 'retrodict/browser';
 *
 * const canvas = document.createElement('canvas');
 * [canvas.width, canvas.height] = [16, 8];
 * canvas.getContext('2d')?.putImageData(pixelsOf(zeros([3, 8, 16])), 0, 0);
 * ```
 */
export function pixelsOf(image: FloatArray): ImageData {
  const { data, shape } = contiguous(image);
  const [channels, height, width] = shape;
  if (shape.length !== 3 || (channels !== 1 && channels !== 3)) {
    throw new UsageError(`an image of shape [${shape}] cannot be shown; expected [1, H, W] or [3, H, W]`);
  }
  const size = width * height;
  const pixels = new Uint8ClampedArray(4 * size).fill(255);
  for (let i = 0; i < size; i++) {
    // The array itself rounds to the nearest and clips.
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = 255 * data[(channels === 3 ? c * size : 0) + i];
  }
  return new ImageData(pixels, width, height);
}

/**
 * An image as a PNG file, to be shown or saved.
 * @example
 * ```ts
 * import { pictureBlob, zeros } from 'retrodict/browser';
 *
 * console.log((await pictureBlob(zeros([3, 8, 16]))).size);
 * ```
 */
export async function pictureBlob(image: FloatArray): Promise<Blob> {
  const pixels = pixelsOf(image);
  const context = contextOf(pixels.width, pixels.height);
  context.putImageData(pixels, 0, 0);
  return context.canvas.convertToBlob({ type: 'image/png' });
}

function contextOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error(`The browser has no room for a canvas of ${width}×${height} pixels.`);
  return context;
}
