import { join, relative } from 'node:path';
import type { Plugin } from 'esbuild';

const NAMESPACE = 'few-chunks';
/** What every function loads before anything else, and the first stage of a sweep, most of which other stages share. */
const CORE = ['src/services.ts', 'src/sweep/work.ts', 'src/sweep/plan/start-sweep.ts'];

/**
 * Keeps what is always loaded in one chunk. esbuild makes a chunk for each set of lazily loaded modules that share something: an instance of `work` loaded
 * fifty of them, most below 3 kB, and each costs Node about as much as 50 kB of code. Here every lazily loaded module of ours imports the core, which
 * has been loaded by then anyway, so that all of the core has one set.
 */
export const fewChunks: Plugin = {
  name: NAMESPACE,
  setup(build) {
    const root = build.initialOptions.absWorkingDir!;
    const importOf = (file: string) => `import ${JSON.stringify(join(root, file))};`;
    const exportOf = (file: string) => `export * from ${JSON.stringify(join(root, file))};`;
    // Beside our own modules that part of an SDK which `load-later` loads lazily.
    build.onResolve({ filter: /^\.\.?\/.*(\.ts|\bworkloadIdentityCredential\.js)$/ }, ({ path, kind, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      // The path gets into the bundle, so it must not reveal where that was built.
      const file = relative(root, join(resolveDir, path));
      return { path: CORE.includes(file) ? CORE[0]! : file, namespace: NAMESPACE };
    });
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => {
      const lines = path === CORE[0] ? CORE.map(exportOf) : [...CORE.map(importOf), exportOf(path)];
      return { contents: lines.join('\n'), loader: 'ts', resolveDir: root };
    });
  },
};
