/** The library within libraw-wasm, without the worker of its entry. */
declare module 'libraw-wasm/dist/libraw.js' {
  import type { Metadata, RawSensorData } from 'libraw-wasm';

  function start(options: {
    readonly wasmBinary: Uint8Array;
    print(text: string): void;
    printErr(text: string): void;
  }): Promise<{
    readonly LibRaw: new () => {
      open(bytes: Uint8Array, settings: Readonly<Record<string, unknown>>): void;
      metadata(full: boolean): Metadata;
      rawImageData(): RawSensorData;
    };
  }>;

  // biome-ignore lint/style/noDefaultExport: so the package exports it
  export { start as default };
}
