/** The command in its thread: a signal ends it between steps, and what is finished stays. */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { fill } from '../io/folders.js';
import { colourPng } from '../pictures.js';
import { retrodict } from './spawn.js';

const slowSolver = fileURLToPath(new URL('./slow-solver.js', import.meta.url));

const denoise = ['--problem', 'denoise', '--noise', 'gaussian:sigma=0.1'];

describe('a run that is stopped', () => {
  const files = ['a.png', 'a.posterior.npz', 'a.sd.png', 'b.png', 'b.posterior.npz', 'b.sd.png'];
  const read = (folder: string) => files.map((file) => readFileSync(join(folder, file), 'base64'));
  let cwd: string;
  let words: string[];
  let whole: string[];

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'retrodict-test-'));
    fill(cwd, { 'in/a.png': await colourPng(12, 8), 'in/b.png': await colourPng(9, 10, 1) });
    // The solver is found from its own folder, as a user's is from theirs, but has this project's zod.
    copyFileSync(slowSolver, join(cwd, 'slow.js'));
    symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(cwd, 'node_modules'));
    fill(cwd, { 'package.json': '{"type": "module"}' });
    words = ['restore', 'in', '--samples', '2', ...denoise, '--solver', 'slow.js', '--out'];
    expect((await retrodict([...words, 'whole', '--set', 'pause=20'], { cwd })).status).toBe(0);
    whole = read(join(cwd, 'whole'));
    return () => rmSync(cwd, { recursive: true, force: true });
  }, 60_000);

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'by %s ends after the step, keeps what is finished and continues to the same bytes',
    async (signal, exit) => {
      let sent = 0;
      const stopped = await retrodict([...words, signal], {
        cwd,
        during(child, stderr) {
          // The 50th step: the second sample of the second picture.
          if (sent === 0 && stderr.split('step').length - 1 >= 50) sent = child.kill(signal) ? 1 : 0;
        },
      });
      expect(stopped.status).toBe(exit);
      expect(stopped.stderr).toMatch(
        /Stopping after the current step; finished files are kept\.\n(step \d+\n)?$/,
      );
      expect(stopped.stdout).toMatch(/^a\.png: [^\n]*\n$/);
      expect(readdirSync(join(cwd, signal)).sort()).toEqual([
        'a.png',
        'a.posterior.npz',
        'a.sd.png',
        'manifest.jsonl',
      ]);
      const again = await retrodict([...words, signal], { cwd });
      expect(again.status).toBe(0);
      expect(again.stderr).toMatch(/a: already done/);
      expect(read(join(cwd, signal))).toEqual(whole);
    },
  );

  it('by SIGKILL continues to the same bytes', async () => {
    const stopped = await retrodict([...words, 'killed'], {
      cwd,
      during(child, stderr) {
        if (stderr.split('step').length - 1 >= 50) child.kill('SIGKILL');
      },
    });
    expect(stopped.killed).toBe('SIGKILL');
    const again = await retrodict([...words, 'killed'], { cwd });
    expect(again.stderr).toMatch(/a: already done/);
    expect(again.status).toBe(0);
    expect(read(join(cwd, 'killed'))).toEqual(whole);
  });
});
