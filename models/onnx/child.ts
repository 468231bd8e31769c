/**
 * The process that ONNX Runtime runs in (worker.js), as the process that started it sees it.
 *
 * It is a process and no thread, because only a process can be stopped inside a graph that never ends, and only a
 * process leaves this one alive when memory runs out. It inherits no flags of Node, sends nothing anywhere, and what
 * ONNX Runtime itself writes on the terminal is not shown: errors are told in our words.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { closeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openMemoryFile, put, take } from './memory-file.js';
import type { WorkerReply, WorkerRequest } from './session.js';

const STDIO = ['ignore', 'ignore', 'ignore', 'ipc'] as const;

/** None outlives this process, also where it ends in the middle of a run. */
const living = new Set<ChildProcess>();

function endAll(): void {
  for (const child of living) child.kill('SIGKILL');
}

export class Child {
  readonly #process: ChildProcess;
  /** What tensors go through, in both directions: there is one request at a time. */
  readonly #file = openMemoryFile();
  readonly #exited: Promise<void>;

  /** @param onEnd is told how it ended, unless it was stopped by `kill`. */
  constructor(onReply: (reply: WorkerReply) => void, onEnd: (how: string) => void) {
    const file = this.#file;
    const shared = file === undefined ? [] : [file];
    const where = shared.map(() => `${STDIO.length}`);
    const child = fork(fileURLToPath(new URL('./worker.js', import.meta.url)), where, {
      execArgv: [],
      env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
      serialization: 'advanced',
      stdio: [...STDIO, ...shared],
    });
    this.#process = child;
    if (living.size === 0) process.on('exit', endAll);
    living.add(child);
    child.on('message', (message) => {
      const reply = message as WorkerReply;
      onReply(reply.kind === 'done' ? { ...reply, outputs: take(file, reply.outputs) } : reply);
    });
    this.#exited = new Promise((resolve) => {
      const end = (how: string) => {
        if (!living.delete(child)) return;
        if (file !== undefined) closeSync(file);
        if (living.size === 0) process.off('exit', endAll);
        resolve();
        onEnd(how);
      };
      child.once('error', (error) => end(`could not be started: ${error.message}`));
      child.once('exit', (status, signal) =>
        end(signal === 'SIGKILL' ? OUT_OF_MEMORY : `ended by itself (${signal ?? `status ${status}`})`),
      );
    });
    this.unref();
  }

  send(request: WorkerRequest): void {
    const passed = request.kind === 'run' ? { ...request, feeds: put(this.#file, request.feeds) } : request;
    // Where it cannot be sent, the process has ended, which is told by its own event.
    this.#process.send(passed, () => {});
  }

  /** Keeps this process alive for as long as there is an answer to wait for. */
  ref(): void {
    this.#process.ref();
    this.#process.channel?.ref?.(); // Bun's channel cannot, and need not
  }

  unref(): void {
    this.#process.unref();
    this.#process.channel?.unref?.();
  }

  /** Stops it wherever it is. */
  async kill(): Promise<void> {
    this.#process.ref();
    this.#process.kill('SIGKILL');
    await this.#exited;
  }
}

const OUT_OF_MEMORY =
  'was killed by the system, most likely for want of memory: smaller tiles or images take less';
