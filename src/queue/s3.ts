/** Results in an S3-compatible store: `s3://BUCKET/PREFIX`. Endpoint, region and keys come from the environment. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { UsageError } from '../core/errors.js';
import { reasonOf } from '../core/reasons.js';
import { writeFileAtomic } from '../io/atomic.js';
import { optional } from './optional.js';

export function isS3(out: string): boolean {
  return /^s3:/i.test(out);
}

/** @throws UsageError where it is no URL of a bucket. */
function placeOf(out: string): { bucket: string; prefix: string } {
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/i.exec(out) ?? [];
  if (bucket === undefined)
    throw new UsageError(`the store ${out} has no bucket, expected s3://BUCKET/PREFIX`);
  return { bucket, prefix: prefix.replace(/\/*$/, '') };
}

/** Files of one prefix of one bucket. */
export class S3Store {
  private constructor(
    private readonly client: S3Client,
    private readonly sdk: typeof import('@aws-sdk/client-s3'),
    private readonly out: string,
    private readonly bucket: string,
    private readonly prefix: string,
  ) {}

  /** @throws UsageError where the package is missing, or the bucket is not there or not to be reached. */
  static async open(out: string): Promise<S3Store> {
    const { bucket, prefix } = placeOf(out);
    const sdk = await optional('@aws-sdk/client-s3', () => import('@aws-sdk/client-s3'));
    // Stores besides Amazon's have no names of hosts for their buckets.
    const own = process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'];
    const region = process.env['AWS_REGION'] ?? 'us-east-1';
    const client = new sdk.S3Client({
      ...{ region, forcePathStyle: own !== undefined, requestChecksumCalculation: 'WHEN_REQUIRED' },
      ...(own !== undefined && { endpoint: own }),
    });
    try {
      await client.send(new sdk.HeadBucketCommand({ Bucket: bucket }));
    } catch (error) {
      client.destroy();
      const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
      const why = $metadata?.httpStatusCode === 404 ? 'there is no such bucket' : reasonOf(error);
      throw new UsageError(`the store ${out} cannot be used: ${why}`, { cause: error });
    }
    return new S3Store(client, sdk, out, bucket, prefix);
  }

  /** Uploads files of a folder by their names below it, one after the other. */
  async put(folder: string, files: readonly string[]): Promise<void> {
    for (const file of files) await this.putFile(file, await readFile(join(folder, file)));
  }

  /** Uploads one file. */
  async putFile(file: string, bytes: Uint8Array | string): Promise<void> {
    const put = new this.sdk.PutObjectCommand({ Bucket: this.bucket, Key: this.keyOf(file), Body: bytes });
    await this.client.send(put).catch((error) => {
      throw new Error(`${this.out}/${file} cannot be written: ${reasonOf(error)}`, { cause: error });
    });
  }

  /** Downloads files into a folder. @returns those that were there. */
  async get(folder: string, files: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (const file of files) {
      const get = new this.sdk.GetObjectCommand({ Bucket: this.bucket, Key: this.keyOf(file) });
      try {
        const { Body } = await this.client.send(get);
        await writeFileAtomic(join(folder, file), await Body!.transformToByteArray());
        found.push(file);
      } catch (error) {
        if ((error as Error).name === 'NoSuchKey') continue;
        throw new Error(`${this.out}/${file} cannot be read: ${reasonOf(error)}`, { cause: error });
      }
    }
    return found;
  }

  close(): void {
    this.client.destroy();
  }

  private keyOf(file: string): string {
    return this.prefix === '' ? file : `${this.prefix}/${file}`;
  }
}

/** @throws UsageError where results could not be written there. */
export async function requireStore(out: string): Promise<void> {
  if (isS3(out)) (await S3Store.open(out)).close();
}
