import { join, relative } from 'node:path';
import type { Plugin } from 'esbuild';

const NAMESPACE = 'few-chunks';
/** What every function loads before anything else. */
const CORE = ['src/services.ts', 'src/sweep/work.ts'];

/**
 * Keeps what is always loaded in one chunk. esbuild makes a chunk for each set of lazily loaded modules that share something: an instance of `work` loaded
 * fifty of them, most below 3 kB, and each costs Node about as much as 50 kB of code. Here every lazily loaded module of ours imports the core, which
 * has been loaded by then anyway, so that all of the core has one set.
 */
export const fewChunks: Plugin = {
  name: NAMESPACE,
  setup(build) {
    const root = build.initialOptions.absWorkingDir!;
    build.onResolve({ filter: /^\.\.?\/.*(\.ts|\bworkloadIdentityCredential\.js)$/ }, ({ path, kind, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      // The path gets into the bundle, so it must not reveal where that was built.
      return { path: relative(root, join(resolveDir, path)), namespace: NAMESPACE };
    });
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => {
      const core = CORE.map((file) => `import ${JSON.stringify(join(root, file))};`);
      return { contents: [...core, `export * from ${JSON.stringify(join(root, path))};`].join('\n'), loader: 'ts', resolveDir: root };
    });
  },
};
