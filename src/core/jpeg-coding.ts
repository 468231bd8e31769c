/** How a JPEG file holds its picture: what is to be known to make such a file of another picture. */

/** The resolution of the colour differences beside luma's: 4:4:4, 4:2:0, 4:2:2 and 4:4:0. */
export const chromaSamplings = ['full', 'half', 'half-width', 'half-height'] as const;

export type ChromaSampling = (typeof chromaSamplings)[number];

/** Of a file of luma, or of luma and two colour differences (JFIF). */
export interface JpegCoding {
  /** Steps of the 64 coefficients, row by row: of luma, then of the differences, once where they share them. */
  readonly tables: readonly number[];
  readonly chroma: ChromaSampling;
  /** EXIF's, 1 to 8: how the stored picture is turned to stand upright. */
  readonly orientation: number;
}
