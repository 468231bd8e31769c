/** What is kept of long work while it goes on, so that a run that was stopped goes on from there. */
import type { FloatArray } from './array.js';

/** Arrays by name. Some hold bits rather than numbers (double-bits.ts): they are to be kept byte by byte. */
export type State = Readonly<Record<string, FloatArray>>;

/** What was spent on a restoration. */
export interface Cost {
  /** Forward passes of the network over the whole image. */
  readonly networkEvaluations: number;
  /** Vector-Jacobian products with the network. */
  readonly vjps: number;
  /** Wall time. */
  readonly seconds: number;
  /** In which the network was at work, what is sent to and from its processes included. */
  readonly networkSeconds: number;
}

/** A piece of the work: a sample, say. */
export interface Checkpoint {
  /** The step that begins next; absent where the piece is done, and `state` is what it gave. */
  readonly step?: number;
  readonly state: State;
}

/** Where checkpoints are kept. What it gives back must have been saved by a restoration that is the same in all. */
export interface Checkpoints {
  /** What the runs before had spent until what is kept here was saved. */
  readonly spent?: Cost;
  /** A piece of the work, by name. */
  load(name: string): Promise<Checkpoint | undefined>;
  /** Saves it, where enough was done since the last one to be worth it. @param spent on the whole until now. */
  save(name: string, checkpoint: Checkpoint, spent: Cost): Promise<void>;
}

/** The checkpoints of one drawing of samples. */
export interface Keeper {
  load(name: string): Promise<Checkpoint | undefined>;
  save(name: string, checkpoint: Checkpoint): Promise<void>;
}
