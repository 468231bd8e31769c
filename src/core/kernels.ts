/**
 * Inner loops compiled to WebAssembly: its vector instructions make them several times faster than JavaScript's, and
 * give the same numbers on every machine. Their sources are kernels/*.ts (AssemblyScript); `npm run kernels` compiles
 * them.
 */
import { type KernelFunctions, kernelsWasm } from './kernels.wasm.js';

const bytes = Uint8Array.from(atob(kernelsWasm), (character) => character.charCodeAt(0));
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));

type Value = number | boolean | ArrayBufferView;
type Values<List extends readonly unknown[]> = { [I in keyof List]: Value };
type Kernels = {
  readonly [Name in keyof KernelFunctions]: (...values: Values<Parameters<KernelFunctions[Name]>>) => void;
};

/** Arrays among their arguments are ones that `room` gave. */
export const kernels = Object.fromEntries(
  Object.entries(exports as unknown as KernelFunctions).map(
    ([name, compiled]: [string, (...values: number[]) => void]) => [
      name,
      (...values: Value[]) =>
        compiled(...values.map((value) => (typeof value === 'object' ? value.byteOffset : Number(value)))),
    ],
  ),
) as Kernels;

const { memory } = exports as { memory: WebAssembly.Memory };
const PAGE = 65536;

/** Type and length of an array that is wanted. */
export type Wanted = readonly [ArrayType, number];

type ArrayType =
  | Float64ArrayConstructor
  | Float32ArrayConstructor
  | Int32ArrayConstructor
  | Uint32ArrayConstructor;
export type Arrays<List> = {
  [K in keyof List]: List[K] extends readonly [infer Type extends ArrayType, number]
    ? InstanceType<Type>
    : never;
};

/**
 * Arrays in the kernels' memory, with whatever the last ones held. They last until the next call: write, let kernels
 * work, read, and keep none. Random numbers are drawn in this memory, too.
 */
export function room<const List extends readonly Wanted[]>(...wanted: List): Arrays<List> {
  // Vectors want to be aligned to 16 bytes; address 0 is left alone.
  const starts = [16];
  for (const [type, length] of wanted) {
    starts.push(16 * Math.ceil((starts[starts.length - 1] + length * type.BYTES_PER_ELEMENT) / 16));
  }
  const missing = starts[starts.length - 1] - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  return wanted.map(([Type, length], i) => new Type(memory.buffer, starts[i], length)) as Arrays<List>;
}
