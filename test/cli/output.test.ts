import { describe, expect, it, vi } from 'vitest';
import { Output, type OutputOptions } from '../../src/cli/output.js';

/** What is printed, by stream. */
function printed(options: OutputOptions, act: (output: Output) => void) {
  const streams = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      streams[stream] += text;
      return true;
    }),
  );
  try {
    act(new Output(options));
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return streams;
}

const everything = (output: Output) => {
  output.result('a.png: done', { type: 'done', name: 'a' });
  output.note('10 s', { type: 'forecast', seconds: 10 });
  output.warning('dark', { type: 'warning', message: 'dark' });
};

describe('results on stdout, what is said about them on stderr', () => {
  it('as text', () => {
    expect(printed({}, everything)).toEqual({ stdout: 'a.png: done\n', stderr: '10 s\nwarning: dark\n' });
  });

  it('quietly: only what a person should look at', () => {
    expect(printed({ quiet: true }, everything)).toEqual({ stdout: '', stderr: 'warning: dark\n' });
  });

  it('as JSON: each a line with type and version', () => {
    const { stdout, stderr } = printed({ json: true }, everything);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { type: 'done', version: 1, name: 'a' },
      { type: 'forecast', version: 1, seconds: 10 },
      { type: 'warning', version: 1, message: 'dark' },
    ]);
    expect(stderr).toBe('warning: dark\n');
  });
});

describe('a failure', () => {
  const fail = (message: string) => (output: Output) =>
    output.failure({ name: 'a', path: 'in/a.png', error: new Error(message) });

  it('begins with its file, unless the sentence names it anyhow', () => {
    expect(printed({}, fail('it is torn')).stderr).toBe('in/a.png: it is torn\n');
    expect(printed({}, fail('in/a.png is torn')).stderr).toBe('in/a.png is torn\n');
  });
});

describe('progress', () => {
  it('is a line a minute where there is no terminal, and none at the start', () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
    const { stderr } = printed({}, (output) => {
      output.progress(0, 'a.png');
      clock.mockReturnValue(30_000);
      output.progress(0.02, 'a.png');
      clock.mockReturnValue(61_000);
      output.progress(0.5, 'b.png');
      output.endProgress();
    });
    clock.mockRestore();
    expect(stderr).toMatch(/^50 % done, at b\.png, .*left\n$/);
  });

  it('is nothing where all is to be quiet', () => {
    expect(printed({ quiet: true }, (output) => output.progress(0.5, 'a.png')).stderr).toBe('');
  });
});
