/** Priors in a browser, by the address of their card. */
import { requireText } from '../../src/core/arguments.js';
import { UsageError } from '../../src/core/errors.js';
import type { Card } from '../card.js';
import { parseCard } from '../card-file.js';
import { requireAgreement } from '../device-check.js';
import { closeOn, type Device } from '../onnx/runtime.js';
import { openPrior } from '../open.js';
import type { Prior } from '../prior.js';
import { differentiateInMemory } from './differentiate.js';
import { readAddress, webFiles } from './files.js';
import { WebRuntime } from './runtime.js';

/** How a prior is loaded and run in a browser. */
export interface WebLoadOptions {
  /**
   * What the network runs on. `auto` (default) is WebGPU where there is an adapter whose results agree with the CPU's,
   * and the CPU elsewhere.
   */
  readonly device?: 'auto' | 'cpu' | 'webgpu';
  /** Threads of the CPU; more than one only where the page is cross-origin isolated. Half the cores when absent. */
  readonly threads?: number;
  /** Runs the network on parts of this many pixels a side. */
  readonly tile?: number;
  /** The address of the folder of onnxruntime-web's .wasm and .mjs files; beside its script when absent. */
  readonly wasm?: string;
  /** Aborting ends the loading; a prior that is loaded does not hear it. */
  readonly signal?: AbortSignal;
}

/** A prior, and what it runs on. */
export type WebPrior = Prior & { readonly device: Device };

/**
 * Loads a prior by the address of its card, or of the folder that holds its card.json. Its files lie beside the card;
 * each is checked against the hash that the card gives, and remembered by the browser.
 * @throws Error where a file is not there or not the one of the card; UsageError where WebGPU is asked for and there is
 * none.
 * @example
 * ```ts
 * import { loadPrior } from 'retrodict/browser';
 *
 * const prior = await loadPrior('https://example.org/priors/photo-small', { device: 'cpu' });
 * console.log(prior.name, 'on', prior.device);
 * await prior.close();
 * ```
 */
export async function loadPrior(address: string | URL, options: WebLoadOptions = {}): Promise<WebPrior> {
  const { signal, device = 'auto' } = options;
  const place = cardAddress(String(address));
  const card = parseCard(new TextDecoder().decode(await readAddress(place, signal)), place);
  if (device !== 'auto') return open(card, place, device, options);
  if (!(await hasAdapter())) return open(card, place, 'cpu', options);
  try {
    return await open(card, place, 'webgpu', options);
  } catch (error) {
    signal?.throwIfAborted();
    console.warn(`WebGPU is not used: ${(error as Error).message}`);
    return open(card, place, 'cpu', options);
  }
}

async function open(card: Card, place: string, device: Device, options: WebLoadOptions): Promise<WebPrior> {
  const { signal, threads, wasm, tile } = options;
  requireDevice(device);
  const webgpu = device === 'webgpu';
  if (webgpu && !(await hasAdapter())) {
    throw new UsageError('device webgpu: this browser has no WebGPU adapter; device cpu runs everywhere');
  }
  const start = async () => WebRuntime.start({ webgpu: await hasAdapter(), threads, wasm });
  const runtime = await start();
  const forget = closeOn(runtime, signal);
  try {
    const files = webFiles(place, card, signal);
    const common = { session: { device }, differentiate: differentiateInMemory };
    const prior = await openPrior(card, files, { ...common, runtime }, tile);
    if (webgpu) {
      const cpu = await openPrior(card, files, { ...common, runtime: await start(), session: {} });
      await requireAgreement(prior, cpu, device).finally(() => cpu.close());
    }
    return Object.assign(prior, { device });
  } catch (error) {
    await runtime.close();
    throw error;
  } finally {
    forget();
  }
}

function requireDevice(device: string): void {
  if (device === 'cpu' || device === 'webgpu') return;
  throw new UsageError(`device "${device}" is not known here; expected auto, cpu or webgpu`);
}

function cardAddress(address: string): string {
  requireText(address, 'the address of a card, or of the folder that it is in');
  const full = new URL(address, globalThis.location?.href);
  if (!full.pathname.endsWith('.json')) full.pathname = `${full.pathname.replace(/\/$/, '')}/card.json`;
  return full.href;
}

async function hasAdapter(): Promise<boolean> {
  return Boolean(await globalThis.navigator?.gpu?.requestAdapter().catch(() => null));
}
