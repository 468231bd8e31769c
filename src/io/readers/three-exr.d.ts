/** The part of three.js that is used here; its own types would be a package more. */
declare module 'three' {
  export const FloatType: number;
}

declare module 'three/examples/jsm/loaders/EXRLoader.js' {
  export class EXRLoader {
    setDataType(type: number): this;
    parse(bytes: ArrayBuffer): {
      readonly width: number;
      readonly height: number;
      readonly data: Float32Array;
      readonly header: {
        readonly channels: readonly { readonly name: string }[];
        readonly compression: string;
      };
    };
  }
}
