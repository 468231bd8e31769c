/**
 * Keyed random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 * A stream is named by (seed, item, sample, path); no two names share a stream and nothing depends on the order
 * in which streams are opened (ARCHITECTURE.md §4.3).
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { requireNumbers, requireText } from './arguments.js';
import { type FloatArray, floatArray, type Shape, sizeOf } from './array.js';
import { standardNormal } from './ziggurat.js';

/** Names the purpose of a stream: `['init']`, `['step', 12, 'langevin', 3]`. */
export type Path = readonly (string | number)[];

/** A stream of random numbers; the same key gives the same stream. */
export interface Random {
  /** How many integers were taken so far; set, the stream goes on from there. */
  position: number;
  /** Uniform over the 2³² unsigned integers. */
  uint32(): number;
  /** Uniform over 0 … bound−1, exactly (rejection), from integers only. */
  integer(bound: number): number;
  /** Uniform on the open interval (0, 1). */
  uniform(): number;
  /** N(0, 1) */
  normal(): number;
  /** An array of independent N(0, 1) values. */
  normals(shape: Shape): FloatArray;
}

/** The SHA-256 of an array's shape and values, which names an item in random streams and manifests. */
export async function hashArray(x: FloatArray): Promise<string> {
  const head = utf8ToBytes(`float32 ${x.shape.join(' ')}\n`);
  const values = new Uint8Array(x.data.buffer, x.data.byteOffset, x.data.byteLength);
  // The platform's own, off this thread: an image takes it 1 ms, and JavaScript 50.
  const digest = await globalThis.crypto.subtle.digest('SHA-256', concatBytes(head, values));
  return bytesToHex(new Uint8Array(digest));
}

/** Opens streams that share (seed, item, sample) and differ in path. */
export type RandomSource = (...path: Path) => Random;

/**
 * Opens streams of random numbers that depend on their key alone, not on the order of use (Philox4x32-10).
 * @param seed any integer.
 * @param item names the thing worked on, such as the hash of the decoded input.
 * @param sample index of the posterior sample.
 * @example
 * ```ts
 * import { keyedRandom } from 'retrodict';
 *
 * const random = keyedRandom(0, 'my image', 2);
 * console.log(random('init').normals([3, 8, 8]).shape, random('step', 12).uniform());
 * ```
 */
export function keyedRandom(seed: number, item: string, sample: number): RandomSource {
  requireNumbers({ seed, sample });
  requireText(item, 'the name of what is worked on: item');
  return (...path) => {
    const digest = sha256(utf8ToBytes(JSON.stringify([seed, item, sample, path])));
    const words = new DataView(digest.buffer, digest.byteOffset);
    const word = (i: number) => words.getUint32(4 * i, true);
    return new PhiloxStream([word(0), word(1)], [word(2), word(3)]);
  };
}

/** One stream: counter = (block index, 64 bits of the name), key = 64 bits of the name. */
class PhiloxStream implements Random {
  private block = 0;
  private readonly buffer = new Uint32Array(4);
  private used = 4;

  constructor(
    private readonly key: readonly [number, number],
    private readonly name: readonly [number, number],
  ) {}

  get position(): number {
    return 4 * this.block - 4 + this.used;
  }

  set position(integers: number) {
    this.block = Math.floor(integers / 4);
    this.refill();
    this.used = integers % 4;
  }

  uint32(): number {
    if (this.used === 4) this.refill();
    return this.buffer[this.used++];
  }

  private refill(): void {
    const high = Math.floor(this.block / 2 ** 32);
    philox(this.block >>> 0, high, this.name[0], this.name[1], this.key[0], this.key[1], this.buffer);
    this.block++;
    this.used = 0;
  }

  integer(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
      throw new RangeError(`a random integer needs a bound from 1 to 2^32, not ${bound}`);
    }
    const accepted = 2 ** 32 - (2 ** 32 % bound);
    let draw = this.uint32();
    while (draw >= accepted) draw = this.uint32();
    return draw % bound;
  }

  uniform(): number {
    return (this.uint32() + 0.5) / 2 ** 32;
  }

  normal(): number {
    return standardNormal(this);
  }

  normals(shape: Shape): FloatArray {
    const data = new Float32Array(sizeOf(shape));
    for (let i = 0; i < data.length; i++) data[i] = this.normal();
    return floatArray(data, shape);
  }
}

/** The Philox4x32-10 block function: ten rounds on a 128-bit counter under a 64-bit key. */
export function philox(
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
  out: Uint32Array,
): void {
  let a = counter0 | 0;
  let b = counter1 | 0;
  let c = counter2 | 0;
  let d = counter3 | 0;
  let k0 = key0 | 0;
  let k1 = key1 | 0;
  for (let round = 0; round < 10; round++) {
    const highA = multiplyHigh(0xd2511f53, a);
    const highC = multiplyHigh(0xcd9e8d57, c);
    const lowA = Math.imul(0xd2511f53, a);
    const lowC = Math.imul(0xcd9e8d57, c);
    a = highC ^ b ^ k0;
    b = lowC;
    c = highA ^ d ^ k1;
    d = lowA;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}

/** The upper 32 bits of the product of two unsigned 32-bit integers, by 16-bit halves that stay integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = ((Math.imul(aHigh, bLow) >>> 0) + (Math.imul(aLow, bLow) >>> 16)) >>> 0;
  const carry = ((Math.imul(aLow, bHigh) >>> 0) + (middle & 0xffff)) >>> 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) | 0;
}
