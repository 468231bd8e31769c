/**
 * Running ONNX graphs off the main thread.
 *
 * `session.run` of onnxruntime-node is synchronous inside, so it would hold up timers, progress bars and Ctrl-C
 * for as long as the network takes. All its calls are therefore made in one worker thread per `Runtime`
 * (worker.js): inputs are copied in, results are transferred back.
 */
import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import { formatShape } from '../../src/core/array.js';
import { ELEMENT_ARRAYS, type Tensor, type ValueInfo } from './tensor.js';

export type { ElementType, Tensor, ValueInfo } from './tensor.js';

/** What the worker can be asked; the reply is a `WorkerReply`. */
export type WorkerRequest =
  | { kind: 'open'; session: number; model: Uint8Array | string; options: SessionOptions }
  | {
      kind: 'run';
      session: number;
      name: string;
      feeds: Record<string, Tensor>;
      /** The kept set that feeds the inputs not in `feeds`. */
      feedKept?: number;
      fetch: readonly string[];
      keep: readonly string[];
      /** The number under which the tensors named in `keep` are put away. */
      keepAs: number;
    }
  | { kind: 'release'; session: number }
  | { kind: 'drop'; kept: number }
  | { kind: 'close' };

export type WorkerReply =
  | { kind: 'opened'; inputs: ValueInfo[]; outputs: ValueInfo[] }
  | { kind: 'done'; outputs: Record<string, Tensor> }
  | { kind: 'failed'; message: string };

export interface SessionOptions {
  /** Threads inside one operator; ONNX Runtime's own choice (one per physical core) when absent. */
  threads?: number;
  /** How far ONNX Runtime rewrites the graph; `all` when absent. It changes the last bits of the results. */
  optimisation?: 'disabled' | 'basic' | 'extended' | 'all';
  /** Where the optimised graph is written to. */
  optimisedModelPath?: string;
  /** File name, in the folder of `optimisedModelPath`, for its weights of 1 KB and more. */
  externalInitializersFile?: string;
  /** For a model given as bytes: the folder in which its external weights lie. */
  externalDataFolder?: string;
  /** What messages call the model; a model given as a path is called by its file name. */
  name?: string;
}

export interface RunOptions {
  /** Outputs to bring back; all that are not kept when absent. */
  fetch?: readonly string[];
  /** Outputs that stay in the worker, to be fed to another session of the same runtime. */
  keep?: readonly string[];
  /** Tensors kept by an earlier run: they feed the inputs of the same names. */
  kept?: KeptTensors;
  /** Aborting rejects at once; a run that has already begun ends in the worker and its result is dropped. */
  signal?: AbortSignal;
}

export interface RunResult {
  outputs: Record<string, Tensor>;
  /** Present where `keep` was given. */
  kept?: KeptTensors;
}

/** Tensors that stay in the worker until they are released. */
export class KeptTensors {
  #released = false;

  /** @internal */
  constructor(
    /** @internal */ readonly runtime: Runtime,
    /** @internal */ readonly number: number,
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

/** How long an exiting process waits for the run at work, in milliseconds. */
const LONGEST_RUN = 60_000;

interface Job {
  readonly request: WorkerRequest;
  readonly transfer: readonly ArrayBuffer[];
  settle(outcome: WorkerReply | Error): void;
}

/** One worker thread with ONNX Runtime in it. An idle runtime does not keep the process alive. */
export class Runtime {
  readonly #worker: Worker;
  /** The first is at work in the thread; the others wait here, where an abort still finds them. */
  readonly #jobs: Job[] = [];
  readonly #exited: Promise<unknown>;
  #stopped?: Error;
  #numbers = 0;

  /** One word shared with the thread: 1 while it has a request. */
  readonly #busy = new Int32Array(new SharedArrayBuffer(4));

  private constructor() {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: this.#busy });
    this.#worker = worker;
    this.#exited = new Promise((resolve) => worker.once('exit', resolve));
    // process.exit stops threads wherever they are, and one inside ONNX Runtime would take the exit status with it.
    const finishRun = () => Atomics.wait(this.#busy, 0, 1, LONGEST_RUN);
    process.on('exit', finishRun);
    worker.once('exit', () => process.off('exit', finishRun));
    worker.unref();
    worker.on('message', (reply: WorkerReply) => this.#finish(reply));
    worker.on('error', (error) => this.#stop(`failed: ${error.message}`));
    worker.on('exit', (code) => this.#stop(`ended with status ${code}`));
  }

  /** Starts the thread; onnxruntime-node itself is loaded when the first model is opened. */
  static async start(): Promise<Runtime> {
    return new Runtime();
  }

  /**
   * Loads a model. A path is lighter on memory than bytes, and external weights beside it are found.
   * @throws Error when onnxruntime-node cannot be loaded, or does not accept the model.
   */
  async open(model: Uint8Array | string, options: SessionOptions = {}): Promise<Session> {
    const name = options.name ?? (typeof model === 'string' ? basename(model) : 'model');
    const session = this.nextNumber();
    const source = typeof model === 'string' ? model : copyBytes(model);
    const transfer = typeof source === 'string' ? [] : [source.buffer];
    const reply = await this.call(
      { kind: 'open', session, model: source, options: { ...options, name } },
      transfer,
    );
    if (reply.kind !== 'opened')
      throw new Error(`The ONNX Runtime thread answered "${reply.kind}" to "open".`);
    return new WorkerSession(this, session, name, reply.inputs, reply.outputs);
  }

  /**
   * Ends the thread and with it all its sessions. What is at work or waiting is rejected at once; a run that has
   * begun is let come to its end first, since stopping a thread inside ONNX Runtime takes the process down.
   */
  async close(): Promise<void> {
    if (!this.#stopped) {
      this.#stop('was closed');
      this.#worker.ref();
      this.#worker.postMessage({ kind: 'close' } satisfies WorkerRequest);
    }
    await this.#exited;
  }

  /** @internal A number no other session or kept set of this runtime has. */
  nextNumber(): number {
    return this.#numbers++;
  }

  /** @internal Sends a request to the thread once those before it are answered. */
  call(
    request: WorkerRequest,
    transfer: readonly ArrayBuffer[] = [],
    signal?: AbortSignal,
  ): Promise<WorkerReply> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        const place = this.#jobs.indexOf(job);
        if (place > 0) this.#jobs.splice(place, 1);
        reject(signal?.reason);
      };
      const settle = (outcome: WorkerReply | Error) => {
        signal?.removeEventListener('abort', abort);
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      const job: Job = { request, transfer, settle };
      if (this.#stopped) return settle(afterwards(request, this.#stopped));
      signal?.addEventListener('abort', abort, { once: true });
      this.#jobs.push(job);
      if (this.#jobs.length === 1) this.#send(job);
    });
  }

  #send(job: Job): void {
    this.#worker.ref();
    Atomics.store(this.#busy, 0, 1);
    this.#worker.postMessage(job.request, job.transfer);
  }

  #finish(reply: WorkerReply): void {
    const job = this.#jobs.shift();
    job?.settle(reply.kind === 'failed' ? new Error(reply.message) : reply);
    if (this.#jobs.length > 0) this.#send(this.#jobs[0]);
    else if (!this.#stopped) this.#worker.unref();
  }

  #stop(how: string): void {
    if (this.#stopped) return;
    this.#stopped = new Error(`The ONNX Runtime thread ${how}.`);
    for (const job of this.#jobs.splice(0)) job.settle(afterwards(job.request, this.#stopped));
  }
}

/** A loaded graph. */
export interface Session {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /**
   * Runs the graph once. Feeds are copied, so they may be changed as soon as this returns.
   * @throws Error when an input is missing, unknown or of the wrong shape, or ONNX Runtime fails;
   * the signal's reason when aborted.
   */
  run(feeds: Readonly<Record<string, Tensor>>, options?: RunOptions): Promise<RunResult>;
  /** Gives the session's memory back; again is harmless. */
  release(): Promise<void>;
}

class WorkerSession implements Session {
  #released = false;

  constructor(
    readonly runtime: Runtime,
    readonly number: number,
    readonly name: string,
    readonly inputs: readonly ValueInfo[],
    readonly outputs: readonly ValueInfo[],
  ) {}

  async run(feeds: Readonly<Record<string, Tensor>>, options: RunOptions = {}): Promise<RunResult> {
    if (this.#released) throw new Error(`The session of ${this.name} was already released.`);
    if (options.kept && options.kept.runtime !== this.runtime) {
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
    const sent = Object.fromEntries(
      Object.entries(feeds).map(([name, tensor]) => [name, this.#copy(name, tensor)]),
    );
    const keepAs = this.runtime.nextNumber();
    const request: WorkerRequest = {
      kind: 'run',
      session: this.number,
      name: this.name,
      feeds: sent,
      feedKept: options.kept?.number,
      fetch,
      keep,
      keepAs,
    };
    const transfer = Object.values(sent).map((tensor) => tensor.data.buffer as ArrayBuffer);
    const kept = keep.length > 0 ? new KeptTensors(this.runtime, keepAs, keep) : undefined;
    try {
      const reply = await this.runtime.call(request, transfer, options.signal);
      if (reply.kind !== 'done')
        throw new Error(`The ONNX Runtime thread answered "${reply.kind}" to "run".`);
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

  #copy(name: string, tensor: Tensor): Tensor {
    const elements = tensor.dims.reduce((product, extent) => product * extent, 1);
    const ElementArray = ELEMENT_ARRAYS[tensor.type];
    if (!(tensor.data instanceof ElementArray) || tensor.data.length !== elements) {
      throw new Error(
        `Input "${name}" of ${this.name} holds ${tensor.data.length} values as ${tensor.data.constructor.name}; ` +
          `a ${tensor.type} tensor of shape ${formatShape(tensor.dims)} needs ${elements} as ${ElementArray.name}.`,
      );
    }
    return { type: tensor.type, dims: tensor.dims, data: new ElementArray(copyBytes(tensor.data).buffer) };
  }
}

/** The bytes of an array in a buffer of their own, whatever pool or shared memory they came from. */
function copyBytes(data: ArrayBufferView): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.byteLength);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return bytes;
}

/** What a request comes to once the thread is gone: there is nothing left to release, everything else fails. */
function afterwards(request: WorkerRequest, stopped: Error): WorkerReply | Error {
  return request.kind === 'release' || request.kind === 'drop' ? { kind: 'done', outputs: {} } : stopped;
}
