import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { megabytes, processorTime } from '../../src/bench/processes.js';

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

it.runIf(linux)('processor time is that of this process and of what it started', async () => {
  const before = processorTime();
  const script =
    'const end = Date.now() + 400; while (Date.now() < end); console.log(1); process.stdin.resume();';
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const { user, system } = process.cpuUsage();
  // The child's own is some hundred milliseconds more, however little it had of the processor.
  expect(processorTime() - (user + system) / 1000).toBeGreaterThan(30);
  expect(processorTime()).toBeGreaterThan(before);
  child.kill();
  await once(child, 'exit');
});
