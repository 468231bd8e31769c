/**
 * Reading .onnx files without their weights: a model may be larger than memory has room for, and its weights are only
 * of use to ONNX Runtime, which finds them by their place in the file.
 */
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { requireFile } from '../contained.js';
import {
  TensorProto_DataLocation as DataLocation,
  GraphProtoSchema,
  ModelProtoSchema,
  TensorProtoSchema,
} from './proto/onnx_pb.js';
import { SMALL } from './weights.js';

/** Fields of the messages of onnx.proto that are looked into. */
const GRAPH = ModelProtoSchema.field.graph.number;
const INITIALIZER = GraphProtoSchema.field.initializer.number;
const RAW_DATA = TensorProtoSchema.field.rawData.number;

/** Wire types of protobuf. */
const [VARINT, FIXED64, LENGTH, FIXED32] = [0, 1, 2, 5];

/**
 * The model in a file, with every initializer of 1 KB and more pointing into that file (as external data) instead of
 * standing in the model. To be opened with the file's folder as `externalDataFolder`.
 * @throws Error where the file cannot be read or is no protobuf message.
 */
export async function readOutline(path: string): Promise<Uint8Array> {
  // ONNX Runtime follows no link out of the folder.
  const location = basename(await realpath(path));
  await requireFile(path);
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const source = new Source(file, path, size);
    const model = await rewritten(source, 0, size, GRAPH, (start, end) =>
      rewritten(source, start, end, INITIALIZER, (from, to) => tensor(source, from, to, location)),
    );
    return Buffer.concat(model);
  } finally {
    await file.close();
  }
}

/** The message at [start, end) with the content of every field `number` changed. */
async function rewritten(
  source: Source,
  start: number,
  end: number,
  number: number,
  change: (start: number, end: number) => Promise<Uint8Array[]>,
): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const field of source.fields(start, end)) {
    if (field.number !== number || field.wire !== LENGTH) {
      pieces.push(await source.read(field.start, field.end));
      continue;
    }
    const content = await change(field.content, field.end);
    const length = content.reduce((sum, piece) => sum + piece.length, 0);
    pieces.push(varint(number * 8 + LENGTH), varint(length));
    for (const piece of content) pieces.push(piece);
  }
  return pieces;
}

/** A TensorProto whose raw data, where it is not small, is given by its place in the file. */
async function tensor(source: Source, start: number, end: number, location: string): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const { number, start: from, content, end: to } of source.fields(start, end)) {
    if (number !== RAW_DATA || to - content < SMALL) {
      pieces.push(await source.read(from, to));
      continue;
    }
    const externalData = Object.entries({ location, offset: content, length: to - content }).map(
      ([key, value]) => ({ key, value: String(value) }),
    );
    const reference = create(TensorProtoSchema, { dataLocation: DataLocation.EXTERNAL, externalData });
    pieces.push(toBinary(TensorProtoSchema, reference));
  }
  return pieces;
}

interface Field {
  readonly number: number;
  readonly wire: number;
  readonly start: number;
  /** Where the value begins, after its length. */
  readonly content: number;
  readonly end: number;
}

/** A file of which small parts are read. */
class Source {
  #window = new Uint8Array();
  #windowStart = 0;

  constructor(
    readonly file: FileHandle,
    readonly path: string,
    readonly size: number,
  ) {}

  /** The fields of the message at [start, end), in order. */
  async *fields(start: number, end: number): AsyncGenerator<Field> {
    for (let at = start; at < end; ) {
      const tag = await this.#varint(at);
      const [number, wire] = [Math.floor(tag.value / 8), tag.value % 8];
      let [content, stop] = [tag.end, tag.end];
      if (wire === LENGTH) {
        const length = await this.#varint(tag.end);
        content = length.end;
        stop = content + length.value;
      } else if (wire === VARINT) stop = (await this.#varint(tag.end)).end;
      else if (wire === FIXED64) stop += 8;
      else if (wire === FIXED32) stop += 4;
      else this.#fail();
      if (number === 0 || stop > end) this.#fail();
      yield { number, wire, start: at, content, end: stop };
      at = stop;
    }
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    if (start < this.#windowStart || end > this.#windowStart + this.#window.length) {
      const length = Math.min(Math.max(end - start, 1 << 16), this.size - start);
      const { bytesRead, buffer } = await this.file.read(new Uint8Array(length), 0, length, start);
      if (start + bytesRead < end) this.#fail();
      [this.#window, this.#windowStart] = [buffer.subarray(0, bytesRead), start];
    }
    return this.#window.slice(start - this.#windowStart, end - this.#windowStart);
  }

  async #varint(at: number): Promise<{ value: number; end: number }> {
    const bytes = await this.read(at, Math.min(at + 10, this.size));
    let value = 0;
    for (let i = 0; i < bytes.length; i++) {
      value += (bytes[i] & 0x7f) * 2 ** (7 * i);
      if (bytes[i] < 0x80) return { value, end: at + i + 1 };
    }
    return this.#fail();
  }

  #fail(): never {
    throw new Error(`${this.path} is no ONNX model, or was cut off.`);
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.of(...bytes, rest);
}
