/**
 * The process in which ONNX Runtime runs; `ChildRuntime` in session.ts is its only caller and sends one request at a time.
 *
 * JavaScript on purpose: it is loaded by Node itself, which at version 20 reads no TypeScript, and this file
 * must start from the sources as well as from the build.
 *
 * @import { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node'
 * @import { SessionOptions } from './runtime.js'
 * @import { WorkerReply, WorkerRequest } from './session.js'
 * @import { ElementType, Tensor, ValueInfo } from './tensor.js'
 */
import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { detail, failure } from './failure.js';
import { put, take } from './memory-file.js';

/** The file that tensors go through, where there is one. */
const file = process.argv[2] === undefined ? undefined : Number(process.argv[2]);

// Ctrl-C and the like go to all processes of a terminal; when to end is the parent's to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

// Without a parent there is nobody to work for. A thread sees it also while a graph that never ends is run here.
new Worker(
  `const { ppid } = process;
   setInterval(() => { if (process.ppid !== ppid) process.kill(process.pid, 'SIGKILL'); }, 1000);`,
  { eval: true },
).unref();

// Where memory runs out, this process is to be ended rather than its parent, which then can say so.
try {
  writeFileSync('/proc/self/oom_score_adj', '500');
} catch {
  // Other systems have no such file.
}

/** @type {Map<number, InferenceSession>} */
const sessions = new Map();

/** @type {Map<number, Record<string, RuntimeTensor>>} */
const keptSets = new Map();

/** @type {Promise<typeof import('onnxruntime-node')> | undefined} */
let loading;

/** The end of what was asked for so far: requests are answered one after the other. */
let done = Promise.resolve();

process.on('message', (/** @type {WorkerRequest} */ request) => {
  done = done.then(() => answer(request));
});

/** @param {WorkerRequest} request */
async function answer(request) {
  /** @type {WorkerReply} */
  let reply;
  try {
    reply = await perform(request);
  } catch (error) {
    reply = { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
  process.send?.(reply);
}

/**
 * @param {WorkerRequest} request
 * @returns {Promise<WorkerReply>}
 */
async function perform(request) {
  switch (request.kind) {
    case 'load':
      await loadOnnxRuntime();
      return { kind: 'done', outputs: {} };
    case 'open':
      return open(request);
    case 'run':
      return run(request);
    case 'release': {
      const session = sessions.get(request.session);
      sessions.delete(request.session);
      await session?.release();
      return { kind: 'done', outputs: {} };
    }
    case 'drop':
      for (const tensor of Object.values(keptSets.get(request.kept) ?? {})) {
        if (tensor.location === 'gpu-buffer') tensor.dispose();
      }
      keptSets.delete(request.kept);
      return { kind: 'done', outputs: {} };
  }
}

/**
 * @param {Extract<WorkerRequest, { kind: 'open' }>} request
 * @returns {Promise<WorkerReply>}
 */
async function open({ session: number, model, options }) {
  const ort = await loadOnnxRuntime();
  const settings = sessionSettings(options);
  try {
    const session = await (typeof model === 'string'
      ? ort.InferenceSession.create(model, settings)
      : ort.InferenceSession.create(model, settings));
    sessions.set(number, session);
    return {
      kind: 'opened',
      inputs: session.inputMetadata.map(valueInfo),
      outputs: session.outputMetadata.map(valueInfo),
    };
  } catch (error) {
    throw new Error(`ONNX Runtime does not accept ${options.name}: ${detail(error)}`);
  }
}

/**
 * @param {Extract<WorkerRequest, { kind: 'run' }>} request
 * @returns {Promise<WorkerReply>}
 */
async function run({ session: number, name, feeds, feedKept, fetch, keep, keepAs }) {
  const ort = await loadOnnxRuntime();
  const session = sessions.get(number);
  if (!session) throw new Error(`The session of ${name} was already released.`);
  const kept = feedKept === undefined ? {} : keptSets.get(feedKept);
  if (!kept)
    throw new Error(
      `The tensors kept for ${name} were already released, or lost when another run was stopped.`,
    );
  /** @type {Record<string, RuntimeTensor>} */
  const inputs = {};
  const taken = take(file, feeds);
  for (const input of session.inputNames) {
    const fed = taken[input];
    if (fed) inputs[input] = new ort.Tensor(fed.type, fed.data, fed.dims);
    else if (kept[input]) inputs[input] = kept[input];
    else throw new Error(`${name} needs an input "${input}", which was not given.`);
  }
  /** @type {Record<string, RuntimeTensor>} */
  let results;
  try {
    results = /** @type {Record<string, RuntimeTensor>} */ (
      await session.run(inputs, [...new Set([...fetch, ...keep])])
    );
  } catch (error) {
    throw new Error(failure(name, error));
  }
  if (keep.length > 0)
    keptSets.set(keepAs, Object.fromEntries(keep.map((output) => [output, results[output]])));
  /** @type {Record<string, Tensor>} */
  const outputs = {};
  for (const output of fetch) {
    const { type, dims, data } = /** @type {Tensor} */ (results[output]);
    outputs[output] = { type, dims, data };
  }
  return { kind: 'done', outputs: put(file, outputs) };
}

function loadOnnxRuntime() {
  loading ??= import('onnxruntime-node').then(
    (ort) => {
      ort.env.logLevel = 'error';
      return ort;
    },
    (error) => {
      throw new Error(
        `onnxruntime-node cannot be loaded on ${process.platform}-${process.arch}: ${detail(error)} ` +
          `It comes with binaries for linux and win32 (x64, arm64) and darwin (arm64).`,
      );
    },
  );
  return loading;
}

/**
 * ONNX Runtime refuses options that are present but undefined, so only those given are set.
 * @param {SessionOptions} options
 * @returns {InferenceSession.SessionOptions}
 */
function sessionSettings(options) {
  /** @type {Record<string, string>} */
  const session = {};
  if (options.externalDataFolder !== undefined) {
    session.model_external_initializers_file_folder_path = options.externalDataFolder;
  }
  return {
    executionProviders: [
      // An empty list is refused.
      options.device === 'webgpu' && options.onCpu?.length
        ? { name: 'webgpu', forceCpuNodeNames: options.onCpu }
        : (options.device ?? 'cpu'),
    ],
    graphOptimizationLevel: options.optimisation ?? 'all',
    logSeverityLevel: 3,
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
    ...(options.optimisedModelPath === undefined
      ? {}
      : { optimizedModelFilePath: options.optimisedModelPath }),
    ...(Object.keys(session).length === 0 ? {} : { extra: { session } }),
    // Otherwise what a pullback needs would travel to the CPU and back.
    ...(options.device === 'webgpu' && options.keep
      ? { preferredOutputLocation: Object.fromEntries(options.keep.map((name) => [name, 'gpu-buffer'])) }
      : {}),
  };
}

/**
 * @param {InferenceSession.ValueMetadata} value
 * @returns {ValueInfo}
 */
function valueInfo(value) {
  if (!value.isTensor) throw new Error(`its value "${value.name}" is no tensor.`);
  return { name: value.name, type: /** @type {ElementType} */ (value.type), dims: value.shape };
}
