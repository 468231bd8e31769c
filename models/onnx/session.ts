/**
 * Running ONNX graphs apart from the main thread.
 *
 * `session.run` of onnxruntime-node is synchronous inside, so it would hold up timers, progress bars and Ctrl-C
 * for as long as the network takes. All its calls are therefore made in one process per `ChildRuntime` (worker.js):
 * inputs and results are copied.
 */
import { basename } from 'node:path';
import { formatShape } from '../../src/core/array.js';
import { Child } from './child.js';
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
import { copied, ELEMENT_ARRAYS, type Tensor, type ValueInfo } from './tensor.js';

/** What the worker can be asked; the reply is a `WorkerReply`. */
export type WorkerRequest =
  /** The first of a process: loads ONNX Runtime. */
  | { kind: 'load' }
  | { kind: 'open'; session: number; model: Uint8Array | string; options: SessionOptions }
  | {
      kind: 'run';
      session: number;
      name: string;
      feeds: Readonly<Record<string, Tensor>>;
      /** The kept set that feeds the inputs not in `feeds`. */
      feedKept?: number;
      fetch: readonly string[];
      keep: readonly string[];
      /** The number under which the tensors named in `keep` are put away. */
      keepAs: number;
    }
  | { kind: 'release'; session: number }
  | { kind: 'drop'; kept: number };

export type WorkerReply =
  | { kind: 'opened'; inputs: ValueInfo[]; outputs: ValueInfo[] }
  | { kind: 'done'; outputs: Record<string, Tensor> }
  | { kind: 'failed'; message: string };

/** Tensors that stay in the runtime's process until they are released. */
class ChildTensors implements KeptTensors {
  #released = false;

  constructor(
    readonly runtime: ChildRuntime,
    readonly number: number,
    readonly names: readonly string[],
  ) {}

  get released(): boolean {
    return this.#released;
  }

  /** Gives their memory back; again is harmless. */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    await this.runtime.call({ kind: 'drop', kept: this.number });
  }
}

/** How long a run that nobody waits for any more may go on before it is stopped, in milliseconds. */
const GRACE = 10_000;

interface Job {
  readonly request: WorkerRequest;
  settle(outcome: WorkerReply | Error): void;
}

/**
 * One process with ONNX Runtime in it, started when first needed. Where a run has to be stopped, or the process ends,
 * the next request starts another one with the same sessions. An idle runtime does not keep this process alive.
 */
export class ChildRuntime implements Runtime {
  readonly workers = 1;
  #child?: Child;
  /** The first is at work; the others wait here, where an abort still finds them. */
  readonly #jobs: Job[] = [];
  /** What opened the sessions there are. */
  readonly #sessions = new Map<number, WorkerRequest>();
  #closed?: Error;
  #numbers = 0;
  #timer?: NodeJS.Timeout;

  readonly #forget: () => void;

  private constructor(readonly limits: RuntimeLimits) {
    this.#forget = closeOn(this, limits.signal);
  }

  static async start(limits: RuntimeLimits = {}): Promise<ChildRuntime> {
    limits.signal?.throwIfAborted();
    return new ChildRuntime(limits);
  }

  /**
   * Loads a model. A path is lighter on memory than bytes, and external weights beside it are found.
   * @throws Error when onnxruntime-node cannot be loaded, or does not accept the model.
   */
  async open(model: Uint8Array | string, options: SessionOptions = {}): Promise<Session> {
    const name = options.name ?? (typeof model === 'string' ? basename(model) : 'model');
    const session = this.nextNumber();
    const request = { kind: 'open', session, model, options: { ...options, name } } as const;
    const reply = await this.call(request);
    if (reply.kind !== 'opened')
      throw new Error(`The ONNX Runtime process answered "${reply.kind}" to "open".`);
    this.#sessions.set(session, request);
    return new WorkerSession(this, session, name, reply.inputs, reply.outputs);
  }

  /** Ends the process and with it all its sessions. What is at work or waiting is rejected at once, for this reason. */
  async close(reason = new Error('The ONNX Runtime process was closed.')): Promise<void> {
    this.#closed ??= reason;
    this.#forget();
    clearTimeout(this.#timer);
    for (const job of this.#jobs.splice(0)) job.settle(afterwards(job.request, this.#closed));
    const child = this.#child;
    // No answer that is still on its way may call the process idle: it has to be waited for.
    this.#child = undefined;
    await child?.kill();
  }

  /** @internal A number no other session or kept set of this runtime has. */
  nextNumber(): number {
    return this.#numbers++;
  }

  /** @internal Sends a request to the process once those before it are answered. */
  call(request: WorkerRequest, signal?: AbortSignal): Promise<WorkerReply> {
    if (request.kind === 'release') this.#sessions.delete(request.session);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        const place = this.#jobs.indexOf(job);
        if (place > 0) this.#jobs.splice(place, 1);
        else setTimeout(() => this.#stop(job, 'was stopped'), GRACE).unref();
        reject(signal?.reason);
      };
      const settle = (outcome: WorkerReply | Error) => {
        signal?.removeEventListener('abort', abort);
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      const waits = this.#jobs.length > 0 || this.#child === undefined;
      const job: Job = { request: waits ? withCopies(request) : request, settle };
      if (this.#closed) return settle(afterwards(request, this.#closed));
      signal?.addEventListener('abort', abort, { once: true });
      this.#jobs.push(job);
      if (this.#jobs.length === 1) this.#begin();
    });
  }

  /** Sets the process to the first of the jobs. */
  #begin(): void {
    if (this.#child === undefined) this.#start();
    const job = this.#jobs[0];
    if (job === undefined) {
      this.#child?.unref();
      return;
    }
    this.#child!.ref();
    this.#child!.send(job.request);
    const { timeout } = this.limits;
    if (timeout === undefined || job.request.kind === 'load') return;
    const late = `did not end within ${timeout} s, the time limit, and was stopped`;
    this.#timer = setTimeout(() => this.#stop(job, late), 1000 * timeout);
  }

  /** Starts a process for the jobs there are, after which the sessions there were are open again. */
  #start(): void {
    while (this.#jobs.length > 0 && isEnding(this.#jobs[0].request))
      this.#finish({ kind: 'done', outputs: {} });
    if (this.#jobs.length === 0) return;
    const first: WorkerRequest[] = [{ kind: 'load' }, ...this.#sessions.values()];
    // Where one of them fails, so does what it is for, which is told then.
    const again = first.map((request): Job => ({ request, settle() {} }));
    this.#jobs.unshift(...again);
    const child: Child = new Child(
      (reply) => this.#child === child && this.#answered(reply),
      (how) => this.#child === child && this.#ended(`ended: its process ${how}`),
    );
    this.#child = child;
  }

  #finish(reply: WorkerReply | Error): void {
    clearTimeout(this.#timer);
    this.#jobs.shift()?.settle(reply);
  }

  #answered(reply: WorkerReply): void {
    this.#finish(reply.kind === 'failed' ? new Error(reply.message) : reply);
    this.#begin();
  }

  /** Stops the process where this job is still at work in it. */
  #stop(job: Job, how: string): void {
    if (this.#closed || this.#jobs[0] !== job) return;
    const child = this.#child;
    this.#ended(how);
    void child?.kill();
  }

  #ended(how: string): void {
    this.#child = undefined;
    const [job] = this.#jobs;
    if (job === undefined) return;
    this.#finish(new Error(`${nameOf(job.request)} ${how}.`));
    if (this.#jobs.length > 0) this.#begin();
  }
}

class WorkerSession implements Session {
  #released = false;

  constructor(
    readonly runtime: ChildRuntime,
    readonly number: number,
    readonly name: string,
    readonly inputs: readonly ValueInfo[],
    readonly outputs: readonly ValueInfo[],
  ) {}

  async run(feeds: Readonly<Record<string, Tensor>>, options: RunOptions = {}): Promise<RunResult> {
    if (this.#released) throw new Error(`The session of ${this.name} was already released.`);
    const { kept: fed } = options;
    if (fed && !(fed instanceof ChildTensors && fed.runtime === this.runtime)) {
      throw new Error(`Tensors kept in one runtime cannot feed ${this.name}, which is in another.`);
    }
    for (const name of Object.keys(feeds)) {
      if (this.inputs.some((input) => input.name === name)) continue;
      const known = this.inputs.map((input) => `"${input.name}"`).join(', ');
      throw new Error(`${this.name} has no input "${name}"; its inputs are ${known}.`);
    }
    const keep = options.keep ?? [];
    const fetch =
      options.fetch ?? this.outputs.map((output) => output.name).filter((name) => !keep.includes(name));
    for (const [name, tensor] of Object.entries(feeds)) this.#check(name, tensor);
    const keepAs = this.runtime.nextNumber();
    const request: WorkerRequest = {
      kind: 'run',
      session: this.number,
      name: this.name,
      feeds,
      feedKept: fed?.number,
      fetch,
      keep,
      keepAs,
    };
    const kept = keep.length > 0 ? new ChildTensors(this.runtime, keepAs, keep) : undefined;
    try {
      const reply = await this.runtime.call(request, options.signal);
      if (reply.kind !== 'done')
        throw new Error(`The ONNX Runtime process answered "${reply.kind}" to "run".`);
      return { outputs: reply.outputs, kept };
    } catch (error) {
      // An aborted run may still put tensors away; this request waits behind it.
      void kept?.release();
      throw error;
    }
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    await this.runtime.call({ kind: 'release', session: this.number });
  }

  #check(name: string, tensor: Tensor): void {
    const elements = tensor.dims.reduce((product, extent) => product * extent, 1);
    const ElementArray = ELEMENT_ARRAYS[tensor.type];
    if (!(tensor.data instanceof ElementArray) || tensor.data.length !== elements) {
      throw new Error(
        `Input "${name}" of ${this.name} holds ${tensor.data.length} values as ${tensor.data.constructor.name}; ` +
          `a ${tensor.type} tensor of shape ${formatShape(tensor.dims)} needs ${elements} as ${ElementArray.name}.`,
      );
    }
  }
}

/** What waits may not change with the caller's arrays; what is sent at once is copied on its way. */
function withCopies(request: WorkerRequest): WorkerRequest {
  return request.kind === 'run' ? { ...request, feeds: copied(request.feeds) } : request;
}

/** Whether it is done by itself where there is no process. */
function isEnding({ kind }: WorkerRequest): boolean {
  return kind === 'release' || kind === 'drop';
}

/** What a request comes to once the runtime is closed: there is nothing left to release, everything else fails. */
function afterwards(request: WorkerRequest, closed: Error): WorkerReply | Error {
  return isEnding(request) ? { kind: 'done', outputs: {} } : closed;
}

/** What messages call the graph that a request is about. */
function nameOf(request: WorkerRequest): string {
  if (request.kind === 'open') return request.options.name ?? 'a graph';
  return request.kind === 'run' ? request.name : 'a graph';
}
