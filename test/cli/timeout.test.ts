/** Graphs that never end are stopped by --timeout in every command that runs one. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fill, temporaryFolder } from '../io/folders.js';
import { ENDLESS, ENDLESS_OPERATOR } from '../models/endless.js';
import { colourPng } from '../pictures.js';
import { retrodictHere as retrodict } from './in-process.js';

describe('--timeout', () => {
  it('ends a graph that never ends, in card, check and simulate', async () => {
    const folder = temporaryFolder();
    fill(folder, {
      'net.onnx': ENDLESS,
      'operator.onnx': ENDLESS_OPERATOR,
      'in/a.png': await colourPng(6, 6),
    });
    const limit = ['--timeout', '1'];
    const late = /did not end within 1 s, the time limit, and was stopped/;
    const card = await retrodict(['card', 'net.onnx', ...limit], { cwd: folder });
    expect([card.status, card.stderr]).toEqual([2, expect.stringMatching(late)]);
    const problem = ['--problem', 'onnx:file=operator.onnx'];
    const check = await retrodict(['check', ...problem, '--size', '6x6', ...limit], { cwd: folder });
    expect([check.status, check.stderr]).toEqual([2, expect.stringMatching(late)]);
    const noise = ['--noise', 'gaussian:sigma=0.1'];
    const words = ['simulate', 'in', ...problem, ...noise, '--out', 'out', ...limit];
    const simulate = await retrodict(words, { cwd: folder });
    expect([simulate.status, simulate.stderr]).toEqual([1, expect.stringMatching(late)]);
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['problem.json', 'simulated.jsonl']);
    expect(readdirSync(folder)).not.toContain('net.card.json');
  });
});
