import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { packageOf } from './bill-of-materials.ts';

const RESOLVED = 'one-copy-resolved';

/** Folders of packages that are installed several times in the same version, and the folder that stands for all of them. */
async function readCopies(root: string): Promise<Map<string, string>> {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const first = new Map<string, string>();
  const copies = new Map<string, string>();
  // In the order of the lockfile, so that each build is the same.
  for (const [folder, { version }] of Object.entries<{ version?: string }>(packages)) {
    const key = `${folder.split('node_modules/').at(-1)}@${version}`;
    const known = first.get(key);
    if (known === undefined) first.set(key, folder);
    else copies.set(folder, known);
  }
  return copies;
}

/**
 * Bundles a package once that npm has installed in several folders: OpenTelemetry, of which Application Insights needs three versions, lies in up to
 * 26. Its packages depend on exact versions of one another, so that a copy differs in nothing but its folder.
 */
export const oneCopy: Plugin = {
  name: 'one-copy',
  async setup(build) {
    const root = build.initialOptions.absWorkingDir!;
    const copies = await readCopies(root);
    build.onResolve({ filter: /^@opentelemetry\// }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (pluginData === RESOLVED) return undefined;
      const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: RESOLVED });
      if (found.errors.length > 0 || found.external) return undefined;
      const folder = packageOf(found.path.slice(root.length + 1)) ?? '';
      const instead = copies.get(folder);
      if (instead === undefined) return undefined;
      return { path: found.path.replace(join(root, folder), join(root, instead)), sideEffects: found.sideEffects };
    });
  },
};
