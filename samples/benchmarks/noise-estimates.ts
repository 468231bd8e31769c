/**
 * What the estimators of noise find where it is known: for each kind of picture the mean and the spread of found/true
 * over some photographs, of `estimateNoise` (one white level) and of `measureNoise` (standard deviation of a pixel).
 *
 *     node dist/samples/benchmarks/noise-estimates.js FOLDER_OF_PNG [count] > results.md
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import {
  estimateNoise,
  type FloatArray,
  floatArray,
  keyedRandom,
  measureNoise,
  pixelSigma,
} from '../../src/index.js';

const SIZE = 384;
const LEVEL = 10 / 255;

type Picture = Float32Array; // RGB, pixel by pixel, in [0, 1]

/** Adds to `clean` what the kind stands for. @returns what is seen, and the noise's true standard deviation. */
type Kind = (clean: Picture, noise: Picture) => Promise<Picture> | Picture;

const add = (clean: Picture, noise: Picture) => clean.map((value, i) => value + noise[i]);
const grey = (picture: Picture) =>
  picture.map((_, i) => {
    const at = i - (i % 3);
    return 0.299 * picture[at] + 0.587 * picture[at + 1] + 0.114 * picture[at + 2];
  });
const sameInAll = (noise: Picture) => noise.map((_, i) => noise[i - (i % 3)]);
const sepia = (picture: Picture) => grey(picture).map((value, i) => value * [1, 0.85, 0.65][i % 3]);
const toBytes = (picture: Picture) =>
  Buffer.from(Uint8Array.from(picture, (value) => Math.round(255 * Math.min(1, Math.max(0, value)))));
const raw = { width: SIZE, height: SIZE, channels: 3 } as const;

async function jpeg(picture: Picture, quality: number, chromaSubsampling: string): Promise<Picture> {
  const file = await sharp(toBytes(picture), { raw }).jpeg({ quality, chromaSubsampling }).toBuffer();
  return Float32Array.from(await sharp(file).raw().toBuffer(), (value) => value / 255);
}

/** Means over 2×2 pixels. */
function grain(noise: Picture): Picture {
  return noise.map((value, i) => {
    const [right, down] = [i + 3, i + 3 * SIZE];
    return (value + (noise[right] ?? value) + (noise[down] ?? value) + (noise[down + 3] ?? value)) / 4;
  });
}

function letterbox(picture: Picture): Picture {
  return picture.map((value, i) => {
    const row = Math.floor(i / (3 * SIZE));
    return row < SIZE / 6 || row > (5 * SIZE) / 6 ? 0 : value;
  });
}

async function enlarged(picture: Picture): Promise<Picture> {
  const file = await sharp(toBytes(picture), { raw })
    .extract({ left: 0, top: 0, width: SIZE / 2, height: SIZE / 2 })
    .resize(SIZE, SIZE, { kernel: 'cubic' })
    .raw()
    .toBuffer();
  return Float32Array.from(file, (value) => value / 255);
}

/** Flat colours with sharp borders. */
const cartoon = (clean: Picture) => clean.map((value) => 0.2 + Math.round(value * 3) / 5);
/** Dark strokes on paper. */
const text = (clean: Picture) =>
  clean.map((_, i) => {
    const [x, y] = [Math.floor(i / 3) % SIZE, Math.floor(i / (3 * SIZE))];
    return y % 16 < 9 && (x * 7 + (y >> 4) * 13) % 11 < 3 ? 0.15 : 0.85;
  });

/** 1 inside a disc, which is all that is opaque. */
const opaque = Float32Array.from({ length: SIZE * SIZE }, (_, i) => {
  const [y, x] = [Math.floor(i / SIZE), i % SIZE].map((at) => at - SIZE / 2);
  return x * x + y * y < (0.4 * SIZE) ** 2 ? 1 : 0;
});
const CUT_OUT = 'cut-out with alpha';

const kinds: Readonly<Record<string, Kind>> = {
  white: add,
  'stronger in shadows': (clean, noise) => clean.map((value, i) => value + noise[i] * (1.6 - 1.2 * value)),
  'grain of 2 px': (clean, noise) =>
    add(
      clean,
      grain(noise).map((value) => 2 * value),
    ),
  'grey as RGB': (clean, noise) => add(grey(clean), sameInAll(noise)),
  sepia: (clean, noise) => sepia(add(grey(clean), sameInAll(noise))),
  'same in all channels': (clean, noise) => add(clean, sameInAll(noise)),
  letterbox: (clean, noise) => letterbox(add(clean, noise)),
  [CUT_OUT]: (clean, noise) => add(clean, noise).map((value, i) => (opaque[Math.floor(i / 3)] ? value : 1)),
  enlarged: (clean, noise) => enlarged(add(clean, noise)),
  dark: (clean, noise) => clean.map((value, i) => 0.15 * value + noise[i]),
  'over-exposed': (clean, noise) => clean.map((value, i) => Math.min(1, 1.8 * value + noise[i])),
  text: (clean, noise) => add(text(clean), noise),
  cartoon: (clean, noise) => add(cartoon(clean), noise),
  ...Object.fromEntries(
    ['4:2:0', '4:4:4'].flatMap((sampling) =>
      [70, 80, 90, 95].map((quality) => [
        `JPEG ${quality}, ${sampling}`,
        (clean: Picture, noise: Picture) => jpeg(add(clean, noise), quality, sampling),
      ]),
    ),
  ),
};

/** Channels first, rounded to eight bits. */
function asImage(picture: Picture): FloatArray {
  const bytes = toBytes(picture);
  const plane = SIZE * SIZE;
  const data = Float32Array.from(bytes, (_, i) => bytes[(i % plane) * 3 + Math.floor(i / plane)] / 255);
  return floatArray(data, [3, SIZE, SIZE]);
}

/** Root mean square of what was added, seen against the same picture without noise, where neither is cut off. */
function added(seen: Picture, without: Picture): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < seen.length; i++) {
    if (without[i] < 0.02 || without[i] > 0.98) continue;
    sum += (seen[i] - without[i]) ** 2;
    count++;
  }
  return Math.sqrt(sum / count);
}

async function photograph(path: string): Promise<Picture> {
  const data = await sharp(path)
    .removeAlpha()
    .toColourspace('srgb')
    .resize(SIZE, SIZE, { fit: 'cover' })
    .raw()
    .toBuffer();
  return Float32Array.from(data, (value) => value / 255);
}

const [folder, count = '8'] = process.argv.slice(2);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.png'))
  .slice(0, Number(count));
const summary = (ratios: readonly number[]) => {
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  const spread = Math.sqrt(ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / ratios.length);
  return `${mean.toFixed(2)} ± ${spread.toFixed(2)}`;
};
console.log(
  `Found over true noise on ${names.length} photographs of ${SIZE}², ${(255 * LEVEL).toFixed(0)}/255 before`,
);
console.log(
  'what is done to it: mean ± spread of one white level, of the measured noise, and how often it is unknown.\n',
);
console.log('| picture | white level | measured | unknown |\n| --- | --- | --- | --- |');
for (const [kind, make] of Object.entries(kinds)) {
  const [before, now]: [number[], number[]] = [[], []];
  let unknown = 0;
  for (const name of names) {
    const clean = await photograph(join(folder, name));
    const source = keyedRandom(0, name, 0)('noise estimates');
    const noise = clean.map(() => LEVEL * source.normal());
    const [seen, without] = [await make(clean, noise), await make(clean, new Float32Array(clean.length))];
    const truth = added(seen, without);
    const image = asImage(seen);
    const observed = kind === CUT_OUT ? opaque : undefined;
    before.push(estimateNoise(image, observed) / truth);
    const measured = measureNoise(image, observed);
    if (measured.kind === 'unknown') unknown++;
    else now.push(pixelSigma(measured) / truth);
  }
  console.log(
    `| ${kind} | ${summary(before)} | ${now.length > 0 ? summary(now) : '–'} | ${unknown} of ${names.length} |`,
  );
}
