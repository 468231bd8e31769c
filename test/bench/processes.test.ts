import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { megabytes } from '../../src/bench/processes.js';

const linux = process.platform === 'linux';

it.runIf(linux)('this process is as large as it says of itself', () => {
  const own = process.memoryUsage().rss / 2 ** 20;
  expect(megabytes('VmRSS') / own).toBeGreaterThan(0.8);
  expect(megabytes('NoSuchField')).toBe(0);
});

it.runIf(linux)('what it started counts too, and not what others did', async () => {
  const before = megabytes('RssAnon');
  const script = 'const held = Buffer.alloc(1e8, 1); console.log(held.length); process.stdin.resume();';
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  expect(megabytes('RssAnon') - before).toBeGreaterThan(90);
  child.kill();
  await once(child, 'exit');
});
