import { readFile } from 'node:fs/promises';
import { type Plugin, transform } from 'esbuild';

/**
 * Shortens the names in packages that no other file needs, and not ours, which errors and logs show. esbuild itself shortens all or none, or with
 * `keepNames` gives each function its name again when it is loaded: a twentieth of the CPU time of the first message.
 */
export const shortNames: Plugin = {
  name: 'short-names',
  setup({ onLoad, initialOptions: { sourcemap } }) {
    onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), {
        minifyIdentifiers: true,
        sourcefile: path,
        sourcemap: sourcemap ? 'inline' : false,
      });
      return { contents: code, loader: 'js' };
    });
  },
};
