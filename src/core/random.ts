/**
 * Keyed random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 * A stream is named by (seed, item, sample, path); no two names share a stream and nothing depends on the order
 * in which streams are opened (ARCHITECTURE.md §4.3).
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { requireNumbers, requireText } from './arguments.js';
import { type FloatArray, floatArray, type Shape, sizeOf } from './array.js';
import { kernels, room } from './kernels.js';
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

/** Words that are made at a time, at most. */
const MOST_WORDS = 4096;

/** One stream: counter = (block index, 64 bits of the name), key = 64 bits of the name. */
class PhiloxStream implements Random {
  /** Of the block behind the last one in `words`. */
  private block = 0;
  private words = new Uint32Array(4);
  private used = 4;

  constructor(
    private readonly key: readonly [number, number],
    private readonly name: readonly [number, number],
  ) {}

  get position(): number {
    return 4 * this.block - this.words.length + this.used;
  }

  set position(integers: number) {
    this.block = Math.floor(integers / 4);
    this.words = new Uint32Array(4);
    this.refill();
    this.used = integers % 4;
  }

  uint32(): number {
    if (this.used === this.words.length) {
      // Who has taken many will take more.
      if (this.position > 0) this.words = new Uint32Array(Math.min(2 * this.words.length, MOST_WORDS));
      this.refill();
    }
    return this.words[this.used++];
  }

  private refill(): void {
    const high = Math.floor(this.block / 2 ** 32);
    philox(this.block >>> 0, high, this.name[0], this.name[1], this.key[0], this.key[1], this.words);
    this.block += this.words.length / 4;
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

/**
 * The Philox4x32-10 block function: ten rounds on a 128-bit counter under a 64-bit key.
 * @param out is filled with this block and those of the counters that follow; a multiple of four words.
 */
export function philox(
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
  out: Uint32Array,
): void {
  const [words] = room([Uint32Array, out.length]);
  kernels.philoxBlocks(words, out.length / 4, counter0, counter1, counter2, counter3, key0, key1);
  out.set(words);
}
