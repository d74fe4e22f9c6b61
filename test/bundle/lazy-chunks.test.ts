import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, it } from 'vitest';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

// A process of its own: what a chunk does while it is loaded is none of the other tests' business.
const READ = `
const names = {};
for (const file of JSON.parse(process.env.FILES)) names[file] = Object.keys(await import(file)).sort();
process.stdout.write(JSON.stringify(names), () => process.exit());`;

/** Loads files as Node does, and tells the names that each exports. */
async function namesOf(files: readonly string[]): Promise<Record<string, string[]>> {
  const urls = files.map((file) => pathToFileURL(file).href);
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', READ], {
    env: { ...process.env, FILES: JSON.stringify(urls) },
    maxBuffer: 1e8,
  });
  return JSON.parse(stdout);
}

const all = (['app', 'commands'] as const).flatMap((what) => {
  const { dir, lazy } = inject(what);
  return lazy.map(({ chunk, module }) => ({ what, chunk, module, file: join(dir, chunk), source: join(root, module) }));
});

describe('a chunk that the bundle loads when it is first needed', () => {
  let built: Record<string, string[]>;
  let sources: Record<string, string[]>;
  beforeAll(async () => {
    [built, sources] = await Promise.all([namesOf(all.map(({ file }) => file)), namesOf(all.map(({ source }) => source))]);
  }, 120_000);

  it('is among those that the tests know, as a rule of the telemetry', () => {
    const modules = all.map(({ module }) => module);
    expect(modules).toContain('src/notify/send-exception.ts');
    expect(modules.some((module) => module.endsWith('/httpSender.js'))).toBe(true);
  });

  it.each(all)('gives in $what what $module gives in Node', ({ file, source }) => {
    const expected = sources[pathToFileURL(source).href]!.filter((name) => name !== 'module.exports' && name !== '__esModule');
    expect(built[pathToFileURL(file).href]).toEqual(expect.arrayContaining(expected));
    expect(expected.length).toBeGreaterThan(0);
  });
});
