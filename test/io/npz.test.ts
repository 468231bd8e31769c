import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { filled } from '../../src/core/array.js';
import { encodeNpy } from '../../src/io/npy.js';
import { decodeNpz, encodeNpz, npzMembers } from '../../src/io/npz.js';

const arrays = { mean: filled([2, 3], 0.5), sd: filled([4], 0.25) };

describe('archives', () => {
  it('hold what was put in, and the same arrays give the same bytes', async () => {
    const found = await decodeNpz(encodeNpz(arrays), 'a.npz');
    expect(Object.keys(found)).toEqual(['mean', 'sd']);
    expect(found.mean.array.shape).toEqual([2, 3]);
    expect([...found.sd.array.data]).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(encodeNpz(arrays)).toEqual(encodeNpz(arrays));
  });

  it('are opened one array at a time; other members are passed over', async () => {
    const bytes = zipSync({ 'x.npy': encodeNpy(arrays.sd), 'readme.txt': new Uint8Array(9) });
    const members = await npzMembers(bytes, 'a.npz');
    expect(members.map(({ name }) => name)).toEqual(['x']);
    expect((await members[0].read()).array.shape).toEqual([4]);
  });

  it('of too many values are refused before they are inflated', async () => {
    await expect(decodeNpz(encodeNpz(arrays), 'a.npz', 5)).rejects.toThrow('a.npz (mean.npy)');
  });

  it('that are none, or damaged, are refused by name', async () => {
    await expect(decodeNpz(new Uint8Array(40), 'a.npz')).rejects.toThrow('a.npz is not a NumPy .npz archive');
    const bytes = zipSync({ 'x.npy': encodeNpy(arrays.sd) }, { level: 0 });
    // Name and header of the member stand before; the last value of four is 0.25.
    const at = Buffer.from(bytes).indexOf(Buffer.from(Float32Array.of(0.25, 0.25).buffer));
    bytes[at] ^= 1;
    await expect(decodeNpz(bytes, 'a.npz')).rejects.toThrow(
      'a.npz (x.npy) is damaged: its checksum (CRC-32) is another than the archive says',
    );
  });
});
