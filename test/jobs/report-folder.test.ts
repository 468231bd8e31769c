import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reportFolder } from '../../src/jobs/report-folder.js';
import { restoreFolder } from '../../src/jobs/restore-folder.js';
import { readProblem } from '../../src/load/problem-files.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';
import { asMeasured, narrow } from './noisy-solvers.js';

const spec = await readProblem('denoise', 'gaussian:sigma=0.1');

async function restored(more: { solver?: typeof narrow | typeof asMeasured; out?: string } = {}) {
  const root = temporaryFolder();
  fill(join(root, 'in'), { 'a b.png': await colourPng(16, 12), 'c.png': await colourPng(10, 10) });
  const out = join(root, 'out');
  await restoreFolder({ inputs: [join(root, 'in')], out, spec, solver: narrow, keepSamples: true, ...more });
  return { root, out, truth: join(root, 'in') };
}

const pageData = (html: string) => JSON.parse(/id="data">(.*?)<\/script>/s.exec(html)![1]);

describe('reportFolder', () => {
  it('shows every picture with its samples, maps, truth and command', async () => {
    const { root, out, truth } = await restored();
    const path = await reportFolder({ folder: out, truth });
    expect(path).toBe(join(out, 'report.html'));
    const html = readFileSync(path, 'utf8');
    const { pictures } = pageData(html);
    expect(pictures.map(({ name }: { name: string }) => name)).toEqual(['a b', 'c']);
    const ids = pictures[0].layers.map(({ id }: { id: string }) => id);
    const samples = [1, 2, 3, 4].map((k) => `sample-${k}`);
    expect(ids).toEqual(['measurement', 'estimate', ...samples, 'sd', 'width', 'truth']);
    expect(html).toContain('truth inside the intervals');
    expect(html).toContain(
      `--problem denoise --noise gaussian:sigma=0.1 --solver narrow --set amount=0.02 --samples 4`,
    );
    // A second report replaces the first; without truth there is none to see.
    await reportFolder({ folder: out });
    expect(pageData(readFileSync(path, 'utf8')).pictures[0].layers.at(-1).id).toBe('width');
    // Another file of this name is not what was measured.
    fill(root, { 'in/c.png': await colourPng(10, 10, 1) });
    await reportFolder({ folder: out });
    const changed = readFileSync(path, 'utf8');
    expect(pageData(changed).pictures[1].layers[0].id).toBe('estimate');
    expect(changed).toContain('in/c.png is not there, or is another file now');
  });

  it('finds measurements by the paths that restore was given, wherever it is called', async () => {
    const root = temporaryFolder();
    fill(root, { 'deep/in/a.png': await colourPng(10, 10) });
    const before = process.cwd();
    process.chdir(join(root, 'deep'));
    await restoreFolder({ inputs: ['in'], out: 'some/out', spec, solver: narrow }).finally(() =>
      process.chdir(before),
    );
    const html = readFileSync(await reportFolder({ folder: join(root, 'deep/some/out') }), 'utf8');
    expect(pageData(html).pictures[0].layers[0].id).toBe('measurement');
  });

  it('puts several folders side by side', async () => {
    const { root, truth } = await restored();
    const both = join(root, 'both');
    for (const solver of [narrow, asMeasured]) {
      await restoreFolder({ inputs: [truth], out: join(both, solver.name), spec, solver });
    }
    const html = readFileSync(await reportFolder({ folder: both, truth }), 'utf8');
    const [first] = pageData(html).pictures;
    expect(first.results.map(({ label }: { label: string }) => label)).toEqual(['as-measured', 'narrow']);
    expect(first.layers.map(({ label }: { label: string }) => label)).toContain('as-measured: estimate');
    expect(html).toContain('<th scope="col">as-measured</th><th scope="col">narrow</th>');
  });

  it('says what is missing', async () => {
    const empty = temporaryFolder();
    await expect(reportFolder({ folder: empty })).rejects.toThrow(
      `${empty} holds no manifest.jsonl, expected`,
    );
    await expect(reportFolder({ folder: join(empty, 'none') })).rejects.toThrow(
      'none is no folder, expected one that restore wrote',
    );
    const { out, truth } = await restored();
    fill(truth, { 'c.png': await colourPng(9, 9) });
    await expect(reportFolder({ folder: out, truth })).rejects.toThrow(
      /the truth .*c\.png has shape 3×9×9, but the estimate has 3×10×10/,
    );
    await expect(reportFolder({ folder: out, truth: empty })).rejects.toThrow('holds no truth for a b');
    rmSync(join(out, 'c.posterior.npz'));
    await expect(reportFolder({ folder: out })).rejects.toThrow(
      /c\.posterior\.npz is gone, though manifest\.jsonl lists it; restore it again/,
    );
  });

  it('is of what was written, and not of another file that took its place', async () => {
    const { root, out } = await restored();
    const manifest = readFileSync(join(out, 'manifest.jsonl'), 'utf8');
    const numbers = readFileSync(join(out, 'c.posterior.npz'));
    const says = async (lines: string) => {
      fill(out, { 'manifest.jsonl': lines });
      return reportFolder({ folder: out }).then(String, (error: Error) => error.message);
    };
    fill(out, { 'c.posterior.npz': readFileSync(join(out, 'a b.posterior.npz')) });
    expect(await says(manifest)).toMatch(
      /c\.posterior\.npz was changed after it was written, so manifest\.jsonl is of another; restore it again$/,
    );
    fill(out, { 'c.posterior.npz': numbers, 'c.png': 'retouched by hand, and not used' });
    expect(await says(manifest)).toBe(join(out, 'report.html'));
    expect(await says(manifest.replaceAll('"version":1', '"version":2'))).toMatch(
      /is of another version of this program: line 1 has version 2, expected 1/,
    );
    expect(await says(`${manifest}{"version":1,"name":"d","status":"ok","files":[]}\n`)).toMatch(
      /manifest\.jsonl is damaged: its line of d is of no result$/,
    );
    // Another folder's files are nobody's business.
    fill(root, { 'x.posterior.npz': numbers });
    expect(await says(manifest.replaceAll('"c', '"../x'))).toMatch(/its line of \.\.\/x is of no result$/);
    // A line that is being written is not looked at.
    expect(await says(`${manifest}{"version":1,"name":"d","sta`)).toBe(join(out, 'report.html'));
  });

  it('replaces nobody’s page', async () => {
    const { out, truth } = await restored();
    fill(out, { 'report.html': '<p>mine</p>' });
    await restoreFolder({ inputs: [truth], out, spec, solver: narrow, keepSamples: true, force: true });
    await expect(reportFolder({ folder: out })).rejects.toThrow('is no report of this program; move it away');
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toBe('<p>mine</p>');
  });
});
