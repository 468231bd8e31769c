/** What page and worker tell each other. Images are values [3, H, W]. */

export interface Task {
  readonly file: Blob;
  /** Pixels a side of the middle part that is restored; 0 for all. */
  readonly part: number;
  /** As the command line takes them. */
  readonly problem: string;
  readonly noise: string;
  readonly samples: number;
  /** The addresses of the prior, and of the folder of onnxruntime-web. */
  readonly prior: string;
  readonly wasm: string;
}

export interface Result {
  readonly given: Blob;
  readonly estimate: Blob;
  readonly deviation?: Blob;
  /** The standard deviation that is shown white, in grey levels of 255. */
  readonly white: number;
  readonly samples: readonly Blob[];
  readonly device: string;
  readonly seconds: number;
}

export type Message =
  | { readonly kind: 'doing'; readonly what: string }
  | { readonly kind: 'progress'; readonly fraction: number }
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly message: string };
