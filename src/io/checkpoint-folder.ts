/**
 * Where the work on an item is kept until the item is done: a folder with an index and the arrays that it lists, each
 * under its own hash. The index is replaced whole, so that the folder is right at any moment; what it does not list is
 * removed. It is of one item made in one way: another key has another folder.
 */
import { mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { floatArray, sizeOf } from '../core/array.js';
import type { Checkpoint, Checkpoints, Cost, State } from '../core/checkpoints.js';
import { moveInPlace, writeAside, writeFileAtomic } from './atomic.js';
import { digested, sha256Of } from './digested.js';

/** How often work is saved. */
export interface Saving {
  /** Seconds of work that may be lost. */
  readonly every: number;
  /** Told, in a sentence, of what is kept but cannot be used, or cannot be kept. */
  readonly tell: (message: string) => void;
}

interface Index {
  readonly version: 1;
  readonly spent: Cost;
  readonly pieces: Readonly<Record<string, Piece>>;
}

/** A checkpoint as the index has it: files and shapes by name. */
interface Piece {
  readonly step?: number;
  readonly state: Readonly<Record<string, { readonly sha256: string; readonly shape: readonly number[] }>>;
}

/** Saving takes at most one part in so many of the time. */
const RARELY = 20;

export class CheckpointFolder implements Checkpoints {
  /** What is done and not saved yet, since little work was lost with it. */
  private readonly waiting = new Map<string, Checkpoint>();
  private readonly opened = performance.now();
  /** When each piece that goes on was saved, or first might have been. */
  private readonly saved = new Map<string, number>();
  /** How long the last save took. */
  private took = 0;
  /** Saves are made one after the other. */
  private turn: Promise<void> = Promise.resolve();
  private failed = false;

  private constructor(
    private readonly folder: string,
    private readonly saving: Saving,
    private index: Index | undefined,
  ) {}

  /**
   * Of an item made in one way. Checkpoints of the same item made in other ways are removed.
   * @param parent the folder of all items' checkpoints.
   */
  static async open(parent: string, name: string, key: string, saving: Saving): Promise<CheckpointFolder> {
    const own = `${sha256Of(name).slice(0, 32)}.`;
    const folder = join(parent, own + key.slice(0, 32));
    for (const other of await readdir(parent).catch(() => [])) {
      if (other.startsWith(own) && join(parent, other) !== folder) {
        await rm(join(parent, other), { recursive: true, force: true });
      }
    }
    return new CheckpointFolder(folder, saving, await readIndex(folder, saving.tell));
  }

  get spent(): Cost | undefined {
    return this.index?.spent;
  }

  async load(name: string): Promise<Checkpoint | undefined> {
    const piece = this.index?.pieces[name];
    if (piece === undefined) return undefined;
    const state: Record<string, State[string]> = {};
    for (const [array, { sha256, shape }] of Object.entries(piece.state)) {
      const bytes = await readFile(join(this.folder, fileOf(sha256))).catch(() => undefined);
      if (bytes?.length !== 4 * sizeOf(shape) || sha256Of(bytes) !== sha256) {
        this.saving.tell(`${name} of an earlier run is damaged in ${this.folder}, so it is begun anew`);
        return undefined;
      }
      // Of its own memory, and aligned.
      state[array] = floatArray(new Float32Array(new Uint8Array(bytes).buffer), shape);
    }
    return { step: piece.step, state };
  }

  save(name: string, checkpoint: Checkpoint, spent: Cost): Promise<void> {
    const saved = this.turn.then(() => this.saveNext(name, checkpoint, spent));
    this.turn = saved;
    return saved;
  }

  /** The item is done, or can never be. */
  async remove(): Promise<void> {
    await this.turn;
    await rm(this.folder, { recursive: true, force: true });
    await rmdir(join(this.folder, '..')).catch(() => {}); // others are there, or there never was one
  }

  private async saveNext(name: string, checkpoint: Checkpoint, spent: Cost): Promise<void> {
    if (this.failed || !this.isDue(name, checkpoint)) {
      if (!this.failed && checkpoint.step === undefined) this.waiting.set(name, checkpoint);
      return;
    }
    const at = performance.now();
    try {
      const pieces: Record<string, Piece> = { ...this.index?.pieces };
      for (const [other, waiting] of [...this.waiting, [name, checkpoint] as const]) {
        pieces[other] = await this.write(waiting);
        if (waiting.step === undefined) removeParts(pieces, other);
      }
      this.waiting.clear();
      await this.replace({ version: 1, spent, pieces });
    } catch (error) {
      this.failed = true;
      this.waiting.clear();
      this.saving.tell(`the work so far is not saved, and goes on: ${(error as Error).message}`);
    }
    this.took = performance.now() - at;
    if (checkpoint.step !== undefined) this.saved.set(name, at + this.took);
  }

  /** What is done is saved at once, but for little work; what goes on, each piece from time to time. */
  private isDue(name: string, { step }: Checkpoint): boolean {
    const wait = 1000 * this.saving.every;
    if (wait === 0) return true;
    const now = performance.now();
    if (step === undefined) {
      this.saved.delete(name);
      return now - this.opened >= wait;
    }
    const saved = this.saved.get(name);
    if (saved === undefined) this.saved.set(name, now);
    return now - (saved ?? now) >= Math.max(wait, RARELY * this.took * this.saved.size);
  }

  private async write({ step, state }: Checkpoint): Promise<Piece> {
    await mkdir(this.folder, { recursive: true });
    const files: Record<string, Piece['state'][string]> = {};
    for (const [array, { data, shape }] of Object.entries(state)) {
      let sha256 = '';
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      const content = digested(bytes, (digest) => {
        sha256 = digest.sha256;
      });
      const aside = await writeAside(join(this.folder, 'array'), content);
      await moveInPlace(aside, join(this.folder, fileOf(sha256)));
      files[array] = { sha256, shape };
    }
    return { step, state: files };
  }

  private async replace(index: Index): Promise<void> {
    await writeFileAtomic(join(this.folder, INDEX), JSON.stringify(index));
    this.index = index;
    const listed = new Set([INDEX, ...Object.values(index.pieces).flatMap(filesOf)]);
    for (const file of await readdir(this.folder)) {
      if (!listed.has(file)) await rm(join(this.folder, file), { force: true });
    }
  }
}

const INDEX = 'index.json';

const fileOf = (sha256: string) => `${sha256}.f32`;

function filesOf({ state }: Piece): string[] {
  return Object.values(state).map(({ sha256 }) => fileOf(sha256));
}

/** What a piece was made of is not needed once it is whole: `known, part 3`. */
function removeParts(pieces: Record<string, Piece>, name: string): void {
  for (const part of Object.keys(pieces)) if (part.startsWith(`${name}, `)) delete pieces[part];
}

/** Undefined where there is none, or none that can be used, which is told. */
async function readIndex(folder: string, tell: Saving['tell']): Promise<Index | undefined> {
  const text = await readFile(join(folder, INDEX), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const index = JSON.parse(text) as Index;
    if (index.version === 1 && isCost(index.spent) && Object.values(index.pieces).every(isPiece))
      return index;
  } catch {
    // told below
  }
  tell(`what an earlier run kept in ${folder} is damaged, so the work is begun anew`);
  return undefined;
}

function isCost(spent: Cost): boolean {
  const { networkEvaluations, vjps, seconds, networkSeconds } = Object(spent) as Cost;
  return [networkEvaluations, vjps, seconds, networkSeconds].every((figure) => figure >= 0);
}

function isPiece({ step, state }: Piece): boolean {
  const isWhole = step === undefined || (Number.isInteger(step) && step >= 0);
  return (
    isWhole &&
    Object.values(state).every(({ sha256, shape }) => {
      return /^[0-9a-f]{64}$/.test(sha256) && Array.isArray(shape) && shape.every(Number.isInteger);
    })
  );
}
