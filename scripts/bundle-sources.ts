import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const READ_FILE = /readFileSync\(new URL\('(\.\/[\w.-]+)', import\.meta\.url\), 'utf8'\)/g;

// Node cannot import a shell script: the sources read it beside them, the bundle carries its text.
async function inlineFiles(path: string, text: string): Promise<string> {
  let contents = text;
  for (const [call, file] of text.matchAll(READ_FILE)) {
    const read = JSON.stringify(await readFile(join(dirname(path), file!), 'utf8'));
    // As a function: in a text, $' and $& would be read as patterns.
    contents = contents.replace(call, () => read);
  }
  if (contents.includes('readFileSync('))
    throw new Error(`expected every readFileSync of ${basename(path)} to be replaced by its file, one is left`);
  return contents;
}

// The sources read it from the package, which is not deployed.
async function inlineVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return `export const version = ${JSON.stringify(version)};`;
}

// Registering functions then loads no route.
async function inlineRegistrations(path: string): Promise<string> {
  const { registrations } = await import(pathToFileURL(path).href);
  return `export const registrations = ${JSON.stringify(registrations)};`;
}

const replaced: Readonly<Record<string, (path: string, text: string) => Promise<string>>> = {
  'src/probe/script.ts': inlineFiles,
  'src/page/assets.ts': inlineFiles,
  'src/version.ts': inlineVersion,
  'src/http/registrations.ts': inlineRegistrations,
};

/** Puts into the bundle what our own sources read from files. */
export const bundleSources: Plugin = {
  name: 'bundle-sources',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const replace = replaced[relative(root, path).replaceAll('\\', '/')];
      return replace && { contents: await replace(path, await readFile(path, 'utf8')), loader: 'ts' };
    });
  },
};
