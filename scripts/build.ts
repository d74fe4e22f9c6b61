import { copyFile, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { billOfMaterials } from './bill-of-materials.ts';
import { lazyCommonJs } from './lazy-commonjs.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const READ_FILE = /readFileSync\(new URL\('(\.\/[\w.-]+)', import\.meta\.url\), 'utf8'\)/g;

// Node cannot import a shell script: the sources read it beside them, the bundle carries its text.
const inlineFiles: Plugin = {
  name: 'inline-files',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/](probe[\\/]script|page[\\/]assets)\.ts$/ }, async ({ path }) => {
      let contents = await readFile(path, 'utf8');
      for (const [call, file] of contents.matchAll(READ_FILE)) {
        const text = JSON.stringify(await readFile(join(dirname(path), file!), 'utf8'));
        // As a function: in a text, $' and $& would be read as patterns.
        contents = contents.replace(call, () => text);
      }
      if (contents.includes('readFileSync('))
        throw new Error(`expected every readFileSync of ${basename(path)} to be replaced by its file, one is left`);
      return { contents, loader: 'ts' };
    });
  },
};

// The sources read it from the package, which is not deployed.
const inlineVersion: Plugin = {
  name: 'inline-version',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]version\.ts$/ }, async () => {
      const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
      return { contents: `export const version = ${JSON.stringify(version)};`, loader: 'ts' };
    });
  },
};

/** What was built. */
interface Bundle {
  lazy: LazyChunk[];
  /** Paths of the files that are in it, below the project's folder. */
  files: Set<string>;
}

/** A chunk that is loaded when it is first needed, and the module whose names it must export. */
export interface LazyChunk {
  /** Path of the chunk, below the folder that was built. */
  chunk: string;
  /** Path of the module, below the project's folder. */
  module: string;
}

// ES modules with splitting, since each function then loads only what it uses; one CommonJS file for each function would repeat every SDK.
async function bundle(entryPoints: Record<string, string>, outdir: string, external: string[]): Promise<Bundle> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    outbase: root,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    sourcemap: true,
    sourcesContent: false,
    // Half a worker's memory for code is its text; names stay, since errors and logs show them.
    minifyWhitespace: true,
    minifySyntax: true,
    minifyIdentifiers: true,
    keepNames: true,
    metafile: true,
    external,
    plugins: [inlineFiles, inlineVersion, lazyCommonJs],
    logLevel: 'warning',
    // CommonJS packages expect these three. In a banner, the latter two would collide with those that a module declares.
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    define: { __filename: 'import.meta.filename', __dirname: 'import.meta.dirname' },
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const lazy = new Set(imports.filter(({ kind, external: out }) => kind === 'dynamic-import' && !out).map(({ path }) => path));
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  return {
    lazy: [...lazy].sort().map((path) => ({
      chunk: relative(outdir, join(root, path)),
      module: metafile.outputs[path]!.entryPoint!.replace(/^lazy-commonjs:/, ''),
    })),
    files: new Set(files),
  };
}

/**
 * Builds what is deployed, and only that: the bundle, `host.json` and a `package.json` without dependencies.
 *
 * @param outdir - emptied first.
 * @param bill - where the bill of materials is written, if it is.
 * @returns the chunks that are loaded lazily.
 */
export async function buildApp(outdir = join(root, 'dist'), bill?: string): Promise<LazyChunk[]> {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const entryPoints: Record<string, string> = {};
  for await (const file of glob('functions/*.ts', { cwd: root })) entryPoints[file.replace(/\.ts$/, '')] = file;
  const { lazy, files } = await bundle(entryPoints, outdir, ['@azure/functions-core']);
  await copyFile(join(root, 'host.json'), join(outdir, 'host.json'));
  const { name, version, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const deployed = { name, version, license, private: true, type: 'module', main: 'functions/*.js' };
  await writeFile(join(outdir, 'package.json'), `${JSON.stringify(deployed, null, 2)}\n`);
  if (bill !== undefined) await writeBill(bill, files);
  return lazy;
}

async function writeBill(bill: string, files: ReadonlySet<string>): Promise<void> {
  await writeFile(bill, `${JSON.stringify(await billOfMaterials(root, files), null, 2)}\n`);
}

/**
 * Builds the commands for machines without this project's sources: `cli.js` and `replay.js`, which need Node alone.
 *
 * @param outdir - emptied first.
 * @param bill - where the bill of materials is written, if it is.
 * @returns the chunks that are loaded lazily.
 */
export async function buildCommands(outdir = join(root, 'dist-commands'), bill?: string): Promise<LazyChunk[]> {
  await rm(outdir, { recursive: true, force: true });
  const { lazy, files } = await bundle({ cli: 'src/cli/main.ts', replay: 'src/cli/replay.ts' }, outdir, []);
  await writeFile(join(outdir, 'package.json'), '{ "type": "module" }\n');
  if (bill !== undefined) await writeBill(bill, files);
  return lazy;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildApp(undefined, join(root, 'sbom.cdx.json'));
  await buildCommands();
  console.log('built dist: the bundle, host.json and package.json; sbom.cdx.json: what is in it; and dist-commands: the command line');
}
