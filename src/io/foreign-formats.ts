/** Pictures and volumes of formats that are not read here: what they are, and what makes a readable file of them. */

interface ForeignFormat {
  readonly name: string;
  /** Of file names, in lower case. */
  readonly endings: readonly string[];
  /** What the file begins with, in Latin 1. */
  readonly start?: RegExp;
  readonly advice: string;
}

const FORMATS: readonly ForeignFormat[] = [
  {
    name: 'a HEIC picture',
    endings: ['.heic', '.heif'],
    start: /^.{4}ftyp(?:hei[cxms]|hev[cxms])/s,
    advice: 'convert it first: heif-convert IN.heic OUT.png (package libheif-examples), or sips on macOS',
  },
  {
    name: 'a GIF picture',
    endings: ['.gif'],
    start: /^GIF8[79]a/,
    advice: 'convert it first: magick IN.gif OUT.png (package imagemagick), which writes each picture of it',
  },
  {
    name: 'a camera RAW file',
    endings: ['.dng', '.nef', '.cr2', '.cr3', '.arw', '.raf', '.orf', '.rw2', '.pef', '.srw'],
    advice: 'name the file itself, with --problem demosaic, or develop it first: darktable-cli IN OUT.tif',
  },
  {
    name: 'a JPEG XL picture',
    endings: ['.jxl'],
    start: /^(?:\xff\n|\0{3}.JXL )/s,
    advice: 'convert it first: djxl IN.jxl OUT.png (package libjxl-tools)',
  },
];

/**
 * `is a HEIC picture, which is not read here: convert it first …`; undefined where nothing is known of the file.
 * @param bytes the file, or its first 132 bytes; without them the name alone tells.
 */
export function foreignFormat(name: string, bytes?: Uint8Array): string | undefined {
  const start = bytes && new TextDecoder('latin1').decode(bytes.subarray(0, 132));
  const lower = name.toLowerCase();
  const found = FORMATS.find(
    (format) =>
      format.endings.some((ending) => lower.endsWith(ending)) ||
      (start !== undefined && format.start?.test(start)),
  );
  return found && `is ${found.name}, which is not read here: ${found.advice}`;
}
