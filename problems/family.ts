/** How a family of operators or noises declares itself: one declaration makes validation, help and reference pages. */
import type { z } from 'zod';
import type { FloatArray, Shape } from '../src/core/array.js';
import type { JpegCoding } from '../src/core/jpeg-coding.js';
import type { NoiseModel } from './noise.js';
import type { ForwardOperator } from './operator.js';

/** Files that are operators themselves. */
export type OperatorRole = 'module' | 'onnx' | 'tensorflow';

/** What an option of type file is read as, before the problem is bound. */
export type FileRole = 'mask' | 'kernel' | 'plane' | 'array' | OperatorRole;

/** Options as a schema makes them of what was set: every default is there. A file option holds its path. */
export type Options = Readonly<Record<string, unknown>>;

/** What a measurement tells of its own operator. */
export interface Found {
  /** By option. */
  readonly files: Readonly<Record<string, FloatArray>>;
  /** What a person should look at: a word for programs and a sentence. */
  readonly doubt?: { readonly code: string; readonly message: string };
}

/** How a kind of operator declares itself: its name, its options, and how one is made for a size. */
export interface OperatorFamily<S extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  /** One line for `list`. */
  readonly summary: string;
  /** Every option has a default where it can, a `.describe()` with its unit, and its range. */
  readonly options: S;
  /** Options that name files, and what each is read as. */
  readonly files?: Readonly<Record<string, FileRole>>;
  /**
   * The options, and what is not set of them as the measurement tells it, such as how dark a dark picture is; without
   * a measurement, as simulations have it.
   * @param coding of the file that the measurement comes from, see `BindContext`.
   * @throws Error in one sentence where those that are set do not fit the measurement.
   */
  estimate?(
    measurement: FloatArray | undefined,
    options: z.output<S>,
    coding?: JpegCoding | string,
  ): z.output<S>;
  /**
   * What the files of options would hold that are not set, as the measurement tells it: a map of the haze.
   * @param options with what `estimate` gave them.
   */
  find?(measurement: FloatArray, options: z.output<S>): Found | undefined;
  /** In one sentence each: what was taken otherwise than the files have it. */
  notes?(options: z.output<S>, files: Readonly<Record<string, FloatArray>>): readonly string[];
  /** The shape of the images whose measurement has this shape. @throws Error in one sentence when there is none. */
  imageShape(
    measurementShape: Shape,
    options: z.output<S>,
    files: Readonly<Record<string, FloatArray>>,
  ): Shape;
  /**
   * @param measurementShape where it is the measurement that is known, and several have an image of this shape.
   * @throws Error in one sentence when the options do not fit the shape.
   */
  create(
    imageShape: Shape,
    options: z.output<S>,
    files: Readonly<Record<string, FloatArray>>,
    measurementShape?: Shape,
  ): ForwardOperator;
}

/** An operator that a file holds: it takes the place of the family that names the file. */
export interface LoadedOperator<S extends z.ZodObject = z.ZodObject>
  extends Pick<OperatorFamily<S>, 'imageShape' | 'create'> {
  /** Gives back what it holds beside memory, such as a process; its operators can then no longer be called. */
  close?(): Promise<void>;
}

/** How a kind of noise declares itself: its name, its options, and how one is made of them. */
export interface NoiseFamily<S extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly summary: string;
  readonly options: S;
  /** The noise that the options describe. */
  create(options: z.output<S>): NoiseModel;
}
