import { describe, expect, it } from 'vitest';
import { operators } from '../../problems/tables.js';
import { solvers } from '../../solvers/index.js';

describe.each(Object.values(solvers))('presets of $name', ({ presets, options }) => {
  it.each(Object.entries(presets))('%s: a problem that there is, options that it has', (problem, preset) => {
    const [name, option] = problem.split(':');
    // Of all problems that have none of their own.
    if (name !== '*') expect(Object.keys(operators)).toContain(name);
    if (option !== undefined) expect(Object.keys(operators[name].options.shape)).toContain(option);
    expect(() => options.strict().parse(preset)).not.toThrow();
  });

  it('options have defaults or may be left out', () => {
    expect(() => options.parse({})).not.toThrow();
  });
});
