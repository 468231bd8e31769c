/** One of n parts of a folder's items: which item lies in which follows from its name alone. */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { UsageError } from '../core/errors.js';

/** Part `index` of `count`, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** @throws UsageError where there is no such part. */
export function requireShard(shard: Shard): void {
  const { index, count } = Object(shard) as Shard;
  if (Number.isInteger(index) && Number.isInteger(count) && index >= 1 && index <= count) return;
  throw new UsageError(`--shard ${index}/${count} is no part: expected i/n with i from 1 to n, such as 1/4`);
}

/** Whether an item lies in a part: its name's SHA-256, its first 32 bits as a number, modulo n, and 1. */
export function inShard(name: string, { index, count }: Shard): boolean {
  const digest = sha256(utf8ToBytes(name));
  return (new DataView(digest.buffer, digest.byteOffset).getUint32(0) % count) + 1 === index;
}

/** Names the part's manifest. */
export function shardName({ index, count }: Shard): string {
  return `shard-${index}-of-${count}`;
}
