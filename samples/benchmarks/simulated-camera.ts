/**
 * What a camera makes of a scene: mosaic, photon and read noise, demosaicing, white balance, colour matrix, tone curve,
 * noise reduction, sharpening, eight bits, JPEG. The same without noise and JPEG is the truth. Pictures are RGB, pixel
 * by pixel, in [0, 1].
 */
import sharp from 'sharp';
import { keyedRandom, type Random } from '../../src/index.js';

export interface Pixels {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

export interface Camera {
  /** Noise variance at linear value v: gain·v + read². */
  readonly gain: number;
  readonly read: number;
  readonly demosaic: 'bilinear' | 'directed';
  /** Radius in pixels of the box that noise reduction averages colours over; 0: none. */
  readonly colourSmoothing: number;
  /** Weight of what sharpening adds. */
  readonly sharpening: number;
  /** JPEG quality; none: eight bits without compression. */
  readonly quality?: number;
  readonly subsampling?: '4:2:0' | '4:4:4';
}

/** From fine cameras at high sensitivity to small ones in the dark. */
export const cameras: Readonly<Record<string, Camera>> = {
  'daylight, JPEG 95': camera(0.00002, 0.0003, 'directed', 0, 0.3, 95, '4:4:4'),
  'ISO 1600, JPEG 95': camera(0.0003, 0.001, 'directed', 1, 0.4, 95, '4:2:0'),
  'ISO 6400, JPEG 90': camera(0.001, 0.002, 'directed', 2, 0.5, 90, '4:2:0'),
  'ISO 6400, developed, no JPEG': camera(0.001, 0.002, 'bilinear', 0, 0),
  'telephone, JPEG 85': camera(0.001, 0.002, 'directed', 3, 0.8, 85, '4:2:0'),
  'telephone in the dark, no JPEG': camera(0.006, 0.006, 'bilinear', 0, 0),
  'telephone in the dark, JPEG 80': camera(0.006, 0.006, 'directed', 2, 0.5, 80, '4:2:0'),
};

function camera(
  gain: number,
  read: number,
  demosaic: Camera['demosaic'],
  colourSmoothing: number,
  sharpening: number,
  quality?: number,
  subsampling?: Camera['subsampling'],
): Camera {
  return { gain, read, demosaic, colourSmoothing, sharpening, quality, subsampling };
}

/** Sensitivity of red, green and blue to daylight, and from the sensor's colours to those of a screen. */
const BALANCE = [0.5, 1, 0.65];
const MATRIX = [1.6, -0.5, -0.1, -0.2, 1.5, -0.3, 0, -0.5, 1.5];

/** What the camera gives, and what it would give without noise and compression. */
export async function exposed(
  scene: Pixels,
  kind: Camera,
  seed: string,
): Promise<{ file: Buffer; ending: 'jpg' | 'png'; truth: Buffer }> {
  const random = keyedRandom(0, seed, 0)('camera');
  const noisy = toBytes(developed(scene, kind, random));
  const raw = { width: scene.width, height: scene.height, channels: 3 } as const;
  const truth = await sharp(toBytes(developed(scene, kind)), { raw })
    .png()
    .toBuffer();
  const { quality, subsampling } = kind;
  if (quality === undefined)
    return { file: await sharp(noisy, { raw }).png().toBuffer(), ending: 'png', truth };
  const jpeg = sharp(noisy, { raw }).jpeg({ quality, chromaSubsampling: subsampling });
  return { file: await jpeg.toBuffer(), ending: 'jpg', truth };
}

/** @param random draws the noise; without it there is none. */
function developed(scene: Pixels, kind: Camera, random?: Random): Pixels {
  const mosaic = sensorValues(scene, kind, random);
  const linear = kind.demosaic === 'bilinear' ? bilinear(mosaic) : directed(mosaic);
  return sharpened(coloursSmoothed(rendered(linear), kind.colourSmoothing), kind.sharpening);
}

/** The colour that the sensor has at a pixel: RGGB. */
const colourAt = (y: number, x: number) => (y % 2) + (x % 2);

/** One value a pixel, of the scene as light. */
function sensorValues({ data, width, height }: Pixels, { gain, read }: Camera, random?: Random): Pixels {
  const values = new Float32Array(width * height);
  const inverse = inverseOf(MATRIX);
  for (let i = 0; i < values.length; i++) {
    const colour = colourAt(Math.floor(i / width), i % width);
    let light = 0;
    for (let c = 0; c < 3; c++) light += inverse[3 * colour + c] * toLinear(untoned(data[3 * i + c]));
    const value = Math.max(0, light) * BALANCE[colour];
    const noise = random ? Math.sqrt(gain * value + read ** 2) * random.normal() : 0;
    values[i] = Math.min(1, value + noise);
  }
  return { data: values, width, height };
}

/** The other colours as means of the nearest pixels that have them. */
function bilinear(mosaic: Pixels): Pixels {
  return eachPixel(mosaic, (y, x) =>
    [0, 1, 2].map((colour) => {
      let [sum, weights] = [0, 0];
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          if (colourAt(y + dy + 2, x + dx + 2) !== colour) continue;
          const weight = (2 - Math.abs(dy)) * (2 - Math.abs(dx));
          sum += weight * valueAt(mosaic, y + dy, x + dx);
          weights += weight;
        }
      }
      return colour === colourAt(y, x) ? valueAt(mosaic, y, x) : sum / weights;
    }),
  );
}

/** Green along the smoother direction (Hamilton and Adams), red and blue by their differences from it. */
function directed(mosaic: Pixels): Pixels {
  const green = new Float32Array(mosaic.data.length);
  for (let i = 0; i < green.length; i++) {
    const [y, x] = [Math.floor(i / mosaic.width), i % mosaic.width];
    const at = (dy: number, dx: number) => valueAt(mosaic, y + dy, x + dx);
    if (colourAt(y, x) === 1) {
      green[i] = at(0, 0);
      continue;
    }
    const along = [
      [0, 1],
      [1, 0],
    ].map(([dy, dx]) => {
      const bend = 2 * at(0, 0) - at(2 * dy, 2 * dx) - at(-2 * dy, -2 * dx);
      return {
        value: (at(dy, dx) + at(-dy, -dx)) / 2 + bend / 4,
        roughness: Math.abs(at(dy, dx) - at(-dy, -dx)) + Math.abs(bend),
      };
    });
    const [across, down] = along;
    if (across.roughness === down.roughness) green[i] = (across.value + down.value) / 2;
    else green[i] = across.roughness < down.roughness ? across.value : down.value;
  }
  const difference = { ...mosaic, data: mosaic.data.map((value, i) => value - green[i]) };
  const others = bilinear(difference);
  return {
    ...mosaic,
    data: others.data.map((value, i) => green[Math.floor(i / 3)] + (i % 3 === 1 ? 0 : value)),
  };
}

/** White balance, colour matrix, tone curve. */
function rendered({ data, width, height }: Pixels): Pixels {
  const picture = new Float32Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    for (let c = 0; c < 3; c++) {
      let light = 0;
      for (let k = 0; k < 3; k++) light += (MATRIX[3 * c + k] * data[i + k]) / BALANCE[k];
      picture[i + c] = toned(fromLinear(Math.min(1, Math.max(0, light))));
    }
  }
  return { data: picture, width, height };
}

/** Colour differences averaged over boxes; luma stays. */
function coloursSmoothed(picture: Pixels, radius: number): Pixels {
  if (radius === 0) return picture;
  const luma = ({ data }: Pixels, i: number) => 0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2];
  const smooth = boxMeans(picture, radius);
  return {
    ...picture,
    data: picture.data.map((_, i) => {
      const at = i - (i % 3);
      return smooth.data[i] - luma(smooth, at) + luma(picture, at);
    }),
  };
}

function sharpened(picture: Pixels, weight: number): Pixels {
  if (weight === 0) return picture;
  const smooth = boxMeans(picture, 1);
  return { ...picture, data: picture.data.map((value, i) => value + weight * (value - smooth.data[i])) };
}

function boxMeans(picture: Pixels, radius: number): Pixels {
  const pass = ({ data, width, height }: Pixels, across: boolean): Pixels => ({
    ...{ width, height },
    data: data.map((_, i) => {
      const [pixel, c] = [Math.floor(i / 3), i % 3];
      const [y, x] = [Math.floor(pixel / width), pixel % width];
      let sum = 0;
      for (let k = -radius; k <= radius; k++) {
        const row = Math.min(height - 1, Math.max(0, across ? y : y + k));
        const column = Math.min(width - 1, Math.max(0, across ? x + k : x));
        sum += data[3 * (row * width + column) + c];
      }
      return sum / (2 * radius + 1);
    }),
  });
  return pass(pass(picture, true), false);
}

function eachPixel({ width, height }: Pixels, colours: (y: number, x: number) => readonly number[]): Pixels {
  const data = new Float32Array(3 * width * height);
  for (let i = 0; i < width * height; i++) data.set(colours(Math.floor(i / width), i % width), 3 * i);
  return { data, width, height };
}

/** Mirrored beyond the border, which keeps the colours of the mosaic in their places. */
function valueAt({ data, width, height }: Pixels, y: number, x: number): number {
  const mirrored = (at: number, size: number) => (at < 0 ? -at : at >= size ? 2 * size - 2 - at : at);
  return data[mirrored(y, height) * width + mirrored(x, width)];
}

const toLinear = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const fromLinear = (v: number) => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);
/** A curve that darkens shadows and brightens lights, half way to 3v² − 2v³, and its inverse. */
const toned = (v: number) => (v + v * v * (3 - 2 * v)) / 2;
function untoned(value: number): number {
  let [low, high] = [0, 1];
  for (let k = 0; k < 20; k++) {
    const middle = (low + high) / 2;
    if (toned(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function inverseOf([a, b, c, d, e, f, g, h, i]: readonly number[]): number[] {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  return [
    ...[e * i - f * h, c * h - b * i, b * f - c * e],
    ...[f * g - d * i, a * i - c * g, c * d - a * f],
    ...[d * h - e * g, b * g - a * h, a * e - b * d],
  ].map((value) => value / determinant);
}

function toBytes({ data }: Pixels): Buffer {
  return Buffer.from(Uint8Array.from(data, (value) => Math.round(255 * Math.min(1, Math.max(0, value)))));
}
