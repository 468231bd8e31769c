/** Pictures as a page holds them: small, of one size, within a budget. */
import sharp from 'sharp';
import { contiguous, type FloatArray } from '../core/array.js';

/** What can be looked at. */
export interface Layer {
  /** Names it within its picture. */
  readonly id: string;
  readonly label: string;
  /** [1|3, H, W] in [0, 1]; of a map, [C, H, W] in units of the image, any number of channels. */
  readonly image: FloatArray;
  readonly kind: 'picture' | 'map';
}

/** What stands in the page. */
export interface EncodedLayer {
  readonly id: string;
  readonly label: string;
  readonly kind: Layer['kind'];
  /** Of a map: what its brightest colour is, in [0, 1] units. */
  readonly white?: number;
  /** `data:` URL of a WebP picture. */
  readonly src: string;
}

/** Longest side that is shown, px. */
const LONGEST = 512;

/** Bytes of one picture's layers, before base64 makes them a third more: ten of them stay below 3 MB. */
const BUDGET = 205_000;

/** Quality of WebP and part of the side, from the best; the browser enlarges what was made smaller. */
const QUALITIES = [
  [82, 1],
  [65, 1],
  [45, 1],
  [25, 1],
  [40, 0.5],
  [15, 0.5],
  [20, 0.25],
] as const;

/** Width and height in the page. */
export function shownSize([height, width]: readonly [height: number, width: number]): [number, number] {
  const scale = Math.min(1, LONGEST / Math.max(height, width));
  return [Math.max(1, Math.round(scale * height)), Math.max(1, Math.round(scale * width))];
}

/** All layers of a picture, of one size, as well as the budget allows. */
export async function encodeLayers(
  layers: readonly Layer[],
  size: readonly [height: number, width: number],
): Promise<EncodedLayer[]> {
  const prepared = layers.map((layer) => prepare(layer));
  let encoded: Buffer[] = [];
  for (const [quality, part] of QUALITIES) {
    const [height, width] = size.map((side) => Math.ceil(part * side));
    encoded = await Promise.all(prepared.map((one) => encode(one, [height, width], quality)));
    if (encoded.reduce((sum, { length }) => sum + length, 0) <= BUDGET) break;
  }
  return layers.map(({ id, label, kind }, k) => ({
    ...{ id, label, kind, white: prepared[k].white },
    src: `data:image/webp;base64,${encoded[k].toString('base64')}`,
  }));
}

interface Prepared {
  readonly bytes: Uint8Array;
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  readonly white?: number;
}

function prepare({ image, kind }: Layer): Prepared {
  const { data, shape } = contiguous(image);
  const [channels, height, width] = shape;
  const size = height * width;
  if (kind === 'picture') {
    const bytes = new Uint8Array(channels * size);
    for (let i = 0; i < data.length; i++) {
      const level = Math.round(255 * Math.min(Math.max(data[i], 0), 1));
      bytes[(i % size) * channels + Math.floor(i / size)] = level;
    }
    return { bytes, channels: channels === 1 ? 1 : 3, height, width };
  }
  // Root mean square over the channels.
  const plane = new Float32Array(size);
  data.forEach((value, i) => {
    plane[i % size] += value ** 2 / channels;
  });
  const white = Math.sqrt(plane.reduce((most, value) => Math.max(most, value), 0));
  const bytes = Uint8Array.from(plane, (value) =>
    white > 0 ? Math.round((255 * Math.sqrt(value)) / white) : 0,
  );
  return { bytes, channels: 1, height, width, white };
}

function encode(
  { bytes, channels, height, width }: Prepared,
  [shownHeight, shownWidth]: readonly [number, number],
  quality: number,
): Promise<Buffer> {
  // What is coarser than it is shown keeps its pixels.
  const kernel = height < shownHeight ? 'nearest' : 'lanczos3';
  return sharp(bytes, { raw: { width, height, channels } })
    .resize(shownWidth, shownHeight, { fit: 'fill', kernel })
    .webp({ quality, effort: 2, smartSubsample: true })
    .toBuffer();
}
