/**
 * Several processes with ONNX Runtime in them, behind one runtime: each run goes to one that is idle.
 *
 * A run gives the same bytes in any of them, so nothing that is computed depends on their number, or on who was idle.
 * Each process opens a graph, and holds its weights, when a run of it is first dealt there.
 */
import { basename } from 'node:path';
import {
  closeOn,
  type KeptTensors,
  type RunOptions,
  type RunResult,
  type Runtime,
  type RuntimeLimits,
  type Session,
  type SessionOptions,
} from './runtime.js';
import { ChildRuntime } from './session.js';
import { copied, type Tensor, type ValueInfo } from './tensor.js';

/** One of the processes; one run at a time is dealt to it. */
interface Member {
  readonly runtime: Runtime;
  busy: boolean;
}

/** A run that waits. */
interface Waiting {
  /** Where the tensors are that feed it; it can run nowhere else. */
  readonly bound?: Member;
  begin(member: Member): void;
}

export class Workers implements Runtime {
  readonly #members: readonly Member[];
  /** In the order in which they came. */
  readonly #waiting: Waiting[] = [];
  /** Where tensors were kept. */
  readonly #owners = new WeakMap<KeptTensors, Member>();
  readonly #forget: () => void;

  private constructor(runtimes: readonly Runtime[], signal: AbortSignal | undefined) {
    this.#members = runtimes.map((runtime) => ({ runtime, busy: false }));
    this.#forget = closeOn(this, signal);
  }

  /** @param count of processes, each started when it is first needed. */
  static async start(count: number, { timeout, signal }: RuntimeLimits = {}): Promise<Runtime> {
    if (count === 1) return ChildRuntime.start({ timeout, signal });
    const runtimes = Array.from({ length: count }, () => ChildRuntime.start({ timeout }));
    return new Workers(await Promise.all(runtimes), signal);
  }

  get workers(): number {
    return this.#members.length;
  }

  async open(model: Uint8Array | string, options: SessionOptions = {}): Promise<Session> {
    const name = options.name ?? (typeof model === 'string' ? basename(model) : 'model');
    const opened = new Map<Member, Promise<Session>>();
    const ready = new Map<Member, Session>();
    const openIn = (member: Member) => {
      const session = opened.get(member) ?? member.runtime.open(model, { ...options, name });
      opened.set(member, session);
      session.then(
        (open) => ready.set(member, open),
        // Tried again by the next run that is dealt there.
        () => opened.delete(member),
      );
      return session;
    };
    const { inputs, outputs } = await this.#deal(undefined, undefined, openIn);
    return new SharedSession(this, name, inputs, outputs, openIn, opened, ready);
  }

  async close(reason?: Error): Promise<void> {
    this.#forget();
    // What waits is dealt to one that is closed, which says so.
    await Promise.all(this.#members.map(({ runtime }) => runtime.close(reason)));
  }

  /** @internal Runs where `options.kept` is, or else in the first process that is idle. */
  async run(
    openIn: (member: Member) => Promise<Session>,
    ready: ReadonlyMap<Member, Session>,
    feeds: Readonly<Record<string, Tensor>>,
    options: RunOptions,
  ): Promise<RunResult> {
    const bound = options.kept && this.#owners.get(options.kept);
    const idle = this.#idle(bound);
    const session = idle && ready.get(idle);
    // What waits may not change with the caller's arrays.
    const own = session ? feeds : copied(feeds);
    return this.#deal(bound, options.signal, async (member) => {
      const result = await (session ?? (await openIn(member))).run(own, options);
      if (result.kept) this.#owners.set(result.kept, member);
      return result;
    });
  }

  async #deal<T>(
    bound: Member | undefined,
    signal: AbortSignal | undefined,
    work: (member: Member) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const idle = this.#idle(bound);
    if (idle) idle.busy = true;
    const member = idle ?? (await this.#turn(bound, signal));
    try {
      return await work(member);
    } finally {
      this.#next(member);
    }
  }

  #idle(bound: Member | undefined): Member | undefined {
    return (bound ? [bound] : this.#members).find(({ busy }) => !busy);
  }

  #turn(bound: Member | undefined, signal: AbortSignal | undefined): Promise<Member> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        bound,
        begin(member) {
          signal?.removeEventListener('abort', abort);
          resolve(member);
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(waiting);
    });
  }

  /** Pullbacks come before new runs: what they need is held until they are done. */
  #next(member: Member): void {
    const bound = this.#waiting.findIndex((waiting) => waiting.bound === member);
    const place = bound >= 0 ? bound : this.#waiting.findIndex((waiting) => waiting.bound === undefined);
    member.busy = place >= 0;
    if (member.busy) this.#waiting.splice(place, 1)[0].begin(member);
  }
}

/** A graph that is open in as many of the processes as have been dealt a run of it. */
class SharedSession implements Session {
  #released = false;

  constructor(
    readonly runtime: Workers,
    readonly name: string,
    readonly inputs: readonly ValueInfo[],
    readonly outputs: readonly ValueInfo[],
    readonly openIn: (member: Member) => Promise<Session>,
    readonly opened: ReadonlyMap<Member, Promise<Session>>,
    readonly ready: ReadonlyMap<Member, Session>,
  ) {}

  async run(feeds: Readonly<Record<string, Tensor>>, options: RunOptions = {}): Promise<RunResult> {
    if (this.#released) throw new Error(`The session of ${this.name} was already released.`);
    return this.runtime.run(this.openIn, this.ready, feeds, options);
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    await Promise.all([...this.opened.values()].map(async (session) => (await session).release()));
  }
}
