/** Servers that tests start on free ports of this machine. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { Redis } from 'ioredis';
import S3rver from 's3rver';

/** Whether Redis is installed; tests that need it say so where it is not. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

/** For the name of a test: why it is passed over. */
export const withoutRedis = hasRedis ? '' : ' (passed over: no redis-server, apt-get install redis-server)';

export interface RedisServer {
  readonly url: string;
  /** Ends it and starts it again with what it had written to disk. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'retrodict-redis-'));
  const url = `redis://127.0.0.1:${port}`;
  let server = await launch(port, folder, url);
  const end = async () => {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  };
  return {
    url,
    async restart() {
      await end();
      server = await launch(port, folder, url);
    },
    async stop() {
      await end();
      rmSync(folder, { recursive: true });
    },
  };
}

async function launch(port: number, folder: string, url: string): Promise<ChildProcess> {
  const words = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes'];
  const server = spawn('redis-server', [...words, '--save', '', '--maxmemory-policy', 'noeviction'], {
    stdio: 'ignore',
  });
  for (let tries = 0; tries < 100; tries++) {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    redis.on('error', () => {});
    const answer = await redis
      .connect()
      .then(() => redis.ping())
      .catch(() => undefined);
    redis.disconnect();
    if (answer === 'PONG') return server;
    await pause(100);
  }
  throw new Error(`redis-server does not answer at ${url}`);
}

/** Forgets all tasks. */
export async function clearRedis(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushall();
  redis.disconnect();
}

export interface S3Server {
  /** Copies what lies below a prefix into a folder, as `aws s3 sync` does. */
  copy(bucket: string, prefix: string, folder: string): Promise<void>;
  stop(): Promise<void>;
}

/** A store with one bucket; the environment says where it is, as it does for users. */
export async function startS3(bucket: string): Promise<S3Server> {
  const directory = mkdtempSync(join(tmpdir(), 'retrodict-s3-'));
  const server = new S3rver({
    ...{ port: 0, address: '127.0.0.1', silent: true, directory },
    configureBuckets: [{ name: bucket }],
  });
  const { port } = await server.run();
  const environment = {
    ...{ AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_REGION: 'us-east-1' },
    ...{ AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' },
  };
  Object.assign(process.env, environment);
  const client = new S3Client({ forcePathStyle: true });
  return {
    async copy(from, prefix, folder) {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: from, Prefix: prefix }));
      for (const { Key = '' } of Contents) {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: from, Key }));
        const path = join(folder, Key.slice(prefix.length));
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, await Body!.transformToByteArray());
      }
    },
    async stop() {
      client.destroy();
      for (const name of Object.keys(environment)) delete process.env[name];
      await server.close();
      rmSync(directory, { recursive: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
