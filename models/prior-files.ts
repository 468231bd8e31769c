/** The files of a prior, wherever they are: what opens a prior reads them through this. */
import type { FileCard } from './card.js';
import type { ModelSource } from './onnx/differentiate.js';

/** A graph in a file, as cards describe it. */
export interface GraphFiles {
  readonly model: FileCard;
  readonly externalData: readonly FileCard[];
}

/** Paths are those of a card, relative to it. */
export interface PriorFiles {
  /** What messages call all of them: a folder, or an address. */
  readonly name: string;
  /** What messages call a file. */
  called(path: string): string;
  /** The whole of a file. @throws Error naming it where it cannot be read. */
  read(path: string): Promise<Uint8Array>;
  /**
   * A graph to be opened and differentiated; float32 in and out where it is of half precision.
   * @throws Error where it reads weights from a file that is not listed, so that a change of them would go unnoticed.
   */
  graph(files: GraphFiles): Promise<ModelSource>;
}
