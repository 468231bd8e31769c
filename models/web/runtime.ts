/**
 * ONNX graphs in a browser, by onnxruntime-web: its WebAssembly for the CPU, and WebGPU where a session asks for it.
 *
 * A run on the CPU holds the thread that it is called from. A page that is to stay alive loads this in a worker.
 */
import type * as Ort from 'onnxruntime-web';
import { detail, failure } from '../onnx/failure.js';
import type {
  KeptTensors,
  RunOptions,
  RunResult,
  Runtime,
  Session,
  SessionOptions,
} from '../onnx/runtime.js';
import { ELEMENT_ARRAYS, type ElementType, type Tensor, type ValueInfo } from '../onnx/tensor.js';

/** How onnxruntime-web is loaded; it is loaded once, and the first options hold. */
export interface WebOptions {
  /** Loads the build that can use WebGPU, which is twice as large. */
  readonly webgpu?: boolean;
  /** The address of the folder with the .wasm and .mjs files of onnxruntime-web; beside its script when absent. */
  readonly wasm?: string;
  /** Threads of the CPU; more than one only where the page is cross-origin isolated. */
  readonly threads?: number;
}

type Module = typeof Ort;

/** onnxruntime-web in this page or worker. */
export class WebRuntime implements Runtime {
  readonly workers = 1;
  readonly #sessions = new Set<WebSession>();
  /** The end of what was asked for so far: ONNX Runtime does one thing at a time. */
  #last: Promise<unknown> = Promise.resolve();
  #closed?: Error;

  private constructor(readonly ort: Module) {}

  /** @throws Error where onnxruntime-web, or its WebAssembly, cannot be loaded. */
  static async start(options: WebOptions = {}): Promise<WebRuntime> {
    const runtime = new WebRuntime(await loadOrt(options));
    await runtime.#requireWasm(options);
    return runtime;
  }

  async open(model: Uint8Array | string, options: SessionOptions = {}): Promise<Session> {
    const name = options.name ?? 'model';
    if (typeof model === 'string') throw new Error(`${name} is given as a path; a browser takes bytes only.`);
    const session = await this.enqueue(async () => {
      try {
        return await this.ort.InferenceSession.create(model, settings(options));
      } catch (error) {
        throw new Error(`ONNX Runtime does not accept ${name}: ${detail(error)}`);
      }
    });
    const opened = new WebSession(this, session, name);
    this.#sessions.add(opened);
    return opened;
  }

  async close(reason = new Error('The runtime was closed.')): Promise<void> {
    this.#closed ??= reason;
    const sessions = [...this.#sessions];
    this.#sessions.clear();
    await this.#last;
    for (const { session } of sessions) await session.release();
  }

  /** @internal Does what is asked once all before it is done; rejects at once where it is aborted or closed. */
  enqueue<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#closed) return Promise.reject(this.#closed);
    const done = this.#last.then(() => {
      if (this.#closed) throw this.#closed;
      signal?.throwIfAborted();
      return task();
    });
    this.#last = done.catch(() => {});
    return signal ? untilAborted(done, signal) : done;
  }

  /** @internal */
  async forget(session: WebSession): Promise<void> {
    if (!this.#sessions.delete(session)) return;
    await this.enqueue(() => session.session.release());
  }

  /** Loads the WebAssembly by an empty graph, so that its lack is told as such. */
  async #requireWasm({ wasm }: WebOptions): Promise<void> {
    try {
      await this.ort.InferenceSession.create(new Uint8Array(), { executionProviders: ['wasm'] });
    } catch (error) {
      const message = detail(error);
      if (!/no available backend|initWasm|failed to (?:fetch|asynchronously)|import/i.test(message)) return;
      const place = wasm === undefined ? 'beside its script' : `at ${wasm}`;
      throw new Error(`The .wasm and .mjs files of onnxruntime-web are not found ${place}: ${message}`);
    }
  }
}

let loaded: Promise<Module> | undefined;

function loadOrt({ webgpu, wasm, threads }: WebOptions): Promise<Module> {
  loaded ??= (webgpu ? import('onnxruntime-web/webgpu') : import('onnxruntime-web/wasm')).then((ort) => {
    ort.env.logLevel = 'error';
    if (wasm !== undefined) ort.env.wasm.wasmPaths = wasm.endsWith('/') ? wasm : `${wasm}/`;
    if (threads !== undefined) ort.env.wasm.numThreads = threads;
    return ort;
  });
  return loaded;
}

function settings({
  optimisation,
  device,
  keep,
  onCpu = [],
}: SessionOptions): Ort.InferenceSession.SessionOptions {
  const gpu = device === 'webgpu';
  const webgpu = { name: 'webgpu', ...(onCpu.length > 0 && { forceCpuNodeNames: onCpu }) };
  return {
    executionProviders: [gpu ? webgpu : 'wasm'],
    graphOptimizationLevel: optimisation ?? 'all',
    logSeverityLevel: 3,
    // Otherwise what a pullback needs would travel to the CPU and back.
    ...(gpu &&
      keep && { preferredOutputLocation: Object.fromEntries(keep.map((name) => [name, 'gpu-buffer'])) }),
  };
}

class WebTensors implements KeptTensors {
  #released = false;

  constructor(
    readonly runtime: WebRuntime,
    readonly tensors: Readonly<Record<string, Ort.Tensor>>,
  ) {}

  get names(): readonly string[] {
    return Object.keys(this.tensors);
  }

  get released(): boolean {
    return this.#released;
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    for (const tensor of Object.values(this.tensors)) tensor.dispose();
  }
}

class WebSession implements Session {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  #released = false;

  constructor(
    readonly runtime: WebRuntime,
    readonly session: Ort.InferenceSession,
    readonly name: string,
  ) {
    this.inputs = session.inputMetadata.map(valueInfo);
    this.outputs = session.outputMetadata.map(valueInfo);
  }

  async run(feeds: Readonly<Record<string, Tensor>>, options: RunOptions = {}): Promise<RunResult> {
    if (this.#released) throw new Error(`The session of ${this.name} was already released.`);
    const { keep = [], signal } = options;
    const fetch =
      options.fetch ?? this.outputs.map(({ name }) => name).filter((name) => !keep.includes(name));
    const inputs = this.#inputs(feeds, options.kept);
    const results = await this.runtime.enqueue(async () => {
      try {
        return (await this.session.run(inputs, [...new Set([...fetch, ...keep])])) as Record<
          string,
          Ort.Tensor
        >;
      } catch (error) {
        throw new Error(failure(this.name, error));
      }
    }, signal);
    const kept = Object.fromEntries(keep.map((name) => [name, results[name]]));
    const outputs: Record<string, Tensor> = {};
    for (const name of fetch) outputs[name] = await fetched(results[name]);
    return { outputs, ...(keep.length > 0 && { kept: new WebTensors(this.runtime, kept) }) };
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    await this.runtime.forget(this);
  }

  #inputs(feeds: Readonly<Record<string, Tensor>>, kept?: KeptTensors): Record<string, Ort.Tensor> {
    if (kept && !(kept instanceof WebTensors && kept.runtime === this.runtime)) {
      throw new Error(`Tensors kept in one runtime cannot feed ${this.name}, which is in another.`);
    }
    if (kept?.released) throw new Error(`The tensors kept for ${this.name} were already released.`);
    const inputs: Record<string, Ort.Tensor> = { ...(kept as WebTensors | undefined)?.tensors };
    for (const [name, { type, data, dims }] of Object.entries(feeds)) {
      if (!(data instanceof ELEMENT_ARRAYS[type])) {
        throw new Error(`Input "${name}" of ${this.name} is no ${ELEMENT_ARRAYS[type].name} of ${type}.`);
      }
      // A copy, so that feeds may be changed as soon as this returns.
      inputs[name] = new this.runtime.ort.Tensor(type, data.slice(), dims);
    }
    return inputs;
  }
}

async function fetched(tensor: Ort.Tensor): Promise<Tensor> {
  const { type, dims } = tensor;
  return { type: type as ElementType, dims, data: (await tensor.getData()) as Tensor['data'] };
}

function valueInfo(value: Ort.InferenceSession.ValueMetadata): ValueInfo {
  if (!value.isTensor) throw new Error(`The value "${value.name}" of a graph is no tensor.`);
  return { name: value.name, type: value.type as ElementType, dims: value.shape };
}

/** The run itself goes on, and what it gives is dropped. */
function untilAborted<T>(done: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    done.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
