import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { describe, expect, it, vi } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { decodeNpy, encodeNpy } from '../../src/io/npy.js';
import { decodeNpz, encodeNpz, npzMembers } from '../../src/io/npz.js';

const folder = new URL('../fixtures/numpy/', import.meta.url);
const read = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));

interface Expected {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | string | boolean)[];
}

// Written by NumPy itself: test/fixtures/numpy/make.py.
const expected = JSON.parse(new TextDecoder().decode(read('expected.json'))) as Record<string, Expected>;
const arrays = Object.entries(expected).filter(([name]) => name.endsWith('.npy'));
const archives = Object.keys(expected).filter((name) => name.endsWith('.npz'));

function expectArray(found: ReturnType<typeof decodeNpy>, truth: Expected): void {
  const complex = truth.dtype.includes('c');
  expect(found.complex).toBe(complex);
  expect(found.array.shape).toEqual(complex ? [...truth.shape, 2] : truth.shape);
  expect([...found.array.data]).toEqual(truth.values.map((value) => Math.fround(Number(fromJson(value)))));
}

/** JSON has no NaN or infinities; NumPy spells them `nan`, `inf`, `-inf`. */
function fromJson(value: number | string | boolean): number | boolean {
  const special: Record<string, number> = {
    nan: Number.NaN,
    inf: Number.POSITIVE_INFINITY,
    '-inf': Number.NEGATIVE_INFINITY,
  };
  return typeof value === 'string' ? special[value] : value;
}

describe('decodeNpy', () => {
  it.each(arrays)('reads %s as NumPy does', (name, truth) => {
    expectArray(decodeNpy(read(name), name), truth);
  });

  it('reads bytes that do not begin at a multiple of their item size', () => {
    const bytes = read('float64-c.npy');
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expectArray(decodeNpy(shifted.subarray(3), 'shifted'), expected['float64-c.npy']);
  });

  it.each([
    ['an empty file', new Uint8Array(0), /empty\.npy is an empty file/],
    ['text', new TextEncoder().encode('1, 2, 3, 4, 5, 6'), /is not a NumPy \.npy file/],
    ['a header cut short', read('float32-c.npy').subarray(0, 40), /cut short within its NumPy header/],
    [
      'values cut short',
      read('float32-c.npy').subarray(0, -1),
      /95 bytes of values, expected 96 bytes for shape 2×3×4/,
    ],
  ])('refuses %s', (_, bytes, sentence) => {
    expect(() => decodeNpy(bytes, 'empty.npy')).toThrow(sentence);
  });

  it('tells what is white in a picture of unsigned integers', () => {
    const topOf = (name: string) => decodeNpy(read(name), name).top;
    expect(['uint8-c.npy', 'uint16-c.npy', 'int64-c.npy', 'float32-c.npy'].map(topOf)).toEqual([
      255,
      65535,
      undefined,
      undefined,
    ]);
  });

  it('refuses more axes or values than the limits, by the header alone', () => {
    const header = (shape: string) => {
      const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }\n`;
      const bytes = new Uint8Array(10 + text.length);
      bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8]);
      bytes.set(new TextEncoder().encode(text), 10);
      return bytes;
    };
    expect(() => decodeNpy(header('1,'.repeat(9)), 'x.npy')).toThrow(
      'x.npy holds an array of 9 axes, expected at most 8',
    );
    expect(() => decodeNpy(header('1,'.repeat(20_000)), 'x.npy')).toThrow(/20000 axes/);
    expect(() => decodeNpy(header('3, 30000, 30000'), 'x.npy')).toThrow(
      'x.npy holds an array of shape 3×30000×30000 = 2700000000 values, and the limit is 268435456 values (--max-values raises it)',
    );
    expect(() => decodeNpy(header('3, 2, 2'), 'x.npy', 11)).toThrow(
      /= 12 values, and the limit is 11 values/,
    );
  });

  it('refuses a type that it does not know, and names it', () => {
    const bytes = read('float32-c.npy');
    const text = new TextDecoder('latin1').decode(bytes).replace("'<f4'", "'<U1'");
    const changed = Uint8Array.from(text, (sign) => sign.charCodeAt(0));
    changed.set(bytes.subarray(128), 128);
    expect(() => decodeNpy(changed, 'words.npy')).toThrow(/words\.npy holds NumPy values of type '<U1'/);
  });
});

describe('encodeNpy', () => {
  it.each([[[]], [[1]], [[5]], [[2, 3]], [[2, 1, 3]], [[0, 3]]])('round-trips shape %j', (shape) => {
    const size = shape.reduce((product: number, extent: number) => product * extent, 1);
    const array = floatArray(
      Float32Array.from({ length: size }, (_, i) => Math.sin(i + 1)),
      shape,
    );
    const back = decodeNpy(encodeNpy(array), 'memory');
    expect(back.complex).toBe(false);
    expect(back.array.shape).toEqual(shape);
    expect(back.array.data).toEqual(array.data);
  });

  it('gives the very bytes that NumPy writes', () => {
    for (const name of ['float32-c.npy', 'float32-vector.npy', 'float32-scalar.npy', 'float32-empty.npy']) {
      expect(encodeNpy(decodeNpy(read(name), name).array), name).toEqual(read(name));
    }
    const complex = decodeNpy(read('complex64-c.npy'), 'complex64-c.npy').array;
    expect(encodeNpy(complex, { complex: true })).toEqual(read('complex64-c.npy'));
    expect(() => encodeNpy(floatArray(new Float32Array(3), [3]), { complex: true })).toThrow(
      /last axis of 2/,
    );
  });
});

describe('npz', () => {
  it.each(archives)('reads %s as NumPy does', async (name) => {
    const found = await decodeNpz(read(name), name);
    const truth = expected[name] as unknown as Record<string, Expected>;
    expect(Object.keys(found).sort()).toEqual(Object.keys(truth).sort());
    for (const [member, array] of Object.entries(found)) expectArray(array, truth[member]);
  });

  it('gives the same bytes for the same arrays, whenever written', async () => {
    const arrays = {
      mean: floatArray(Float32Array.of(0.25, -1, 3), [3]),
      sd: floatArray(Float32Array.of(1), [1]),
    };
    vi.useFakeTimers({ now: new Date(2020, 0, 1) });
    const first = encodeNpz(arrays);
    vi.setSystemTime(new Date(2024, 5, 5));
    expect(encodeNpz(arrays)).toEqual(first);
    vi.useRealTimers();
    const back = await decodeNpz(first, 'memory');
    expect(back['mean'].array.data).toEqual(arrays.mean.data);
    expect(back['sd'].array.data).toEqual(arrays.sd.data);
  });

  it('inflates nothing that is not asked for, and no more than the limit', async () => {
    const zeros = (n: number) => floatArray(new Float32Array(n), [n]);
    const bytes = zipSync({
      'junk.bin': new Uint8Array(1000),
      'y.npy': encodeNpy(zeros(5)),
      'z.npy': encodeNpy(zeros(70_000)),
    });
    // Whatever the other members hold, they are not looked at.
    bytes.fill(255, 38, 41);
    const members = await npzMembers(bytes, 'x.npz');
    expect(members.map(({ name }) => name)).toEqual(['y', 'z']);
    expect((await members[0].read()).array.shape).toEqual([5]);
    expect((await members[1].read(70_000)).array.shape).toEqual([70_000]);
    await expect(members[1].read(69_999)).rejects.toThrow(
      'x.npz (z.npy) holds an array of shape 70000 = 70000 values, and the limit is 69999 values (--max-values raises it)',
    );
  });

  it('refuses an archive with any byte of its array changed', async () => {
    const whole = encodeNpz({ y: floatArray(Float32Array.from({ length: 60 }, Math.sin), [60]) });
    // What follows is said in the list of members again: lengths and checksum of 16 bytes, and that list.
    const end = whole.length - 22 - 46 - 'y.npy'.length - 16;
    for (let at = 30 + 'y.npy'.length; at < end; at += 7) {
      const damaged = whole.slice();
      damaged[at] ^= 0x10;
      await expect(decodeNpz(damaged, 'x.npz'), `byte ${at}`).rejects.toThrow(
        /^x\.npz \(y\.npy\) (is|holds|has|is not) /,
      );
    }
  });

  it('refuses what is no archive', async () => {
    await expect(decodeNpz(new TextEncoder().encode('hello'), 'x.npz')).rejects.toThrow(
      /x\.npz is not a NumPy \.npz archive/,
    );
  });
});
