/** Pictures for what becomes of them in JPEG files. */
import { floatArray } from '../../../src/core/array.js';

/** Interleaved bytes to [C, H, W] in [0, 1] and back. */
export function planar(bytes: Uint8Array, channels: number, height: number, width: number) {
  const pixels = height * width;
  const values = Float32Array.from(
    { length: bytes.length },
    (_, i) => bytes[(i % pixels) * channels + Math.floor(i / pixels)] / 255,
  );
  return floatArray(values, [channels, height, width]);
}

/** Smooth colours, edges and some grain. */
export function scene(channels: number, height: number, width: number): Uint8Array {
  return Uint8Array.from({ length: channels * height * width }, (_, i) => {
    const [c, pixel] = [i % channels, Math.floor(i / channels)];
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    const edge = (x - 20) ** 2 + (y - 15) ** 2 < 90 ? 80 * (c - 1) : 0;
    const grain = ((i * 2654435761) >>> 24) / 16;
    return Math.min(Math.max(110 + 90 * Math.sin(x / 6 + c) * Math.cos(y / 9) + edge + grain, 0), 255);
  });
}
