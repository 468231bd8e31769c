/** Which bands of a TIFF are colours and which is alpha: its tags say so, their number does not (TIFF 6.0, ExtraSamples). */

export interface TiffBands {
  /** Samples per pixel. */
  readonly bands: number;
  readonly colours: number;
  /** The first extra sample is said to be alpha. */
  readonly alpha: boolean;
}

const [PHOTOMETRIC, SAMPLES, EXTRA] = [262, 277, 338];

/** Colours by photometric interpretation: white or black is zero, RGB, palette, mask, CMYK, YCbCr, Lab. */
const COLOURS = [1, 1, 3, 1, 1, 4, 3, undefined, 3];

/** Undefined for BigTIFF and for what is no TIFF. */
export function tiffBands(bytes: Uint8Array): TiffBands | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mark = bytes.length < 8 ? 0 : view.getUint16(0);
  const little = mark === 0x4949;
  if ((!little && mark !== 0x4d4d) || view.getUint16(2, little) !== 42) return undefined;
  const directory = view.getUint32(4, little);
  if (directory + 2 > bytes.length) return undefined;
  const tags = new Map<number, number>();
  for (
    let i = 0, at = directory + 2;
    i < view.getUint16(directory, little) && at + 12 <= bytes.length;
    i++, at += 12
  ) {
    const count = view.getUint32(at + 4, little);
    // Of short numbers two fit in the entry; more stand elsewhere.
    const place = count > 2 ? view.getUint32(at + 8, little) : at + 8;
    if (view.getUint16(at + 2, little) === 3 && place + 2 <= bytes.length) {
      tags.set(view.getUint16(at, little), view.getUint16(place, little));
    }
  }
  const bands = tags.get(SAMPLES) ?? 1;
  const colours = COLOURS[tags.get(PHOTOMETRIC) ?? 1] ?? bands;
  const extra = tags.get(EXTRA);
  return { bands, colours, alpha: bands > colours && (extra === 1 || extra === 2) };
}
