/** The option of every command that has to do with a queue. */
import { Option } from 'commander';

export const queueUrl = () =>
  new Option('--queue <url>', 'the queue: a URL of Redis or Valkey, such as redis://localhost:6379')
    .env('RETRODICT_QUEUE')
    .makeOptionMandatory();
