/** Which devices a network can run on here. */
import { loadPrior } from '../models/load.js';
import { type Device, devices } from '../models/onnx/runtime.js';

/** A device, whether it works here, and what there is to say of it. */
export interface DeviceEntry {
  readonly name: Device;
  readonly works: boolean;
  /** One sentence: what it lacks, where it does not work. */
  readonly summary: string;
}

/** The smallest of the shipped priors. */
const TRIED = 'photo-small';

/**
 * Tries each device with a small prior, and compares it with the CPU: all at the same time.
 * @param onFound is told of each as soon as it is known.
 * @example
 * ```ts
 * import { listDevices } from 'retrodict';
 *
 * for (const { name, works, summary } of await listDevices()) console.log(name, works, summary);
 * ```
 */
export async function listDevices(onFound: (entry: DeviceEntry) => void = () => {}): Promise<DeviceEntry[]> {
  return Promise.all(
    devices.map(async (name) => {
      const entry = await tried(name);
      onFound(entry);
      return entry;
    }),
  );
}

async function tried(name: Device): Promise<DeviceEntry> {
  try {
    const prior = await loadPrior(TRIED, { device: name });
    await prior.close();
  } catch (error) {
    return { name, works: false, summary: (error as Error).message };
  }
  const summary =
    name === 'cpu' ? 'works, and is what is used unless told' : 'works, and agrees with the CPU';
  return { name, works: true, summary };
}
