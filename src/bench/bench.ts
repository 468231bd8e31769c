/** Benchmarks that give the same numbers tomorrow: a spec in, a JSON file and a Markdown table out. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { arch, cpus, platform } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { requireText } from '../core/arguments.js';
import type { FloatArray } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { parseJson } from '../core/json.js';
import { reasonOf } from '../core/reasons.js';
import { check, faultInWords } from '../core/schema-words.js';
import { cannotWrite, makeFolder, writeFileAtomic } from '../io/atomic.js';
import { requireOut } from '../io/output-folder.js';
import { writePicture } from '../io/picture-file.js';
import { tablePage } from '../report/table-page.js';
import { type ExactRow, exactBench } from './exact.js';
import { exactTable } from './exact-table.js';
import { operatorsBench, operatorsTable } from './operators.js';
import { type EarlierRun, type PhotographsRow, photographsBench } from './photographs.js';
import { photographsTable } from './photographs-table.js';
import { type PresetRow, presetsBench, presetsTable } from './presets.js';
import { type BenchSpec, benchSpec } from './spec.js';
import { speedBench, speedTable } from './speed.js';
import { throughputBench, throughputTable } from './throughput.js';

/** Of the JSON files that are written. */
const FORMAT = 2;

/** Where a benchmark reads and writes. */
export interface BenchOptions {
  /**
   * Folder for `<spec name>.json`, its table as `.md` and `.html`, and of photographs `<spec name>/*.png`; made if need
   * be.
   */
  readonly out: string;
  /** Folder of pictures, for benchmarks that need one. */
  readonly data?: string;
  /** Replaces files that are no results of this benchmark, too. */
  readonly overwrite?: boolean;
  /** Told of each finished part, one line each. */
  readonly say?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** What a benchmark wrote. */
export interface BenchResult {
  /** The table, Markdown. */
  readonly table: string;
  readonly jsonPath: string;
  readonly tablePath: string;
}

/**
 * Runs the benchmark that a JSON file describes.
 * @throws UsageError when the file is no benchmark or the data it needs are not given.
 * @example
 * ```ts
 * import { bench } from 'retrodict';
 *
 * const { table } = await bench('samples/benchmarks/exact-posterior-quick.json', { out: 'results' });
 * console.log(table);
 * ```
 */
export async function bench(specPath: string, options: BenchOptions): Promise<BenchResult> {
  requireText(specPath, 'the path of a benchmark');
  requireOut(options?.out);
  const text = await readFile(specPath, 'utf8').catch((error) => {
    throw new UsageError(`the benchmark ${specPath} cannot be read: ${reasonOf(error)}`);
  });
  const spec = parseSpec(text, specPath);
  const name = basename(specPath, '.json');
  const jsonPath = join(options.out, `${name}.json`);
  const tablePath = join(options.out, `${name}.md`);
  const pagePath = join(options.out, `${name}.html`);
  if (resolve(jsonPath) === resolve(specPath)) {
    throw new UsageError(
      `--out ${options.out} is the folder of ${specPath}, which the results would overwrite`,
    );
  }
  const machine = {
    platform: platform(),
    arch: arch(),
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    node: process.version,
  };
  const started = new Date().toISOString();
  const earlier = await earlierRecord(jsonPath);
  if (!options.overwrite && earlier === undefined) {
    for (const path of [jsonPath, tablePath, pagePath, join(options.out, name)]) requireFree(path);
  }
  await makeFolder(options.out).catch((error) => {
    throw cannotWrite(options.out, error);
  });
  const save = async ({ rows, table }: Outcome) => {
    const record = { version: FORMAT, started, spec, machine, rows };
    await writeFileAtomic(jsonPath, `${JSON.stringify(record, null, 2)}\n`);
    await writeFileAtomic(tablePath, `${table}\n`);
    await writeFileAtomic(pagePath, tablePage(name, table));
  };
  const look = async ({ problem, noise, solver }: PhotographsRow, pictures: FloatArray) => {
    await writePicture(join(options.out, name, `${fileName(`${problem} ${noise} ${solver}`)}.png`), pictures);
  };
  const outcome = await run(spec, options, { save, look, earlier: earlierRun(earlier) });
  await save(outcome);
  return { table: outcome.table, jsonPath, tablePath };
}

interface Outcome {
  readonly rows: readonly unknown[];
  readonly table: string;
}

interface Results {
  /** Is given what is there so far, so that hours of work outlive what stops the rest. */
  readonly save: (soFar: Outcome) => Promise<void>;
  /** Is shown what a solver made of a photograph. */
  readonly look: (row: PhotographsRow, pictures: FloatArray) => Promise<void>;
  /** What an earlier run saved. */
  readonly earlier: EarlierRun | undefined;
}

async function run(
  spec: BenchSpec,
  options: BenchOptions,
  { save, look, earlier }: Results,
): Promise<Outcome> {
  switch (spec.kind) {
    case 'speed': {
      const rows = await speedBench(spec, options.signal);
      return { rows, table: speedTable(rows) };
    }
    case 'operators': {
      const rows = await operatorsBench(spec, options.say ?? (() => {}), options.signal);
      return { rows, table: operatorsTable(rows) };
    }
    case 'throughput': {
      const rows = await throughputBench(spec, options.say ?? (() => {}), options.signal);
      return { rows, table: throughputTable(rows) };
    }
    case 'exact': {
      const rows: ExactRow[] = [];
      for await (const row of exactBench(spec, options.say ?? (() => {}), options.signal)) {
        rows.push(row);
        await save({ rows, table: exactTable(rows) });
      }
      return { rows, table: exactTable(rows) };
    }
    case 'presets': {
      const rows: PresetRow[] = [];
      for await (const row of presetsBench(spec, options.say ?? (() => {}), options.signal)) {
        rows.push(row);
        await save({ rows, table: presetsTable(rows) });
      }
      return { rows, table: presetsTable(rows) };
    }
    case 'photographs': {
      if (options.data === undefined) {
        throw new UsageError(
          'this benchmark restores photographs: --data must name the folder that holds them',
        );
      }
      const { data, say = () => {}, signal } = options;
      const work = photographsBench(spec, data, say, look, signal, earlier);
      let outcome: Outcome = { rows: [], table: '' };
      for await (const rows of work) {
        outcome = { rows, table: photographsTable(rows) };
        await save(outcome);
      }
      return outcome;
    }
  }
}

/** Letters, digits, dots and hyphens only. */
function fileName(text: string): string {
  return text.replace(/[^\w.]+/g, '-');
}

/** What an earlier run wrote; nothing where there is none, or the file is another program's. */
async function earlierRecord(jsonPath: string): Promise<BenchRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(jsonPath, 'utf8'));
    return typeof record.version === 'number' && record.spec?.kind && record.rows ? record : undefined;
  } catch {
    return undefined;
  }
}

interface BenchRecord extends EarlierRun {
  readonly version: number;
}

/** What can be gone on from. */
function earlierRun(record: BenchRecord | undefined): EarlierRun | undefined {
  return record?.version === FORMAT && record.spec.kind === 'photographs' ? record : undefined;
}

/** @throws UsageError where there is something already that no record of a benchmark stands beside. */
function requireFree(path: string): void {
  if (!existsSync(path)) return;
  const trouble = 'is there already, and is no result of this benchmark';
  throw new UsageError(`${path} ${trouble}; give another --out, or --overwrite to replace it`);
}

function parseSpec(text: string, path: string): BenchSpec {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}`);
  }
  const checked = check(benchSpec, json);
  if (!checked.ok)
    throw new UsageError(`${path} is not a benchmark: ${checked.faults.map(faultInWords).join('; ')}`);
  return checked.value;
}
