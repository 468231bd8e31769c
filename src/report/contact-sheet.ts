/** Images side by side in one PNG: what README, demo and benchmarks show. */

import sharp, { type OverlayOptions } from 'sharp';
import { requireArray } from '../core/arguments.js';
import { contiguous, type FloatArray } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { encodePicture } from '../io/picture.js';

/** An image of a sheet. */
export interface Labelled {
  /** [1|3, H, W] in [0, 1]. */
  readonly image: FloatArray;
  /** Stands below the image; drawn in whatever sans-serif font this computer has. */
  readonly label?: string;
}

/** px between images and around the sheet. */
const GAP = 6;
/** px, the height of a line of text. */
const LINE = 20;

/**
 * An 8-bit sRGB PNG with the rows of images below each other on white. Images keep their size, one pixel to a pixel;
 * every column is as wide as its widest image.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { contactSheet, zeros } from 'retrodict';
 *
 * const black = zeros([3, 64, 64]);
 * await writeFile('sheet.png', await contactSheet([[{ image: black, label: 'measured' }, { image: black }]]));
 * ```
 */
export async function contactSheet(rows: readonly (readonly Labelled[])[]): Promise<Uint8Array> {
  requireRows(rows);
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.image.shape[2] ?? 0)),
  );
  const overlays: OverlayOptions[] = [];
  let top = GAP;
  for (const row of rows) {
    const height = Math.max(...row.map(({ image }) => image.shape[1]));
    let left = GAP;
    for (const [column, { image, label }] of row.entries()) {
      const input = Buffer.from(await encodePicture({ image: contiguous(image), bits: 8, format: 'png' }));
      overlays.push({ input, left, top });
      if (label) overlays.push({ input: text(label, widths[column]), left, top: top + height });
      left += widths[column] + GAP;
    }
    top += height + (row.some(({ label }) => label) ? LINE : 0) + GAP;
  }
  const width = GAP + widths.reduce((sum, extent) => sum + extent + GAP, 0);
  return sharp({ create: { width, height: top, channels: 3, background: 'white' } })
    .composite(overlays)
    .png()
    .toBuffer();
}

function requireRows(rows: readonly (readonly Labelled[])[]): void {
  const filled = (list: unknown) => Array.isArray(list) && list.length > 0;
  if (!filled(rows) || !rows.every(filled)) {
    throw new UsageError('the rows of the sheet are no lists of images, expected [[{ image, label }]]');
  }
  for (const cell of rows.flat()) requireArray(Object(cell).image, 'the image of the sheet');
}

function text(label: string, width: number): Buffer {
  const escaped = label.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${LINE}">` +
      `<text x="0" y="14" font-family="sans-serif" font-size="13">${escaped}</text></svg>`,
  );
}
