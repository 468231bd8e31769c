/** For every operator: small images with any options that fit them, for property tests. */
import fc from 'fast-check';
import { type FloatArray, floatArray, sizeOf } from '../../src/core/array.js';
import { chromaSamplings } from '../../src/core/jpeg-coding.js';
import { keyedRandom } from '../../src/core/random.js';

/** What an operator is made of. */
export interface OperatorCase {
  readonly shape: number[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, FloatArray>>;
}

/** Options by name; those that are undefined are left out. */
type Choices = Readonly<Record<string, fc.Arbitrary<unknown>>>;

const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const whole = (min: number, max: number) => fc.integer({ min, max });
const odd = (max: number) => whole(0, (max - 1) / 2).map((half) => 2 * half + 1);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const seed = whole(0, 1e6);
const border = fc.constantFrom('circular', 'reflect', 'zero', 'valid');
const inside = { border: fc.constant('valid') };
const beyond = { border: fc.constantFrom('circular', 'reflect', 'zero') };
const quantity = fc.constantFrom('amplitude', 'intensity');

/** Values between `low` and `high`, the same in every run. */
function filled(shape: number[], low = 0.1, high = 0.9): FloatArray {
  const random = keyedRandom(0, 'options', 0)('file', ...shape);
  return floatArray(
    Float32Array.from({ length: sizeOf(shape) }, () => low + (high - low) * random.uniform()),
    shape,
  );
}

/** A mask in which a pixel is missing and another is known. */
function someKnown(shape: number[]): FloatArray {
  const mask = filled(shape, 0, 1);
  mask.data[0] = 0;
  mask.data[mask.data.length - 1] = 1;
  return mask;
}

/** Images of any of these numbers of channels. */
const image = (channels: number[] = [1, 3], smallest = 1, largest = 9) =>
  fc.tuple(fc.constantFrom(...channels), whole(smallest, largest), whole(smallest, largest));

/** Images with options that do not depend on their shape. */
const free = (images: fc.Arbitrary<number[]>, choices: Choices = {}) =>
  images.chain((shape) => fitted(shape, choices));

/** One image with options, files and all. */
const fitted = (shape: number[], choices: Choices, files?: OperatorCase['files']) =>
  fc.record(choices).map((options): OperatorCase => ({ shape, options: given(options), files }));

const given = (options: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** The option that says the size of the image. */
const sizeText = ([, height, width]: number[]) => `${height}x${width}`;
const maybeSize = (shape: number[]) => maybe(fc.constant(sizeText(shape)));

/** Images whose sides are powers of 2. */
const powers = fc
  .tuple(fc.constantFrom(1, 3), whole(0, 3), whole(0, 3))
  .map(([c, h, w]) => [c, 2 ** h, 2 ** w]);

const telescopes = {
  stations: whole(4, 6),
  times: whole(1, 3),
  hours: real(0, 24),
  declination: real(-90, 90),
  longest: real(0.5, 2),
  seed,
};

const scan = (shape: number[]) => ({
  angles: whole(1, 6),
  detectors: maybe(whole(1, 14)),
  size: maybeSize(shape),
});

/** 0 and 1, about as often. */
const halves = ({ data, shape }: FloatArray) =>
  floatArray(
    data.map((value) => Math.round(value)),
    [...shape],
  );

/** Kernels of odd sides that sum to 1. */
const kernel = fc.tuple(odd(5), odd(5)).map((shape) => normalised(filled(shape)));
const normalised = ({ data, shape }: FloatArray) => {
  const sum = data.reduce((total, value) => total + value, 0);
  return floatArray(
    data.map((value) => value / sum),
    [...shape],
  );
};

/** Blurs of images of any size, and within images that are not smaller than the largest kernel. */
function blurs(largestKernel: number, choices: Choices): fc.Arbitrary<OperatorCase> {
  return fc.oneof(
    free(image([1, 3], 1, 13), { ...choices, ...beyond }),
    free(image([1, 3], largestKernel, 13), { ...choices, ...inside }),
  );
}

/** All pairs of four stations at two times: time, station, station, and frequencies that differ. */
function fourStations(): FloatArray {
  const rows: number[] = [];
  for (const time of [0, 1])
    for (let a = 0; a < 4; a++)
      for (let b = a + 1; b < 4; b++)
        rows.push(time, a, b, 0.2 * a - 0.3 * b + time / 20, 0.1 * a + 0.2 * b - time / 15);
  return floatArray(Float32Array.from(rows), [12, 5]);
}

export const cases: Readonly<Record<string, fc.Arbitrary<OperatorCase>>> = {
  denoise: free(image()),
  inpaint: image().chain((shape) => {
    const [, height, width] = shape;
    const box = fc
      .tuple(whole(0, height - 1), whole(0, width - 1))
      .chain(([top, left]) =>
        fc.tuple(fc.constant(top), fc.constant(left), whole(1, height - top), whole(1, width - left)),
      );
    return fc.oneof(
      fitted(shape, { fraction: real(0.01, 0.99), seed }),
      fitted(shape, { box }),
      fitted([shape[0], height + 2, width + 2], {
        outpaint: fc.tuple(whole(0, 1), whole(0, 1), whole(0, 1), whole(0, 1)),
      }),
      fitted(
        [shape[0], height + 1, width],
        { mask: fc.constant('m.png') },
        { '0.mask': someKnown([height + 1, width]) },
      ),
    );
  }),
  'gaussian-blur': blurs(9, { sigma: real(0.2, 1.3), size: maybe(odd(9)) }),
  'motion-blur': blurs(7, { size: odd(7).filter((size) => size > 1), intensity: real(0, 1), seed }),
  'defocus-blur': blurs(9, { radius: real(0.1, 3.4) }),
  blur: fc
    .tuple(image([1, 3], 5, 9), kernel)
    .chain(([shape, data]) =>
      fitted(shape, { kernel: fc.constant('k.npy'), normalize: fc.boolean(), border }, { '0.kernel': data }),
    ),
  'space-varying-blur': fc.tuple(image([1, 3], 5, 9), whole(1, 3)).chain(([shape, count]) =>
    fitted(
      shape,
      { kernels: fc.constant('k.npy'), weights: fc.constant('w.npy'), border },
      {
        '0.kernels': filled([count, 3, 5]),
        '0.weights': filled([count, shape[1], shape[2]]),
      },
    ),
  ),
  downsample: whole(2, 4).chain((factor) => {
    const divided = image([1, 3], 2, 4).map(([c, h, w]) => [c, factor * h, factor * w]);
    const fixed = fc.constant(factor);
    return fc.oneof(
      image([1, 3], 4, 12).chain((shape) =>
        fitted(shape, {
          factor: fixed,
          filter: maybe(fc.constantFrom('bicubic', 'bilinear', 'lanczos')),
          size: fc.constant(sizeText(shape)),
        }),
      ),
      free(divided, { factor: fixed, filter: fc.constant('area') }),
      free(divided, { factor: fixed, filter: fc.constant('gaussian'), sigma: maybe(real(0.3, 2)) }),
    );
  }),
  colorize: free(image([3])),
  demosaic: free(image([3]), { pattern: fc.constantFrom('rggb', 'bggr', 'grbg', 'gbrg') }),
  jpeg: image([1, 3], 3, 20).chain((shape) => {
    const file = { chroma: fc.constantFrom(...chromaSamplings), orientation: maybe(whole(1, 8)) };
    const table = fc.array(whole(1, 255), { minLength: 64, maxLength: 64 });
    const tables = fc
      .array(table, { minLength: shape[0] === 3 ? 2 : 1, maxLength: 3 })
      .map((all) => all.flat());
    return fc.oneof(fitted(shape, { quality: whole(1, 100), ...file }), fitted(shape, { tables, ...file }));
  }),
  quantize: free(image(), { bits: whole(1, 16) }),
  clip: free(image(), { gain: real(0.5, 10) }),
  haze: image([3]).chain((shape) => {
    const plane = filled(shape.slice(1));
    const airlight = fc.oneof(real(0, 2), fc.tuple(real(0, 2), real(0, 2), real(0, 2)));
    return fc.oneof(
      fitted(shape, { transmission: fc.constant('t.npy'), airlight }, { '0.transmission': plane }),
      fitted(shape, { depth: fc.constant('d.npy'), beta: maybe(real(0.1, 3)) }, { '0.depth': plane }),
    );
  }),
  'low-light': free(image(), { exposure: real(0.05, 1), gamma: real(1, 4) }),
  satellite: whole(1, 4).chain((factor) =>
    free(
      image([1, 3], 2, 4).map(([c, h, w]) => [c, factor * h, factor * w]),
      { mtf: real(0.05, 0.9), factor: fc.constant(factor) },
    ),
  ),
  'random-projection': image().chain((shape) =>
    fitted(shape, {
      fraction: real(0.02, 0.6),
      size: maybeSize(shape),
      matrix: maybe(fc.constantFrom('gaussian', 'structured')),
      seed,
    }),
  ),
  hadamard: fc.boolean().chain((cosines) =>
    (cosines ? image() : powers).chain((shape) =>
      fitted(shape, {
        fraction: real(0.02, 1),
        size: maybeSize(shape),
        transform: fc.constant(cosines ? 'dct' : 'hadamard'),
        scramble: fc.boolean(),
        seed,
      }),
    ),
  ),
  'single-pixel': powers.chain((shape) => fitted(shape, { fraction: real(0.02, 1), size: maybeSize(shape) })),
  mri: fc.tuple(image([1, 2], 4, 9), whole(1, 4)).chain(([shape, coils]) => {
    const [, height, width] = shape;
    const lines = { acceleration: real(1, 3), pattern: fc.constantFrom('random', 'equispaced'), seed };
    return fc.oneof(
      fitted(shape, { ...lines, acs: maybe(whole(0, 1)), coils: maybe(fc.constant(coils)) }),
      fitted(
        shape,
        { mask: fc.constant('m.png'), maps: fc.constant('s.npy'), coils: maybe(fc.constant(coils)) },
        { '0.mask': halves(filled([height, width])), '0.maps': filled([coils, height, width, 2], -1, 1) },
      ),
    );
  }),
  ct: image().chain((shape) =>
    fitted(shape, {
      ...scan(shape),
      geometry: fc.constantFrom('parallel', 'fan'),
      arc: maybe(real(1, 360)),
      source: real(0.75, 5),
    }),
  ),
  emission: image().chain((shape) =>
    fitted(
      shape,
      {
        ...scan(shape),
        attenuation: maybe(fc.constant('a.npy')),
        background: fc.oneof(fc.constant(0), real(0.01, 1)),
      },
      { '0.attenuation': filled(shape.slice(1)) },
    ),
  ),
  interferometry: image([1]).chain((shape) =>
    fc.oneof(
      fitted(shape, { ...telescopes, size: maybeSize(shape) }),
      fitted(shape, { points: fc.constant('p.npy') }, { '0.points': filled([7, 2], -4, 4) }),
    ),
  ),
  'closure-phases': image([1], 5, 9).chain((shape) => {
    const kinds = {
      quantities: fc.constantFrom('both', 'phases', 'amplitudes'),
      form: fc.constantFrom('phasor', 'angle'),
    };
    return fc.oneof(
      fitted(shape, { ...telescopes, ...kinds, size: maybeSize(shape) }),
      fitted(shape, { baselines: fc.constant('b.npy'), ...kinds }, { '0.baselines': fourStations() }),
    );
  }),
  scattering: image([1]).chain((shape) =>
    fitted(shape, {
      wavelength: real(0.1, 1),
      transmitters: whole(1, 4),
      receivers: whole(1, 5),
      size: maybeSize(shape),
    }),
  ),
  pansharpen: fc.tuple(whole(2, 3), whole(1, 4), whole(1, 3), whole(1, 3)).chain(([factor, c, h, w]) => {
    const shape = [c, factor * h, factor * w];
    const weights = c < 2 ? fc.constant(undefined) : maybe(fc.tuple(...Array(c).fill(real(0.1, 1))));
    return fitted(shape, { factor: fc.constant(factor), weights, size: fc.constant(sizeText(shape)) });
  }),
  unmixing: fc
    .tuple(image([2, 3]), whole(3, 6))
    .chain(([shape, bands]) =>
      fitted(shape, { endmembers: fc.constant('e.npy') }, { '0.endmembers': filled([bands, shape[0]]) }),
    ),
  'phase-retrieval': image().chain((shape) =>
    fitted(shape, { oversampling: real(1, 3), quantity, size: fc.constant(sizeText(shape)) }),
  ),
  'coded-diffraction': free(image(), {
    masks: whole(1, 4),
    modulation: fc.constantFrom('phase', 'octanary'),
    seed,
    quantity,
  }),
  ptychography: image([1, 3], 6, 10).chain((shape) => {
    const rest = { step: whole(1, 6), quantity, size: fc.constant(sizeText(shape)) };
    return fc.oneof(
      fitted(shape, { radius: real(1, 3), ...rest }),
      fitted(shape, { probe: fc.constant('p.npy'), ...rest }, { '0.probe': filled([3, 4, 2], -1, 1) }),
    );
  }),
};
