import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { readHostJson } from '../../local/host/host-json.ts';
import { levelOfStderr } from '../../local/host/log.ts';
import { type Host, startHost } from '../../local/host/start-host.ts';
import { type FixtureApp, writeApp } from './fixture-app.ts';
import { until } from './until.ts';

const APP = `
  import { app } from '@azure/functions';
  app.http('talk', { handler: (_, context) => {
    context.log('a detail');
    context.warn('a\\nwarning');
    context.error('a mishap');
    console.log('an Error on stdout');
    console.warn('two words');
    console.error('the first line failed\\n    at the second');
    process.stderr.write('half of a warn');
    process.stderr.write('ing\\n');
    return {};
  } });`;

const apps: FixtureApp[] = [];
const hosts: Host[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
  for (const app of apps.splice(0)) app.dispose();
});

/** What the host says while the function talks, under these levels of host.json. */
async function hear(logLevel: Record<string, string>, env: Record<string, string> = {}): Promise<string[]> {
  const app = writeApp({ 'functions/talk.js': APP }, { logging: { logLevel } });
  apps.push(app);
  const lines: string[] = [];
  const host = await startHost({ appDir: app.dir, env: { ...app.env, ...env }, onLog: (line) => lines.push(line) });
  hosts.push(host);
  await fetch(`${host.url}/api/talk`);
  await until('the last line', () => lines.some((line) => line.includes('a mishap')));
  return lines;
}

describe('the log of the host', () => {
  it('has the categories and levels that Azure gives to the context and to the lines on stdout and stderr', async () => {
    const lines = await hear({ default: 'Information' });
    expect(lines.filter((line) => !line.startsWith('[Function.talk] '))).toEqual([
      '[Function.talk.User] information: a detail',
      '[Function.talk.User] warning: a | warning',
      '[Function.talk.User] error: a mishap',
      '[Host.Function.Console] information: an Error on stdout',
      '[Host.Function.Console] information: two words',
      '[Host.Function.Console] error: the first line failed',
      '[Host.Function.Console] information: at the second',
      '[Host.Function.Console] warning: half of a warning',
    ]);
    expect(lines.at(-1)).toMatch(/^\[Function\.talk\] information: succeeded in \d+ ms$/);
  });

  it('keeps of each category what the longest name that fits says', async () => {
    expect(await hear({ default: 'None', FUNCTION: 'Warning', 'Function.talk.User': 'error', 'Host.Function': 'Error' })).toEqual([
      '[Function.talk.User] error: a mishap',
      '[Host.Function.Console] error: the first line failed',
    ]);
  });

  it('keeps what HOST_LOG says instead, of all categories', async () => {
    expect(await hear({ default: 'None' }, { HOST_LOG: 'warn' })).toEqual([
      '[Function.talk.User] warning: a | warning',
      '[Function.talk.User] error: a mishap',
      '[Host.Function.Console] error: the first line failed',
      '[Host.Function.Console] warning: half of a warning',
    ]);
  });

  it('refuses a level that .NET does not know', async () => {
    await expect(hear({ default: 'Warn' })).rejects.toThrow(/logging\.logLevel\.default: Invalid option/);
    await expect(hear({}, { HOST_LOG: 'loud' })).rejects.toThrow('Expected HOST_LOG to be one of trace, debug,');
  });
});

describe('lowestLevel', () => {
  const levelsOf = (logLevel: Record<string, string>) => {
    const app = writeApp({}, { logging: { logLevel } });
    apps.push(app);
    return readHostJson(app.dir).lowestLevel;
  };

  it('is Information where nothing is said', () => {
    expect(levelsOf({})('Function.work.User')).toBe('information');
  });

  it.each([
    ['Function.work.User', 'error'],
    ['function.other.user', 'debug'],
    ['Functionality', 'debug'],
    ['Host.Function.Console', 'trace'],
    ['Azure.Core', 'none'],
  ])('of %s is %s', (category, level) => {
    expect(levelsOf({ Default: 'None', Function: 'Debug', 'Function.work': 'Error', Host: 'Trace' })(category)).toBe(level);
  });
});

describe('a line on stderr', () => {
  it.each([
    ['(node:1) ExperimentalWarning: an error', 'warning'],
    ['TypeError: x is not a function', 'error'],
    ['3 tests FAILED', 'error'],
    ['a severe loss', 'error'],
    ['    at work (file.js:1:1)', 'information'],
  ])('%j is taken for %s', (line, level) => {
    expect(levelOfStderr(line)).toBe(level);
  });

  it('that warns is a warning, whatever else it says', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (before, after) => levelOfStderr(`${before}wArN${after}`) === 'warning'));
  });
});
