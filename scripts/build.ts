import { copyFile, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const READ_FILE = /readFileSync\(new URL\('(\.\/[\w.-]+)', import\.meta\.url\), 'utf8'\)/g;

// Node cannot import a shell script: the sources read it beside them, the bundle carries its text.
const inlineFiles: Plugin = {
  name: 'inline-files',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]probe[\\/]script\.ts$/ }, async ({ path }) => {
      let contents = await readFile(path, 'utf8');
      for (const [call, file] of contents.matchAll(READ_FILE)) {
        const text = JSON.stringify(await readFile(join(dirname(path), file!), 'utf8'));
        // By a function: a text would have its own $' and $& read as patterns.
        contents = contents.replace(call, () => text);
      }
      if (contents.includes('readFileSync('))
        throw new Error(`expected every readFileSync of ${basename(path)} to be replaced by its file, one is left`);
      return { contents, loader: 'ts' };
    });
  },
};

/**
 * Builds what is deployed, and only that: the bundle, `host.json` and a `package.json` without dependencies.
 *
 * @param outdir - emptied first.
 */
export async function buildApp(outdir = join(root, 'dist')): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const entryPoints: string[] = [];
  for await (const file of glob('functions/*.ts', { cwd: root })) entryPoints.push(join(root, file));
  await build({
    absWorkingDir: root,
    entryPoints: entryPoints.sort(),
    outdir: join(outdir, 'functions'),
    chunkNames: '../chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    sourcemap: true,
    sourcesContent: false,
    keepNames: true,
    external: ['@azure/functions-core'],
    plugins: [inlineFiles],
    logLevel: 'warning',
    // Packages in the old module format expect these.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; import { fileURLToPath as __toPath } from 'node:url'; import { dirname as __toDir } from 'node:path'; const require = __createRequire(import.meta.url); const __filename = __toPath(import.meta.url); const __dirname = __toDir(__filename);",
    },
  });
  await copyFile(join(root, 'host.json'), join(outdir, 'host.json'));
  const { name, version, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const deployed = { name, version, license, private: true, type: 'module', main: 'functions/*.js' };
  await writeFile(join(outdir, 'package.json'), `${JSON.stringify(deployed, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildApp();
  console.log('built dist: the bundle, host.json and package.json');
}
