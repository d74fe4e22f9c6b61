import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, relative } from 'node:path';
import { initSync, parse } from 'cjs-module-lexer';
import type { Plugin } from 'esbuild';

const RESOLVED = 'lazy-commonjs-resolved';
const NAMESPACE = 'lazy-commonjs';
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** The names under which Node exports a CommonJS file; undefined where the file is an ES module. */
async function exportedNames(file: string, seen = new Set<string>()): Promise<Set<string> | undefined> {
  seen.add(file);
  let found: ReturnType<typeof parse>;
  try {
    found = parse(await readFile(file, 'utf8'));
  } catch {
    // The lexer stops at the first `import` or `export`.
    return undefined;
  }
  const names = new Set(found.exports);
  for (const path of found.reexports) {
    const other = createRequire(file).resolve(path);
    if (!seen.has(other)) for (const name of (await exportedNames(other, seen)) ?? []) names.add(name);
  }
  names.delete('default');
  names.delete('__esModule');
  return names;
}

/**
 * Makes `import()` of a CommonJS file return what it returns in Node: its `module.exports` as `default`, and its names.
 * With splitting, esbuild makes a chunk that exports `default` alone, so that `const { HttpSender } = await import('./httpSender.js')` is
 * undefined in the bundle and nowhere else (https://github.com/evanw/esbuild/issues/442).
 */
export const lazyCommonJs: Plugin = {
  name: NAMESPACE,
  setup(build) {
    initSync();
    build.onResolve({ filter: /.*/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (kind !== 'dynamic-import' || pluginData === RESOLVED) return undefined;
      const { path: file, external, errors, sideEffects } = await build.resolve(path, { kind, importer, resolveDir, pluginData: RESOLVED });
      if (errors.length > 0 || external || !/\.c?js$/.test(file)) return undefined;
      const names = await exportedNames(file);
      // The path gets into the bundle, so it must not reveal where that was built.
      const named = relative(build.initialOptions.absWorkingDir!, file);
      return names && { path: named, namespace: NAMESPACE, pluginData: { file, names }, sideEffects };
    });
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ pluginData }) => {
      const { file, names } = pluginData as { file: string; names: ReadonlySet<string> };
      const exported = [...names].filter((name) => IDENTIFIER.test(name));
      const contents = [
        `const whole = require(${JSON.stringify(file)});`,
        ...exported.map((name, n) => `const name${n} = whole.${name};`),
        `export { ${['whole as default', ...exported.map((name, n) => `name${n} as ${name}`)].join(', ')} };`,
      ].join('\n');
      return { contents, loader: 'js', resolveDir: dirname(file) };
    });
  },
};
