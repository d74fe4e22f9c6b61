import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import { afterAll, describe, expect, inject, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const recorded = 'test/history/recorded-results.ndjson';
const lines = readFileSync(join(root, recorded), 'utf8').trim().split('\n');
const folder = mkdtempSync(join(tmpdir(), 'replay-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Output {
  code: number;
  stdout: string;
  stderr: string;
}

// Each takes half a second of a core to start.
const few = pLimit(3);

/** Runs `npm run replay` as npm would, with a text on standard input. */
function run(args: string[], input = ''): Promise<Output> {
  return few(
    () =>
      new Promise<Output>((resolve) => {
        const child = execFile(
          process.execPath,
          [join(inject('commands').dir, 'replay.js'), ...args],
          { cwd: root },
          (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
        );
        child.stdin!.on('error', () => undefined).end(input);
      }),
  );
}

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

// All begin at once, and most of their time is waiting for their turn.
describe.concurrent('npm run replay', { timeout: 120_000 }, () => {
  it('prints a table and the sentence to choose by', async () => {
    const { code, stdout, stderr } = await run([recorded, '--thresholds', '2/1,3/2']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`120 results of 8 nodes in 2 clusters, a sweep every 5m0s

thresholds  notifications  node outages  cluster outages  flaps  mean time to detect
2/1                     8             5                1      2                  45s
3/2                     4             4                1      0                 5m0s

2/1 would have notified 8 times, 3/2 4 times.
`);
  });

  it('prints what the guide shows', async () => {
    const guide = readFileSync(join(root, 'docs/guides/thresholds.md'), 'utf8');
    expect(guide).toContain((await run([recorded])).stdout);
  });

  it('counts as people do: never, once, twice', async () => {
    const { stdout } = await run(
      ['-', '--thresholds', '3/1,2/1,1/1'],
      lines.filter((line) => line.includes('web-12345678-vmss000001')).join('\n'),
    );
    expect(stdout).toContain('3/1 would never have notified, 2/1 never, 1/1 twice.\n');
  });

  it('says the same to every shape of the file, and as JSON', async () => {
    const results = lines.map((line) => JSON.parse(line));
    const shapes = [
      write('list.json', `\uFEFF${JSON.stringify(results, undefined, 2)}`),
      write('items.json', JSON.stringify({ items: results, nextMarker: {} })),
      write('value.json', JSON.stringify({ value: results })),
      write('crlf.ndjson', `${lines.join('\r\n')}\r\n`),
    ];
    const halves = [write('one.ndjson', lines.slice(0, 50).join('\n')), write('two.json', JSON.stringify(results.slice(50)))];
    const answers = await Promise.all([...shapes.map((file) => [file]), halves].map((files) => run([...files, '--json'])));
    for (const { code, stdout, stderr } of answers) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const { outcomes, ...rest } = JSON.parse(stdout);
      expect(rest).toEqual({ results: 120, skipped: 0, intervalMinutes: 5 });
      expect(outcomes.map((each: { notifications: number }) => each.notifications)).toEqual([10, 8, 4, 6, 4]);
    }
  });

  it('warns of an export that stopped at a page', async () => {
    const page = { items: lines.map((line) => JSON.parse(line)), nextMarker: { nextpartitionkey: 'a', nextrowkey: 'b' } };
    const { code, stderr } = await run([write('page.json', JSON.stringify(page))]);
    expect(code).toBe(0);
    expect(stderr).toContain('page.json holds one page of several: export it again without --num-results');
  });

  it('names the line that cannot be read, or leaves it out and says so', async () => {
    const broken = write('broken.ndjson', [lines[0], '', lines[1]!.slice(0, 40), ...lines.slice(2)].join('\n'));
    const { code, stderr } = await run([broken]);
    expect(code).toBe(2);
    expect(stderr).toContain('broken.ndjson, line 3: expected a result as a JSON object, got "{');
    const skipping = await run([broken, '--skip-bad', '--thresholds', '2/1']);
    expect(skipping).toMatchObject({ code: 0, stderr: '1 result could not be read and was left out\n' });
    expect(skipping.stdout).toContain('119 results');
  });

  it.each([
    [[], 'expected at least one FILE with results, or -, got none'],
    [['-'], 'expected at least one result in -, got none'],
    [['no-such-file'], 'could not read no-such-file'],
    [[recorded, '--thresholds', '2/1,3'], 'expected pairs such as 2/1,3/2, of 1 to 20 each, for --thresholds, got "3"'],
    [[recorded, '--thresholds', '0/1'], 'got "0/1"'],
    [[recorded, '--flap-window', 'long'], 'expected a whole number from 0 to 1440 for --flap-window, got "long"'],
    [[recorded, '--interval', '0'], 'expected a whole number from 1 to 1440 for --interval, got "0"'],
    [[recorded, '--loud'], "Unknown option '--loud'"],
  ])('answers a usage error with one sentence: %j', async (args, sentence) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('    at ');
  });

  it('tells of all mistakes at once', async () => {
    const { code, stdout, stderr } = await run([
      recorded,
      'no-such-file',
      '--loud',
      '--thresholds',
      '2/1,3,0/1',
      '--flap-window',
      'long',
      '--interval',
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trim().split('\n')).toEqual([
      '6 mistakes; correct them, see --help:',
      "  Unknown option '--loud'",
      '  expected a value for --interval, got none',
      expect.stringMatching(/for --thresholds, got "3"$/),
      expect.stringMatching(/for --thresholds, got "0\/1"$/),
      expect.stringMatching(/for --flap-window, got "long"$/),
      expect.stringMatching(/could not read no-such-file/),
    ]);
  });

  it('begins its help with examples', async () => {
    expect((await run(['--help'])).stdout).toMatch(/^Examples:\n {2}aks-fleet-prober-replay results\.json\n/);
  });
});
