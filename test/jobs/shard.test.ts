import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import { inShard, requireShard, shardName } from '../../src/jobs/shard.js';

describe('inShard', () => {
  it('puts each item into one part, by the SHA-256 of its name alone', () => {
    const names = Array.from({ length: 1000 }, (_, k) => `folder ${k % 7}/é ${k}`);
    for (const count of [1, 3, 8]) {
      const sizes = new Array(count).fill(0);
      for (const name of names) {
        const parts = Array.from({ length: count }, (_, k) => k + 1).filter((index) =>
          inShard(name, { index, count }),
        );
        const first = createHash('sha256').update(name).digest().readUInt32BE(0);
        expect(parts).toEqual([(first % count) + 1]);
        sizes[parts[0] - 1]++;
      }
      // Binomial: four standard deviations.
      for (const size of sizes)
        expect(Math.abs(size - 1000 / count)).toBeLessThan(4 * Math.sqrt(1000 / count));
    }
  });
});

describe('requireShard', () => {
  it('refuses parts that there are not', () => {
    for (const [index, count] of [
      [3, 2],
      [0, 2],
      [1, 0],
      [1.5, 2],
      [-1, -1],
    ]) {
      expect(() => requireShard({ index, count })).toThrow(UsageError);
      expect(() => requireShard({ index, count })).toThrow(
        `--shard ${index}/${count} is no part: expected i/n`,
      );
    }
    requireShard({ index: 2, count: 2 });
    expect(shardName({ index: 2, count: 2 })).toBe('shard-2-of-2');
  });
});
