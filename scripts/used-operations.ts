import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Plugin } from 'esbuild';
import { clusterOperations, computeOperations } from '../src/azure/sdk-operations.ts';

const NAMESPACE = 'unused-operations';
const used: Readonly<Record<string, readonly string[]>> = {
  'arm-compute': computeOperations,
  'arm-containerservice': clusterOperations,
};
const CLIENT = /@azure[\\/](arm-compute|arm-containerservice)[\\/]dist[\\/]esm[\\/](?:\w+Client|restorePollerHelpers)\.js$/;
const GROUP = /^\.\/(?:classic|api)\/(\w+)\/(?:index|operations)\.js$/;

/** The names that a text imports from a path. */
function namesImported(text: string, path: string): string[] {
  const [, list = ''] = new RegExp(`import \\{([^}]*)\\} from "${path.replaceAll('.', '\\.')}";`).exec(text) ?? [];
  return list.split(',').flatMap((each) => each.trim().split(' ')[0] || []);
}

/**
 * Leaves the groups of operations out of the bundle that no source uses. A client of an SDK makes all of its groups when it is made, and a restored poller
 * knows all operations, so that nothing else would keep them out: they are 80 % of the SDK of Compute, which every instance of `work` loads.
 */
export const usedOperations: Plugin = {
  name: NAMESPACE,
  setup(build) {
    build.onResolve({ filter: GROUP }, ({ path, importer }) => {
      const sdk = CLIENT.exec(importer)?.[1];
      if (sdk === undefined || used[sdk]!.includes(GROUP.exec(path)![1]!)) return undefined;
      return { path: `${sdk}/${basename(importer)}/${path}`, namespace: NAMESPACE, sideEffects: false, pluginData: { path, importer } };
    });
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, async ({ pluginData: { path, importer } }) => {
      // Whatever a client calls to make a group, it gets none.
      const names = namesImported(await readFile(importer, 'utf8'), path);
      return { contents: names.map((name) => `export const ${name} = () => undefined;`).join('\n'), loader: 'js' };
    });
  },
};
