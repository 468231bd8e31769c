/** Benchmarks that give the same numbers tomorrow: a spec in, a JSON file and a Markdown table out. */
import { mkdir, readFile } from 'node:fs/promises';
import { arch, cpus, platform } from 'node:os';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { photographsBench, photographsTable } from './bench/photographs.js';
import { type BenchSpec, benchSpec } from './bench/spec.js';
import { speedBench, speedTable } from './bench/speed.js';
import { UsageError } from './core/errors.js';
import { writeFileAtomic } from './io/atomic.js';

export interface BenchOptions {
  /** Folder for `<spec name>.json` and `<spec name>.md`, made if need be. */
  readonly out: string;
  /** Folder of pictures, for benchmarks that need one. */
  readonly data?: string;
  /** Told of each finished part, one line each. */
  readonly say?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface BenchResult {
  /** The table, Markdown. */
  readonly table: string;
  readonly jsonPath: string;
  readonly tablePath: string;
}

/**
 * Runs the benchmark that a JSON file describes.
 * @throws UsageError when the file is no benchmark or the data it needs are not given.
 */
export async function bench(specPath: string, options: BenchOptions): Promise<BenchResult> {
  const spec = parseSpec(await readFile(specPath, 'utf8'), specPath);
  const started = new Date().toISOString();
  const { rows, table } = await run(spec, options);
  await mkdir(options.out, { recursive: true });
  const name = basename(specPath, '.json');
  const jsonPath = join(options.out, `${name}.json`);
  const tablePath = join(options.out, `${name}.md`);
  const machine = {
    platform: platform(),
    arch: arch(),
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    node: process.version,
  };
  await writeFileAtomic(
    jsonPath,
    JSON.stringify({ version: 1, started, spec, machine, rows }, null, 2) + '\n',
  );
  await writeFileAtomic(tablePath, `${table}\n`);
  return { table, jsonPath, tablePath };
}

async function run(
  spec: BenchSpec,
  options: BenchOptions,
): Promise<{ rows: readonly unknown[]; table: string }> {
  switch (spec.kind) {
    case 'speed': {
      const rows = await speedBench(spec, options.signal);
      return { rows, table: speedTable(rows) };
    }
    case 'photographs': {
      if (options.data === undefined) {
        throw new UsageError(
          'this benchmark restores photographs: --data must name the folder that holds them',
        );
      }
      const rows = await photographsBench(spec, options.data, options.say ?? (() => {}), options.signal);
      return { rows, table: photographsTable(rows) };
    }
  }
}

function parseSpec(text: string, path: string): BenchSpec {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}`);
  }
  const parsed = benchSpec.safeParse(json);
  if (!parsed.success) throw new UsageError(`${path} is not a benchmark: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
