import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aliases } from '../../problems/aliases.js';
import {
  checkSpec,
  operators,
  parseNoise,
  parseProblem,
  parseTerm,
  problemFromJson,
} from '../../problems/index.js';
import { formatProblem, formatTerm } from '../../problems/spec.js';
import { UsageError } from '../../src/core/errors.js';

describe('parseProblem', () => {
  it.each([
    ['denoise', [{ name: 'denoise', options: {} }]],
    ['inpaint:fraction=0.7,seed=3', [{ name: 'inpaint', options: { fraction: 0.7, seed: 3 } }]],
    ['inpaint:box=16:16:64:64', [{ name: 'inpaint', options: { box: [16, 16, 64, 64] } }]],
    ['inpaint:mask=m.png', [{ name: 'inpaint', options: { mask: 'm.png' } }]],
    [
      'blur:kernel=C:\\k+1.npy,normalize',
      [{ name: 'blur', options: { kernel: 'C:\\k+1.npy', normalize: true } }],
    ],
    ['blur:kernel="a,b.npy"', [{ name: 'blur', options: { kernel: 'a,b.npy' } }]],
    [
      'blur:kernel="say \\"a\\", b.npy",normalize=false',
      [{ name: 'blur', options: { kernel: 'say "a", b.npy', normalize: false } }],
    ],
    ['x:y="1"', [{ name: 'x', options: { y: '1' } }]],
    ['x:y=', [{ name: 'x', options: { y: '' } }]],
    ['x:size=255x256', [{ name: 'x', options: { size: '255x256' } }]],
    [
      'gaussian-blur:sigma=1e-1+downsample:factor=4+denoise',
      [
        { name: 'gaussian-blur', options: { sigma: 0.1 } },
        { name: 'downsample', options: { factor: 4 } },
        { name: 'denoise', options: {} },
      ],
    ],
    // A `+` in front of a digit, or of a word that does not end in `:`, `+` or the end, belongs to the value.
    [
      'x:a=1e+2+y',
      [
        { name: 'x', options: { a: 100 } },
        { name: 'y', options: {} },
      ],
    ],
    ['x:file=a+b.png', [{ name: 'x', options: { file: 'a+b.png' } }]],
  ])('reads %s', (text, operators) => {
    expect(parseProblem(text)).toEqual({ operators });
  });

  it('reads quotients', () => {
    expect(parseTerm('gaussian:sigma=25/255').options).toEqual({ sigma: 25 / 255 });
    expect(parseTerm('x:a=-1/2:.5:3.').options).toEqual({ a: [-0.5, 0.5, 3] });
    expect(parseTerm('x:a=1/0').options).toEqual({ a: '1/0' });
  });

  it.each([
    ['', '"" does not begin with a name, such as gaussian-blur:sigma=1.6'],
    ['Blur', '"Blur" does not begin with a name, such as gaussian-blur:sigma=1.6'],
    ['blur+', '"blur+" does not begin with a name, such as gaussian-blur:sigma=1.6'],
    ['blur:', '"" in "blur:" is not KEY=VALUE'],
    ['blur:=3', '"=3" in "blur:=3" is not KEY=VALUE'],
    ['blur:a=1,a=2', 'option a is given twice in "blur:a=1,a=2"'],
    ['blur:a="x', '"x in "blur:a="x" begins like a JSON string but is none'],
  ])('refuses %j', (text, message) => {
    expect(() => parseProblem(text)).toThrow(new UsageError(message));
  });

  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,8}$/).filter((text) => text !== '__proto__');
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
  const special = fc.constantFrom(
    'true',
    '25/255',
    '1:2',
    '"',
    'a,b',
    'x+denoise',
    'a+b:c',
    'a+b+c',
    '+',
    '',
    'é\n"\\',
    '1e5',
  );
  const value = fc.oneof(
    number,
    fc.boolean(),
    fc.string({ unit: 'grapheme' }),
    special,
    fc.array(number, { minLength: 2, maxLength: 4 }),
  );
  const term = fc.record({ name, options: fc.dictionary(key, value, { noNullPrototype: true, maxKeys: 4 }) });

  it('reads what formatProblem writes, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(term, { minLength: 1, maxLength: 3 }), (operators) => {
        const text = formatProblem({ operators });
        expect(parseProblem(text)).toEqual({ operators });
        expect(problemFromJson(JSON.parse(JSON.stringify({ operators })))).toEqual({ operators });
      }),
      { numRuns: 2000, seed: 3 },
    );
  });

  it('writes what a person would', () => {
    expect(formatTerm(parseTerm('inpaint:box=1:2:3:4,seed=3'))).toBe('inpaint:box=1:2:3:4,seed=3');
    expect(formatTerm({ name: 'blur', options: { kernel: 'k.npy', normalize: true, size: undefined } })).toBe(
      'blur:kernel=k.npy,normalize',
    );
  });
});

describe('problemFromJson', () => {
  it.each([
    [[], 'the problem is not valid: its top: expected an object of fields, found []'],
    [{ operators: [{ name: 'Bad' }] }, /^the problem is not valid: operators\.0\.name: /],
    [{ operators: [{ name: 'blur' }], extra: 1 }, /^the problem is not valid: its top: .*extra/],
  ])('refuses %j', (json, message) => {
    expect(() => problemFromJson(json)).toThrow(message);
    expect(() => problemFromJson(json)).toThrow(UsageError);
  });
});

describe('names that people type', () => {
  it('stand for problems that there are, and are none themselves', () => {
    for (const [alias, name] of Object.entries(aliases)) {
      expect(Object.keys(operators)).toContain(name);
      expect(Object.keys(operators)).not.toContain(alias);
    }
  });

  it.each([
    ['upscale:factor=2', 'downsample'],
    ['super-resolution:factor=4', 'downsample'],
    ['sharpen:sigma=1', 'gaussian-blur'],
    ['dejpeg:quality=50', 'jpeg'],
  ])('%s is %s, and called so', (typed, name) => {
    expect(parseProblem(typed).operators[0].name).toBe(name);
  });

  it('are named to those who nearly typed one', () => {
    expect(() => checkSpec(parseProblem('upscal:factor=2'))).toThrow(
      /no problem "upscal"; the nearest are upscale/,
    );
    expect(() => checkSpec(parseProblem('dejpg'))).toThrow(/dejpeg/);
  });
});

it.each([
  ['25', 25 / 255],
  ['25/255', 25 / 255],
  ['1', 1 / 255],
  ['0.1', 0.1],
  ['7.5', 7.5 / 255],
])('noise %s is Gaussian', (text, sigma) => {
  const { name, options } = parseNoise(text);
  expect(name).toBe('gaussian');
  expect(options['sigma']).toBeCloseTo(sigma, 12);
});

it('a noise with a name is read as such', () => {
  expect(parseNoise('poisson:gain=1/100')).toEqual({ name: 'poisson', options: { gain: 0.01 } });
});

it('a problem has at most 64 operators', () => {
  const terms = (count: number) => Array(count).fill('denoise').join('+');
  expect(parseProblem(terms(64)).operators).toHaveLength(64);
  expect(() => parseProblem(terms(65))).toThrow('the problem has 65 operators, expected at most 64');
});
