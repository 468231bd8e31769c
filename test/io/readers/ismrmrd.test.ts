import type { Dataset, File } from 'h5wasm';
import { describe, expect, it } from 'vitest';
import { isAcquisitions, openAcquisitions } from '../../../src/io/readers/ismrmrd.js';
import { open, plane, WIDTH } from './fixture.js';

describe('the lines of a file that ISMRMRD’s own library wrote', () => {
  it('lie where they belong, without those of noise', async () => {
    const file = await open('ismrmrd.h5');
    expect([file.count, file.shape]).toEqual([2, [2, 8, 4, 2]]);
    const { array, about } = await file.read(2);
    expect(about).toMatchObject({ format: 'ISMRMRD', measuredLines: [1, 0, 1, 1] });
    const value = (coil: number, line: number, sample: number) => plane(coil + 1)[line * WIDTH + sample];
    for (const line of [0, 2, 3]) {
      for (let sample = 0; sample < 8; sample++) {
        for (const coil of [0, 1]) {
          const found = [array.get(coil, sample, line, 0), array.get(coil, sample, line, 1)];
          expect(found).toEqual([2 * value(coil, line, sample), value(1 - coil, line, sample)]);
        }
      }
    }
    expect(array.get(0, 3, 1, 0)).toBe(0);
  });
});

/** A line as h5wasm gives it: k-space is step + i·sample. */
interface Line {
  readonly step: number;
  readonly slice?: number;
  readonly samples?: number;
  readonly centre?: number;
  readonly coils?: number;
  /** Numbers of flags, from 1. */
  readonly flags?: readonly number[];
}

const member = (name: string, members?: readonly object[]) => ({
  name,
  ...(members && { compound_type: { members } }),
});
const INDEX = [member('kspace_encode_step_1'), member('slice')];
const HEAD = ['flags', 'number_of_samples', 'active_channels', 'center_sample'].map((name) => member(name));

/** A file of 6 samples and 4 steps, the middle step being the second. */
function fileOf(lines: readonly Line[], trajectory = 'cartesian', size = 4): File {
  const xml =
    `<encodedSpace><matrixSize><x>6</x><y>${size}</y></matrixSize></encodedSpace><encodingLimits>` +
    `<kspace_encoding_step_1><minimum>0</minimum><center>1</center></kspace_encoding_step_1></encodingLimits>` +
    `<trajectory>${trajectory}</trajectory>`;
  const value = lines.map(({ step, slice = 0, samples = 6, centre = 3, coils = 1, flags = [] }) => {
    const bits = flags.reduce((sum, bit) => sum | (1n << BigInt(bit - 1)), 0n);
    const data = Float32Array.from({ length: 2 * samples * coils }, (_, i) => (i % 2 ? (i - 1) / 2 : step));
    return [[bits, samples, coils, centre, [step, slice]], [], data];
  });
  const head = member('head', [...HEAD, member('idx', INDEX)]);
  const metadata = { compound_type: { members: [head, member('traj'), member('data')] } };
  const data = { metadata, value } as unknown as Dataset;
  const others = { value: [xml] } as unknown as Dataset;
  return { get: (path: string) => (path.endsWith('xml') ? others : data) } as unknown as File;
}

const scan = (...given: Parameters<typeof fileOf>) =>
  openAcquisitions(fileOf(...given), 'dataset/data', {
    name: 'scan.h5',
    bytes: new Uint8Array(),
    maxValues: 1000,
  });

/** Imaginary parts of a column: the samples that lie there. */
const column = async (pages: ReturnType<typeof scan>, x: number, page = 1) => {
  const { array } = await pages.read(page);
  return Array.from({ length: array.shape[1] }, (_, row) => array.get(0, row, x, 1));
};

describe('acquisitions', () => {
  it('are told by their members', () => {
    expect(isAcquisitions(fileOf([]).get('dataset/data') as Dataset)).toBe(true);
    expect(isAcquisitions({ metadata: {} } as Dataset)).toBe(false);
  });

  it('lie by the origin of each direction: the middle step in the middle, the centre sample too', async () => {
    const pages = scan([{ step: 1 }, { step: 0, samples: 4, centre: 1 }]);
    expect(pages.shape).toEqual([1, 6, 4, 2]);
    expect(await column(pages, 2)).toEqual([0, 1, 2, 3, 4, 5]);
    // What an echo lacks that begins late or ends early is 0.
    expect(await column(pages, 1)).toEqual([0, 0, 0, 1, 2, 3]);
    const { array, about } = await pages.read(1);
    expect([array.get(0, 3, 1, 0), array.get(0, 3, 2, 0), array.get(0, 3, 0, 0)]).toEqual([0, 1, 0]);
    expect(about).toEqual({ format: 'ISMRMRD', dataset: 'dataset/data', measuredLines: [0, 1, 1, 0] });
  });

  it('lose no sample of an echo that is longer, or has its origin elsewhere', async () => {
    const longer = scan([{ step: 1 }, { step: 2, samples: 8, centre: 4 }]);
    expect(longer.shape).toEqual([1, 8, 4, 2]);
    expect(await column(longer, 2)).toEqual([0, 0, 1, 2, 3, 4, 5, 0]);
    expect(await column(longer, 3)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    // Of 5 samples after the origin and none before it, the origin is the fifth of nine.
    expect(await column(scan([{ step: 1, samples: 5, centre: 0 }]), 2)).toEqual([0, 0, 0, 0, 0, 1, 2, 3, 4]);
    expect(await column(scan([{ step: 1, samples: 5, centre: 4 }]), 2)).toEqual([0, 1, 2, 3, 4, 0, 0, 0]);
  });

  it('of calibration, navigators and the like are no lines of the image', async () => {
    const others = [19, 20, 23, 24, 26, 27, 28, 29].map((bit) => ({ step: 1, flags: [7, bit] }));
    const pages = scan([...others, { step: 1, flags: [7, 8] }]);
    expect(await column(pages, 2)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(() => scan(others)).toThrow('scan.h5 holds no line of an image');
  });

  it('are put together slice by slice, in the order of their numbers', async () => {
    const pages = scan([
      { step: 2, slice: 7 },
      { step: 0, slice: 2 },
    ]);
    expect(pages.count).toBe(2);
    expect((await pages.read(1)).about).toMatchObject({ measuredLines: [0, 1, 0, 0] });
    expect((await pages.read(2)).about).toMatchObject({ measuredLines: [0, 0, 0, 1] });
  });

  it('are refused beyond the encoded matrix, or of another number of coils', () => {
    // Four lines about line 1 are those from −1 to 2; no file numbers them below 0.
    expect(() => scan([{ step: 2 }, { step: 3 }])).toThrow(
      'scan.h5 measured line 3 of slice 0, expected lines 0 to 2 of its encoded matrix',
    );
    expect(() => scan([{ step: 1 }, { step: 2, slice: 1, coils: 2 }])).toThrow(
      'scan.h5 measured line 2 of slice 1 with a number of coils that is 2, expected 1 as before',
    );
  });

  it('are refused along other trajectories, twice over, or of too many values', () => {
    expect(() => scan([{ step: 1 }], 'radial')).toThrow(
      'scan.h5 was measured along a trajectory that is radial, expected cartesian',
    );
    expect(() => scan([{ step: 1 }, { step: 1 }]).read(1)).toThrow(
      'scan.h5 measured line 1 of slice 0 more than once, expected one average, contrast, phase and repetition',
    );
    expect(() => scan([{ step: 1 }], 'cartesian', 400)).toThrow('expected 1 to 1000 values');
  });
});
