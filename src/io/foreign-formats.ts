/** Pictures and volumes of formats that are not read here: what they are, and what makes a readable file of them. */

interface ForeignFormat {
  readonly name: string;
  /** Of file names, in lower case. */
  readonly endings: readonly string[];
  /** What the file begins with, in Latin 1; without it the name alone tells. */
  readonly start?: RegExp;
  readonly advice: string;
}

const magick = 'convert it first: magick IN OUT.png (package imagemagick)';

/** Formats that ImageMagick converts and of which nothing more need be said. */
const CONVERTED: readonly (readonly [name: string, endings: string, start?: RegExp])[] = [
  ['a BMP picture', '.bmp', /^BM.{4}\0{4}/s],
  ['a JPEG 2000 picture', '.jp2 .j2k .jpx', /^(?:\0{3}.jP {2}|\xff\x4f\xff\x51)/s],
  ['a Netpbm picture', '.ppm .pgm .pbm .pnm .pam', /^P[1-7]\s/],
  ['a portable float map', '.pfm', /^P[Ff]\s/],
  ['a Photoshop document', '.psd', /^8BPS/],
  ['a GIMP document', '.xcf', /^gimp xcf/],
  ['a Radiance picture', '.rgbe', /^#\?(?:RADIANCE|RGBE)/],
  ['a JPEG XR picture', '.jxr', /^II\xbc/],
  ['a Truevision picture', '.tga'],
  ['a DirectDraw surface', '.dds', /^DDS /],
  ['a Windows icon', '.ico'],
  ['a PCX picture', '.pcx'],
  ['a Silicon Graphics picture', '.sgi'],
  ['a QOI picture', '.qoi', /^qoif/],
];

const FORMATS: readonly ForeignFormat[] = [
  {
    name: 'a HEIC picture',
    endings: ['.heic', '.heif'],
    start:
      /^.{4}ftyp(?:hei[cxms]|hev[cxms]|(?:mif1|msf1)(?!.{4}(?:.{4})*?avif).{4}(?:.{4})*?(?:hei[cxms]|hev[cxms]))/s,
    advice: 'convert it first: heif-convert IN.heic OUT.png (package libheif-examples), or sips on macOS',
  },
  {
    name: 'a GIF picture',
    endings: ['.gif'],
    start: /^GIF8[79]a/,
    advice: `${magick}, which writes each picture of it`,
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
  {
    name: 'a PDF document',
    endings: ['.pdf'],
    start: /^%PDF-/,
    advice: 'take its pictures out first: pdfimages -png IN.pdf OUT (package poppler-utils)',
  },
  {
    name: 'an SVG or PostScript drawing',
    endings: ['.svg', '.svgz', '.eps', '.ps'],
    start: /^(?:%!PS|\xc5\xd0\xd3\xc6|\s*<svg[\s>]|\s*<\?xml.*<svg[\s>])/s,
    advice: 'it has no pixels, and needs no restoration',
  },
  {
    name: 'a video',
    endings: ['.mp4', '.mov', '.avi', '.mkv', '.webm', '.mpg'],
    start: /^(?:.{4}ftyp(?:isom|iso\d|mp4\d|qt {2}|M4V )|RIFF.{4}AVI |.E\xdf\xa3)/s,
    advice: 'take its pictures out first: ffmpeg -i IN OUT%04d.png (package ffmpeg)',
  },
  {
    name: 'a MATLAB file',
    endings: ['.mat'],
    start: /^MATLAB [57]/,
    advice: "save its array as .npy first (Python: numpy.save(OUT, scipy.io.loadmat(IN)['NAME']))",
  },
  {
    name: 'an Analyze volume',
    endings: ['.img', '.hdr'],
    advice: "save it as .nii.gz first (Python: nibabel.save(nibabel.load(IN), 'OUT.nii.gz'))",
  },
  {
    name: 'a FreeSurfer volume',
    endings: ['.mgz', '.mgh'],
    advice: 'convert it first: mri_convert IN OUT.nii.gz',
  },
  {
    name: 'a packed file',
    endings: ['.gz', '.zip', '.bz2', '.xz', '.7z', '.tar'],
    advice: 'unpack it first, and give what it holds',
  },
  ...CONVERTED.map(([name, endings, start]) => ({
    name,
    endings: endings.split(' '),
    start,
    advice: magick,
  })),
];

/** PNG, JPEG, WebP and AVIF files, whatever they are called: phones name JPEG files .heic. */
const READ = /^(?:\x89PNG|\xff\xd8\xff|RIFF.{4}WEBP|.{4}ftypavi[fs])/s;

/**
 * `is a HEIC picture, which is not read here: convert it first …`; undefined where nothing is known of the file.
 * @param bytes the file, or its first 132 bytes, which count before the name; without them the name alone tells.
 */
export function foreignFormat(name: string, bytes?: Uint8Array): string | undefined {
  const start = bytes && new TextDecoder('latin1').decode(bytes.subarray(0, 132));
  if (start !== undefined && READ.test(start)) return undefined;
  const ending = /\.[^.]*$/.exec(name.toLowerCase())?.[0] ?? '';
  const found =
    FORMATS.find((format) => start !== undefined && format.start?.test(start)) ??
    FORMATS.find(({ endings }) => endings.includes(ending));
  return found && `is ${found.name}, which is not read here: ${found.advice}`;
}
