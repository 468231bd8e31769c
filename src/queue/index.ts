/**
 * Restorations by many machines: a queue in Redis or Valkey, through BullMQ. `npm install bullmq ioredis`, and for
 * results in an S3-compatible store `@aws-sdk/client-s3`.
 */
export { type QueueStatus, queueStatus } from './status.js';
export { type Submission, type Submitted, submitFolder } from './submit.js';
export { type WorkEvent, type WorkJob, workQueue } from './work.js';
