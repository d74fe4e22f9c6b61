import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** A Functions app in a temporary folder, with the real @azure/functions. */
export interface FixtureApp {
  dir: string;
  /** Setting for `record`, to be passed in the host's environment. */
  env: { RECORD: string };
  /** What the app's functions recorded so far, oldest first. */
  recorded(): Record<string, unknown>[];
  dispose(): void;
}

/**
 * Writes an app. Its files may import `record` from '#record', which keeps an object for the test to read.
 * @param files - Content by path, each loaded as an entry point when under functions/.
 * @param hostJson - Members of host.json beside version; warnings are kept unless it says otherwise.
 */
export function writeApp(files: Record<string, string>, hostJson: object = {}): FixtureApp {
  const dir = mkdtempSync(join(tmpdir(), 'host-test-'));
  const record = join(dir, 'record.jsonl');
  const all = {
    'package.json': JSON.stringify({ type: 'module', main: 'functions/*.js', imports: { '#record': './record.js' } }),
    'host.json': JSON.stringify({ version: '2.0', logging: { logLevel: { default: 'Warning' } }, ...hostJson }),
    'record.js': `import { appendFileSync } from 'node:fs';
      export const record = (entry) => appendFileSync(process.env.RECORD, JSON.stringify({ at: Date.now(), pid: process.pid, ...entry }) + '\\n');
      export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));`,
    ...files,
  };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
  symlinkSync(NODE_MODULES, join(dir, 'node_modules'));
  appendFileSync(record, '');
  return {
    dir,
    env: { RECORD: record },
    recorded: () =>
      readFileSync(record, 'utf8')
        .split('\n')
        // What follows the last line end is nothing, or half of what is being written.
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    dispose: () => rmSync(dir, { recursive: true, force: true }),
  };
}
