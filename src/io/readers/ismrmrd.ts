/**
 * ISMRMRD's raw data (Inati et al., "ISMRM raw data format", 2017): one acquisition a line, in any order. Cartesian
 * ones become k-space as `mri` measures it: coils, the readout down, the phase encoding across, the origin in the
 * middle.
 */
import type { Dataset, File } from 'h5wasm';
import { floatArray, zeros } from '../../core/array.js';
import { UsageError } from '../../core/errors.js';
import { type FileToRead, type Pages, requireSize } from './reader.js';

/** Bits of `flags`, from 1, of what is no line of the image: noise, calibration, navigators, dummies, corrections. */
const NOT_OF_IMAGE = [19, 20, 23, 24, 26, 27, 28, 29];

/** A line of k-space. */
interface Line {
  readonly slice: number;
  /** Step of the phase encoding. */
  readonly step: number;
  readonly samples: number;
  readonly coils: number;
  /** The sample at the origin. */
  readonly centre: number;
  /** By coil, then sample: real and imaginary parts. */
  readonly data: Float32Array;
}

export function isAcquisitions({ metadata }: Dataset): boolean {
  const names = metadata.compound_type?.members.map(({ name }) => name) ?? [];
  return names.join() === 'head,traj,data';
}

/**
 * @throws UsageError where the trajectory is not Cartesian, a line lies beyond the encoded matrix or is measured more
 * than once, or lines have different numbers of coils.
 */
export function openAcquisitions(opened: File, path: string, file: FileToRead): Pages {
  const { name } = file;
  const [xml] = (opened.get(path.replace(/data$/, 'xml')) as Dataset).value as string[];
  const inXml = (pattern: string) => new RegExp(pattern.replaceAll(' ', '[\\s\\S]*?')).exec(xml)?.[1];
  const trajectory = inXml('<trajectory>\\s*(\\w+)');
  if (trajectory !== 'cartesian') {
    throw new UsageError(`${name} was measured along a trajectory that is ${trajectory}, expected cartesian`);
  }
  const lines = linesOf(opened.get(path) as Dataset);
  if (lines.length === 0) throw new UsageError(`${name} holds no line of an image`);
  const steps = Number(inXml('<encodedSpace> <matrixSize> <y>\\s*(\\d+)'));
  const middle = Number(inXml('<kspace_encoding_step_1> <center>\\s*(\\d+)') ?? Math.floor(steps / 2));
  const [{ coils }] = lines;
  const samples = readoutOf(lines);
  requireSize([coils, samples, steps, 2], file);
  const first = middle - Math.floor(steps / 2);
  for (const line of lines) requireInside(line, coils, first, steps, name);
  const slices = [...new Set(lines.map(({ slice }) => slice))].sort((a, b) => a - b);
  return {
    count: slices.length,
    shape: [coils, samples, steps, 2],
    read(page) {
      const space = zeros([coils, samples, steps, 2]);
      const filled = new Set<number>();
      for (const line of lines.filter(({ slice }) => slice === slices[page - 1])) {
        const column = line.step - first;
        if (filled.has(column)) {
          const twice = `measured line ${line.step} of slice ${line.slice} more than once`;
          throw new UsageError(`${name} ${twice}, expected one average, contrast, phase and repetition`);
        }
        filled.add(column);
        place(line, column, space.data, samples, steps);
      }
      const measured = Float32Array.from({ length: steps }, (_, column) => (filled.has(column) ? 1 : 0));
      const about = { format: 'ISMRMRD', dataset: path, measuredLines: [...measured] };
      return { array: floatArray(space.data, space.shape), about };
    },
  };
}

/** The compound values come as lists in the order of their members. */
function linesOf(dataset: Dataset): Line[] {
  const head = dataset.metadata.compound_type?.members[0].compound_type?.members ?? [];
  const index = head.find(({ name }) => name === 'idx')?.compound_type?.members ?? [];
  const at = (members: typeof head, name: string) => members.findIndex((member) => member.name === name);
  const values = dataset.value as unknown as [unknown[], unknown, Float32Array][];
  return values.flatMap(([header, , data]) => {
    const flags = BigInt(header[at(head, 'flags')] as bigint);
    if (NOT_OF_IMAGE.some((bit) => (flags >> BigInt(bit - 1)) & 1n)) return [];
    const of = (name: string) => Number(header[at(head, name)]);
    const place = header[at(head, 'idx')] as unknown[];
    return {
      slice: Number(place[at(index, 'slice')]),
      step: Number(place[at(index, 'kspace_encode_step_1')]),
      samples: of('number_of_samples'),
      coils: of('active_channels'),
      centre: of('center_sample'),
      data,
    };
  });
}

/** The shortest readout that holds the samples of all lines, their origin in the middle. */
function readoutOf(lines: readonly Line[]): number {
  return lines.reduce(
    (most, { samples, centre }) => Math.max(most, 2 * centre, 2 * (samples - centre) - 1),
    lines[0].samples,
  );
}

/** What is left out in silence would be restored as if it had never been measured. */
function requireInside(line: Line, coils: number, first: number, steps: number, name: string): void {
  const subject = `${name} measured line ${line.step} of slice ${line.slice}`;
  if (line.coils !== coils) {
    throw new UsageError(
      `${subject} with a number of coils that is ${line.coils}, expected ${coils} as before`,
    );
  }
  if (line.step < first || line.step >= first + steps) {
    const matrix = `lines ${Math.max(0, first)} to ${first + steps - 1} of its encoded matrix`;
    throw new UsageError(`${subject}, expected ${matrix}`);
  }
}

function place(line: Line, column: number, space: Float32Array, samples: number, steps: number): void {
  const shift = Math.floor(samples / 2) - line.centre;
  for (let coil = 0; coil < line.coils; coil++) {
    for (let i = 0; i < line.samples; i++) {
      const from = 2 * (coil * line.samples + i);
      const to = 2 * ((coil * samples + i + shift) * steps + column);
      space.set(line.data.subarray(from, from + 2), to);
    }
  }
}
