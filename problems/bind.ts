/** A problem spec and a size make a problem. */
import { requireSpec } from '../src/core/arguments.js';
import { type FloatArray, formatShape, type Shape, sameShape } from '../src/core/array.js';
import { UsageError } from '../src/core/errors.js';
import { requireFinite } from '../src/core/finite.js';
import type { JpegCoding } from '../src/core/jpeg-coding.js';
import { compose } from './algebra/compose.js';
import type { LoadedOperator } from './family.js';
import { framed } from './frame.js';
import type { ForwardOperator } from './operator.js';
import { familyOf, optionsOf } from './options.js';
import { type Problem, type ProblemSpec, problemOf } from './problem.js';
import { luminance } from './restoration/colorize.js';
import { parseNoise, parseProblem } from './spec.js';
import { noiseFamilies, operatorFamilies } from './tables.js';

/** What fixes the sizes: the image to be measured, or the measurement at hand. */
export type KnownSize = { readonly imageShape: Shape } | { readonly measurementShape: Shape };

/** What binding needs beside the sizes. */
export interface BindContext {
  /** Channels of the prior's images. A grey measurement with a prior of 3 is one of a colour image's luminance. */
  readonly channels?: number;
  /** Where it is at hand: the last operator may take options from it that are not set. */
  readonly measurement?: FloatArray;
  /** Where the measurement was read from a JPEG file: how that holds it, or in a few words why this is not said. */
  readonly coding?: JpegCoding | string;
  /** What the file options hold, by `<term index>.<option>`, such as `0.kernel`. */
  readonly files?: Readonly<Record<string, FloatArray>>;
  /** Operators that come from files, by the index of their term. */
  readonly loaded?: Readonly<Record<number, LoadedOperator>>;
}

/**
 * Makes a problem of a description: operators and noise for images, or measurements, of one size.
 * @param spec with a noise.
 * @throws UsageError in one sentence when names, options or sizes do not fit.
 * @example
 * ```ts
 * import { bind, problem } from 'retrodict';
 *
 * const bound = bind(problem('downsample:factor=2', 'gaussian:sigma=1/255'), { imageShape: [3, 64, 64] });
 * console.log(bound.measurementShape);
 * ```
 */
export function bind(spec: ProblemSpec, size: KnownSize, given: BindContext = {}): Problem {
  const checked = withEstimates(checkSpec(spec), given.measurement, given.coding);
  const found = findFiles(checked, given);
  const context = found ? { ...given, files: { ...given.files, ...found.files } } : given;
  if (checked.noise === undefined) throw new UsageError('the problem has no noise');
  const families = checked.operators.map<LoadedOperator>(
    (term, i) => context.loaded?.[i] ?? familyOf('problem', operatorFamilies, term),
  );
  // Shape i is what term i takes; from the measurement back, where that is what is known.
  const shapes: Shape[] = [];
  if ('measurementShape' in size) {
    shapes[families.length] = size.measurementShape;
    for (let i = families.length - 1; i >= 0; i--) {
      const { options } = checked.operators[i];
      shapes[i] = families[i].imageShape(shapes[i + 1], options, filesOf(i, context));
    }
  }
  const measured = 'imageShape' in size ? size.imageShape : shapes[0];
  if (context.channels !== undefined && measured.length !== 3) {
    const expected = `expected ${context.channels}×height×width, as the prior's are`;
    throw new UsageError(`the measurement is of images of shape ${formatShape(measured)}, ${expected}`);
  }
  const grey = measured[0] === 1 && context.channels === 3;
  if (!grey && context.channels !== undefined && measured[0] !== context.channels) {
    throw new UsageError(
      `the measurement is of images with ${measured[0]} channels, but the prior's have ${context.channels}`,
    );
  }
  const chain: ForwardOperator[] = [];
  if (grey) chain.push(luminance(measured[1], measured[2]));
  let shape = measured;
  for (const [i, family] of families.entries()) {
    const { options } = checked.operators[i];
    const operator = family.create(shape, options, filesOf(i, context), shapes[i + 1]);
    chain.push(operator);
    shape = operator.outputShape;
  }
  if ('measurementShape' in size && !sameShape(shape, size.measurementShape)) {
    throw new UsageError(
      `images of shape ${formatShape(measured)} have measurements of shape ${formatShape(shape)}, ` +
        `but the measurement is ${formatShape(size.measurementShape)}`,
    );
  }
  const shown = framed(measured, chain);
  const operator = compose(chain);
  const noise = familyOf('noise', noiseFamilies, checked.noise).create(checked.noise.options);
  return {
    ...problemOf(operator, noise, checked.operators.at(-1)!.name),
    spec: checked,
    found: found && {
      ...found.told,
      options: checked.operators.at(-1)!.options,
      again: (clean) => bind(spec, size, { ...given, measurement: clean }),
    },
    report: (x) => shown(grey ? (chain[0].apply(x) as FloatArray) : x),
  };
}

/** The same spec with the options of its last operator that the measurement tells; without one, a simulation's. */
export function withEstimates(
  spec: ProblemSpec,
  measurement?: FloatArray,
  coding?: BindContext['coding'],
): ProblemSpec {
  const last = spec.operators.at(-1);
  const family = last && Object.hasOwn(operatorFamilies, last.name) ? operatorFamilies[last.name] : undefined;
  if (last === undefined || family?.estimate === undefined) return spec;
  const options = family.estimate(measurement, last.options, coding);
  return { ...spec, operators: [...spec.operators.slice(0, -1), { ...last, options }] };
}

/** What the measurement tells of the files that the last operator is not given; `files` as a context has them. */
function findFiles({ operators }: ProblemSpec, { measurement }: BindContext) {
  const last = operators.at(-1);
  if (last === undefined || measurement === undefined) return undefined;
  const told = familyOf('problem', operatorFamilies, last).find?.(measurement, last.options);
  if (told === undefined) return undefined;
  const entries = Object.entries(told.files);
  const files = entries.map(([option, file]) => [`${operators.length - 1}.${option}`, file] as const);
  return { told, files: Object.fromEntries(files) };
}

/** The same spec with every option's effective value. @throws UsageError */
export function checkSpec(spec: ProblemSpec): ProblemSpec {
  requireSpec(spec);
  const terms = spec.operators.map((term) => ({
    name: term.name,
    options: optionsOf(familyOf('problem', operatorFamilies, term), term),
  }));
  if (terms.length === 0) throw new UsageError('a problem needs at least one operator');
  const { noise } = spec;
  if (noise === undefined) return { operators: terms };
  const options = optionsOf(familyOf('noise', noiseFamilies, noise), noise);
  return { operators: terms, noise: { name: noise.name, options } };
}

/** In one sentence each: what a problem takes otherwise than its files have it. */
export function notesOf(spec: ProblemSpec, context: BindContext): readonly string[] {
  return checkSpec(spec).operators.flatMap((term, i) => {
    const family = familyOf('problem', operatorFamilies, term);
    return family.notes?.(term.options, filesOf(i, context)) ?? [];
  });
}

/** Of one term, by option. */
function filesOf(term: number, { files = {} }: BindContext): Record<string, FloatArray> {
  const prefix = `${term}.`;
  const own = Object.entries(files).filter(([name]) => name.startsWith(prefix));
  for (const [name, file] of own) requireFinite(file, `option ${name.slice(prefix.length)}`);
  return Object.fromEntries(own.map(([name, file]) => [name.slice(prefix.length), file]));
}

/**
 * Describes a problem as the command line does.
 * @param operators such as `gaussian-blur:sigma=1.6` or `downsample:factor=2+inpaint:fraction=0.5`, in the order light
 * meets them.
 * @param noise such as `gaussian:sigma=2/255`; σ in [0, 1] image units.
 * @throws UsageError in one sentence where names or options are not known or out of range.
 * @example
 * ```ts
 * import { problem } from 'retrodict';
 *
 * console.log(problem('gaussian-blur:sigma=1.6+downsample:factor=2', 'gaussian:sigma=2/255').operators.length);
 * ```
 */
export function problem(operators: string, noise: string): ProblemSpec {
  for (const text of [operators, noise]) {
    if (typeof text === 'string') continue;
    throw new UsageError(
      `problem takes texts, such as 'denoise' and 'gaussian:sigma=10/255', found ${JSON.stringify(text) ?? 'nothing'}`,
    );
  }
  return checkSpec({ ...parseProblem(operators), noise: parseNoise(noise) });
}
