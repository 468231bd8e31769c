/** Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). */

/**
 * Blocks of four words, one after another: ten rounds on the counter of each, 128 bits, under the key.
 * @param low the counter's first two words, which count the blocks. @param high the other two.
 */
export function philoxBlocks(
  out: usize,
  blocks: u32,
  low0: u32,
  low1: u32,
  high0: u32,
  high1: u32,
  key0: u32,
  key1: u32,
): void {
  let counter = (low0 as u64) | ((low1 as u64) << 32);
  for (const end = out + (blocks << 4); out < end; out += 16, counter++) {
    let a = counter as u32;
    let b = (counter >> 32) as u32;
    let c = high0;
    let d = high1;
    let k0 = key0;
    let k1 = key1;
    for (let round = 0; round < 10; round++) {
      const first: u64 = 0xd2511f53 * (a as u64);
      const second: u64 = 0xcd9e8d57 * (c as u64);
      a = ((second >> 32) as u32) ^ b ^ k0;
      b = second as u32;
      c = ((first >> 32) as u32) ^ d ^ k1;
      d = first as u32;
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    store<u32>(out, a);
    store<u32>(out, b, 4);
    store<u32>(out, c, 8);
    store<u32>(out, d, 12);
  }
}
