/**
 * Who works on which item of an output folder, where several runs share it, on one machine or on many that see the
 * same disk. A claim is a small file that only one run can create. It is renewed while its run lives; of a run that
 * ended without a word, another takes it over. It also lists the files that are being put in place, so that whoever
 * comes next knows them for this program's.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open, readdir, readFile, rm, rmdir, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { makeFolder, removeLeftovers, writeFileAtomic } from './atomic.js';
import { isFree, isListOfNames } from './manifest.js';

/** What a claim's file holds. */
interface Claim {
  readonly version: 1;
  readonly name: string;
  /** The manifest that its run has open; absent where that run gave the item up. */
  readonly run?: string;
  readonly machine: string;
  readonly token: string;
  /** What is being put in place, or was when the run ended. */
  readonly files: readonly string[];
}

/** A file of the folder of claims. The one with the largest turn holds the item. */
interface Found {
  readonly path: string;
  readonly turn: number;
  /** Absent while it is being written. */
  readonly claim?: Claim;
  readonly renewed: number;
}

/** In milliseconds. */
export interface Times {
  readonly renewEvery: number;
  /** A claim whose time stamp has not changed for so long, by the watch of who looks at it, is nobody's. */
  readonly staleAfter: number;
}

const TIMES: Times = { renewEvery: 10_000, staleAfter: 60_000 };

/** A run, to its claims. */
export interface ClaimingRun {
  /** The output folder. */
  readonly out: string;
  /** The name of manifests of this kind of job: `manifest.jsonl`. */
  readonly kind: string;
  /** The name of this run's manifest, which it has open. */
  readonly manifest: string;
  /** Nobody else works in the folder: whatever claims are there, their runs are over. */
  readonly alone: boolean;
  readonly machine?: string;
  readonly times?: Times;
}

/** The claims of one kind of job in one output folder, as one run sees them. */
export class Claims {
  private readonly held = new Map<string, { readonly turn: number; readonly claim: Claim }>();
  /** The time stamps of others' claims, and when each was first seen. */
  private readonly watched = new Map<string, { readonly renewed: number; readonly since: number }>();
  private readonly timer: NodeJS.Timeout;

  private readonly folder: string;

  constructor(private readonly run: ClaimingRun) {
    this.folder = join(run.out, `.${run.kind}.claims`);
    this.timer = setInterval(() => void this.renew(), run.times?.renewEvery ?? TIMES.renewEvery);
    this.timer.unref();
  }

  /** Takes an item, unless another run has it. */
  async take(name: string): Promise<boolean> {
    if (this.held.has(name)) return true;
    const before = await this.claimsOf(name);
    const last = before.at(-1);
    if (last && !(await this.isOver(last))) return false;
    const turn = (last?.turn ?? 0) + 1;
    const claim = this.claimOf(name, last?.claim?.files ?? []);
    if (!(await this.create(name, turn, claim))) return false;
    // Two that see one claim end at one moment: the later turn has it, and a claim made meanwhile stands.
    const after = await this.claimsOf(name);
    const known = new Set([...before.map((found) => found.claim?.token), claim.token]);
    if (after.at(-1)?.turn !== turn || after.some((found) => !known.has(found.claim?.token))) {
      await rm(this.pathOf(name, turn), { force: true });
      return false;
    }
    this.held.set(name, { turn, claim });
    return true;
  }

  /** Whether this run still has what it took. Another may think that it died, where the machine slept. */
  async has(name: string): Promise<boolean> {
    const own = this.held.get(name);
    return own !== undefined && (await this.claimsOf(name)).at(-1)?.claim?.token === own.claim.token;
  }

  /** Files that a run which ended was putting in place for an item that is held here. */
  filesOf(name: string): readonly string[] {
    return this.held.get(name)?.claim.files ?? [];
  }

  /** Notes which files are about to be an item's; none: its line is written. */
  async note(name: string, files: readonly string[]): Promise<void> {
    const own = this.held.get(name);
    if (!own) return;
    const claim = { ...own.claim, files };
    this.held.set(name, { ...own, claim });
    if (files.length > 0) await writeFileAtomic(this.pathOf(name, own.turn), JSON.stringify(claim));
  }

  /** Gives an item back. What was being put in place stays noted. */
  async release(name: string): Promise<void> {
    const own = this.held.get(name);
    if (!own) return;
    this.held.delete(name);
    const path = this.pathOf(name, own.turn);
    if (own.claim.files.length > 0) {
      await writeFileAtomic(path, JSON.stringify({ ...own.claim, run: undefined })).catch(() => {});
      return;
    }
    for (const found of await this.claimsOf(name)) {
      if (found.turn > own.turn) continue;
      await removeLeftovers(found.path);
      await rm(found.path, { force: true });
    }
  }

  /** Gives everything back. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    for (const name of [...this.held.keys()]) await this.release(name);
    await rmdir(this.folder).catch(() => {}); // others' claims are there, or there never were any
  }

  private claimOf(name: string, files: readonly string[]): Claim {
    const token = randomBytes(8).toString('hex');
    const { manifest, machine = MACHINE } = this.run;
    return { version: 1, name, run: manifest, machine, token, files };
  }

  private pathOf(name: string, turn: number): string {
    return join(this.folder, `${hashOf(name)}.${turn}.json`);
  }

  private async create(name: string, turn: number, claim: Claim): Promise<boolean> {
    try {
      const file = await this.openNew(this.pathOf(name, turn));
      try {
        await file.writeFile(JSON.stringify(claim));
      } finally {
        await file.close();
      }
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  }

  /** The folder goes when the last claim does, also between our making it and our using it. */
  private async openNew(path: string, tries = 5): ReturnType<typeof open> {
    await makeFolder(this.folder);
    return open(path, 'wx').catch((error) => {
      if (error.code === 'ENOENT' && tries > 1) return this.openNew(path, tries - 1);
      throw error;
    });
  }

  /** All claims of an item, the one that holds it last. */
  private async claimsOf(name: string): Promise<Found[]> {
    const prefix = `${hashOf(name)}.`;
    const names = await readdir(this.folder).catch(() => []);
    const found: Found[] = [];
    for (const file of names) {
      if (!file.startsWith(prefix)) continue;
      const [, turn] = /^([1-9]\d*)\.json$/.exec(file.slice(prefix.length)) ?? [];
      if (turn === undefined) continue;
      const there = await look(join(this.folder, file));
      if (there) found.push({ path: join(this.folder, file), turn: Number(turn), ...there });
    }
    return found.sort((a, b) => a.turn - b.turn);
  }

  /** Whether the run of a claim is over: on this machine its manifest's lock tells, elsewhere its time stamp. */
  private async isOver({ path, claim, renewed }: Found): Promise<boolean> {
    const { alone, out, manifest, machine = MACHINE, times = TIMES } = this.run;
    if (alone || (claim && claim.run === undefined)) return true;
    // Who has this run's manifest open is this run, and what it holds it knows: the claim is of a run before it.
    if (claim?.machine === machine && (claim.run === manifest || (await isFree(join(out, claim.run!))))) {
      return true;
    }
    const seen = this.watched.get(path);
    if (seen?.renewed !== renewed) {
      this.watched.set(path, { renewed, since: performance.now() });
      return false;
    }
    return performance.now() - seen.since > times.staleAfter;
  }

  private async renew(): Promise<void> {
    const now = new Date();
    for (const [name, { turn }] of this.held) await utimes(this.pathOf(name, turn), now, now).catch(() => {});
  }
}

function hashOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}

/** Opened anew: a network disk then asks its server. */
async function look(path: string): Promise<Pick<Found, 'claim' | 'renewed'> | undefined> {
  const file = await open(path).catch(() => undefined);
  if (!file) return undefined;
  try {
    const renewed = (await file.stat()).mtimeMs;
    return { renewed, claim: parseClaim(await readFile(file, 'utf8')) };
  } finally {
    await file.close();
  }
}

function parseClaim(text: string): Claim | undefined {
  try {
    const claim = JSON.parse(text) as Claim;
    return { ...claim, files: isListOfNames(claim.files) ? claim.files : [] };
  } catch {
    return undefined;
  }
}

/** The running kernel where it has a name, so that containers of one machine know one another. */
const MACHINE = thisMachine();

function thisMachine(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return hostname();
  }
}
