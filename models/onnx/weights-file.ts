/** Tensors that stand in files beside a model. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { requireFile } from '../contained.js';
import type { ReadWeights } from './weights.js';

/** Reads from the files of a folder. */
export function weightsIn(folder: string): ReadWeights {
  return async ({ location, offset, length }) => {
    const path = join(folder, location);
    await requireFile(path);
    const file = await open(path);
    try {
      const { buffer } = await file.read(new Uint8Array(length), 0, length, offset);
      return buffer;
    } finally {
      await file.close();
    }
  };
}
