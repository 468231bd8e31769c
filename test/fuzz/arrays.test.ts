/** Damaged and odd .npy and .npz files: read, or refused in a sentence that names the file. */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { decodeNpy, encodeNpy } from '../../src/io/npy.js';
import { decodeNpz, encodeNpz } from '../../src/io/npz.js';
import { damaged, expectSentence, parameters, tally } from './damage.js';

const { count, print } = tally('arrays');
afterAll(print);

const ramp = (shape: number[]) => {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return floatArray(
    Float32Array.from({ length: size }, (_, i) => i / size),
    shape,
  );
};

/** A .npy file whose header says what it likes. */
function npy(header: string, values: number): Uint8Array {
  const text = `${header}\n`;
  const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8]);
  return new Uint8Array(Buffer.concat([head, Buffer.from(text, 'latin1'), Buffer.alloc(values, 63)]));
}

const extent = fc.constantFrom(
  '0',
  '1',
  '3',
  '24',
  '-1',
  '1e3',
  '4294967296',
  '99999999999999999999',
  '3L',
  'None',
  '',
);
const odd = fc
  .record({
    descr: fc.constantFrom(
      '<f4',
      '>f8',
      '<f2',
      '|b1',
      '<i8',
      '<c8',
      '<U4',
      '|O',
      '<f16',
      '<m8[ns]',
      '',
      "'",
      'f4',
    ),
    order: fc.constantFrom('True', 'False', '1', 'None'),
    shape: fc.array(extent, { maxLength: 9 }),
    values: fc.constantFrom(0, 1, 12, 96, 1024),
    more: fc.constantFrom('', ", 'x': 1", ", 'descr': '<f4'"),
  })
  .map(({ descr, order, shape, values, more }) =>
    npy(
      `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape.map((one) => `${one},`).join('')})${more}}`,
      values,
    ),
  );

const arrays = [
  encodeNpy(ramp([3, 6, 5])),
  encodeNpy(ramp([7, 4])),
  encodeNpy(ramp([4, 5, 2]), { complex: true }),
];
const archives = [encodeNpz({ a: ramp([3, 4, 4]), b: ramp([5]) }), encodeNpz({ long: ramp([1, 20, 30]) })];

async function tried(decode: () => unknown) {
  try {
    await decode();
    count('read');
  } catch (error) {
    expectSentence(error);
    expect((error as Error).message).toContain('folder/y.np');
    count('refused');
  }
}

describe('an array', () => {
  it.each([
    { name: 'that was damaged', bytes: damaged(arrays) },
    { name: 'with an odd header', bytes: odd },
  ])('$name is read or refused in a sentence', async ({ bytes }) => {
    const property = fc.asyncProperty(bytes, (file) => tried(() => decodeNpy(file, 'folder/y.npy')));
    await fc.assert(property, parameters(100));
  });

  it('in a damaged archive is read or refused in a sentence', async () => {
    const property = fc.asyncProperty(damaged(archives), (file) =>
      tried(() => decodeNpz(file, 'folder/y.npz')),
    );
    await fc.assert(property, parameters(100));
  });
});
