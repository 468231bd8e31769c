/** Pictures made by sharp, for tests that read files. */
import sharp from 'sharp';

/** A small colour picture of smooth shapes; `phase` makes different ones. */
export function colourPng(width: number, height: number, phase = 0): Promise<Buffer> {
  return sharp(levels(width, height, 3, phase), { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

export function greyPng(width: number, height: number, phase = 0): Promise<Buffer> {
  const raw = sharp(levels(width, height, 1, phase), { raw: { width, height, channels: 1 } });
  return raw.toColourspace('b-w').png().toBuffer();
}

function levels(width: number, height: number, channels: number, phase: number): Uint8Array {
  return Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const pixel = Math.floor(i / channels);
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return Math.round(127 + 100 * Math.sin(x / 5 + phase + (i % channels)) * Math.cos(y / 7));
  });
}
