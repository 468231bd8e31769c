/** The queue's server: Redis or Valkey, by its URL, through BullMQ, which is an optional package. */
import type { RedisOptions } from 'bullmq';
import { UsageError } from '../core/errors.js';
import { reasonOf } from '../core/reasons.js';
import { optional } from './optional.js';

/** How long a server may take to answer the first time, in milliseconds. */
const PATIENCE = 5000;

/**
 * What BullMQ connects with; that the server answers is tried first.
 * @throws UsageError where the URL is none, a package is missing or the server is not reached.
 */
export async function connectionTo(url: string): Promise<RedisOptions> {
  requireUrl(url);
  const { Redis } = await optional('ioredis', () => import('ioredis'));
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: PATIENCE });
  let reason: unknown;
  redis.on('error', (error) => {
    reason = error;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    const why = reasonOf(reason ?? error);
    throw new UsageError(`the queue ${shown(url)} is not reached: ${why}; is Redis or Valkey running there?`);
  } finally {
    redis.disconnect();
  }
  // Without end: a server that is restarted is waited for.
  return { url, maxRetriesPerRequest: null };
}

function requireUrl(url: string): void {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && ['redis:', 'rediss:'].includes(parsed.protocol) && parsed.hostname !== '') return;
  throw new UsageError(`--queue must be a URL such as redis://localhost:6379, found ${shown(String(url))}`);
}

/** Without its password. */
function shown(url: string): string {
  return url.replace(/:[^:@/]*@/, ':…@');
}
