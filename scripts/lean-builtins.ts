import { createRequire, isBuiltin } from 'node:module';
import { relative } from 'node:path';
import type { Plugin } from 'esbuild';

const NAMESPACE = 'lean-builtins';
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

const require = createRequire(import.meta.url);

/** A module that has the exports of one of Node's own, of which the bundler keeps those that are used. */
function moduleOf(builtin: string): string {
  const names = Object.getOwnPropertyNames(require(builtin)).filter((name) => IDENTIFIER.test(name) && name !== 'default');
  return [
    `const whole = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(builtin)});`,
    'const get = (name) => whole[name];',
    ...names.map((name, n) => `const name${n} = /* @__PURE__ */ get(${JSON.stringify(name)});`),
    `export { ${['whole as default', ...names.map((name, n) => `name${n} as ${name}`)].join(', ')} };`,
  ].join('\n');
}

/**
 * Takes what is used of Node's own modules, and no more. An `import` of one makes Node read each of its exports, and some load much when they are read:
 * `node:http` a client for web sockets that nobody uses (60 ms and 10 MB), `node:util` worker threads and an argument parser.
 */
export const leanBuiltins: Plugin = {
  name: NAMESPACE,
  setup({ initialOptions, onResolve, onLoad }) {
    const root = initialOptions.absWorkingDir!;
    onResolve({ filter: /^[\w:/]+$/ }, ({ path, kind, importer }) => {
      // `node:module` is in the banner of each chunk.
      if (kind !== 'import-statement' || !isBuiltin(path) || /^(node:)?module$/.test(path)) return undefined;
      // One for each file that imports it: a few lines that many files share would be a chunk, and a chunk takes longer to load than the lines.
      return {
        path: `node:${path.replace(/^node:/, '')}`,
        suffix: `?${relative(root, importer)}`,
        namespace: NAMESPACE,
        sideEffects: false,
      };
    });
    onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({ contents: moduleOf(path), loader: 'js' }));
  },
};
