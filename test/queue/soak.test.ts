import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../io/folders.js';
import { hasRedis, withoutRedis } from './servers.js';
import { soak } from './soak.js';

/** `SOAK=200,4,20` sets items, workers and kills. */
const [items, workers, kills] = (process.env['SOAK'] ?? '12,2,2').split(',').map(Number);

describe.runIf(hasRedis)(`a queue whose workers are killed${withoutRedis}`, () => {
  it('loses no item, does none twice, and gives the bits of one machine', { timeout: 900_000 }, async () => {
    const outcome = await soak(temporaryFolder(), { items, workers, kills });
    if (process.env['SOAK']) console.log(outcome);
    expect(outcome).toMatchObject({ killed: kills, same: items, lost: [], lines: items });
  });
});
