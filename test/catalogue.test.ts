import { expect, describe as group, it } from 'vitest';
import { noises, operators } from '../problems/index.js';
import { solvers } from '../solvers/index.js';
import { describe, kinds, list } from '../src/catalogue.js';

group('list', () => {
  it('has every name of every table, in order', async () => {
    const tables = { problems: operators, noises, solvers };
    for (const kind of kinds) {
      const names = (await list(kind)).map(({ name }) => name);
      expect(names).toEqual([...names].sort());
      expect(names).toEqual(
        kind === 'priors' ? expect.arrayContaining(['photo']) : Object.keys(tables[kind]).sort(),
      );
    }
  });
});

group('describe', () => {
  it('says of a solver what it needs, of a prior its card, of all others their options', async () => {
    expect(await describe('gaussian')).toMatchObject({
      kind: 'noise',
      options: [{ name: 'sigma' }],
      schema: { type: 'object' },
    });
    expect(await describe('gaussian-blur')).toMatchObject({ kind: 'problem' });
    expect(await describe('dps')).toMatchObject({
      kind: 'solver',
      needs: solvers.dps.needs,
      presets: solvers.dps.presets,
      samplesPosterior: solvers.dps.samplesPosterior,
    });
    expect(await describe('photo')).toMatchObject({ kind: 'prior', options: [], card: { name: 'photo' } });
  });

  it('names the nearest where nothing is called so', async () => {
    await expect(describe('gausian')).rejects.toThrow(/"gausian"; the nearest are .*gaussian/);
  });
});
