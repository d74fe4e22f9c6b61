import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const SERVERS = ['http', 'net'];

/**
 * Loads the servers of Node only where @azure/functions makes one: for HTTP streams, which this app does not use. It would load them to register a
 * function, which takes as long as loading all the rest of it.
 *
 * @throws Error where the package is written in another way than this expects.
 */
export const lazyHttp: Plugin = {
  name: 'lazy-http',
  setup({ onLoad }) {
    onLoad({ filter: /@azure[\\/]functions[\\/]dist[\\/]azure-functions\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, 'utf8');
      for (const server of SERVERS) {
        const eager = `module.exports = require("${server}");`;
        if (!contents.includes(eager))
          throw new Error(`expected \`${eager}\` in ${path}, found none: look how this version loads ${server}`);
        contents = contents.replace(eager, `module.exports = { get createServer() { return require("${server}").createServer; } };`);
      }
      return { contents, loader: 'js' };
    });
  },
};
