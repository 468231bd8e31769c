import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import { connectionTo } from '../../src/queue/connection.js';
import { freePort, hasRedis, startRedis, withoutRedis } from './servers.js';

describe('connectionTo', () => {
  it.each(['localhost:6379', 'http://localhost:6379', 'redis://', '', 'redis'])('refuses %s', async (url) => {
    await expect(connectionTo(url)).rejects.toThrow(UsageError);
    await expect(connectionTo(url)).rejects.toThrow(
      `--queue must be a URL such as redis://localhost:6379, found ${url}`,
    );
  });

  it('says in a sentence that nobody answers, and tells no password', async () => {
    const url = `redis://user:secret@127.0.0.1:${await freePort()}`;
    const failure = await connectionTo(url).catch((error: Error) => error);
    expect(failure).toBeInstanceOf(UsageError);
    expect((failure as Error).message).toMatch(
      /^the queue redis:\/\/user:…@127\.0\.0\.1:\d+ is not reached: .*ECONNREFUSED/,
    );
    expect((failure as Error).message).not.toContain('secret');
  });

  it.runIf(hasRedis)(`waits without end for a server that answered once${withoutRedis}`, async () => {
    const redis = await startRedis();
    expect(await connectionTo(redis.url)).toEqual({ url: redis.url, maxRetriesPerRequest: null });
    await redis.stop();
  });
});
