import { copyFile, glob, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { billOfMaterials } from './bill-of-materials.ts';
import { bundleSources } from './bundle-sources.ts';
import { fewChunks } from './few-chunks.ts';
import { lazyCommonJs } from './lazy-commonjs.ts';
import { lazyHttp } from './lazy-http.ts';
import { leanBuiltins } from './lean-builtins.ts';
import { loadLater } from './load-later.ts';
import { oneCopy } from './one-copy.ts';
import { shortNames } from './short-names.ts';
import { usedOperations } from './used-operations.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
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

type Options = Required<Pick<BuildOptions, 'external' | 'sourcemap' | 'plugins'>>;

// ES modules with splitting, since each function then loads only what it uses; one CommonJS file for each function would repeat every SDK.
async function bundle(entryPoints: Record<string, string>, outdir: string, { external, sourcemap, plugins }: Options): Promise<Bundle> {
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
    sourcemap,
    sourcesContent: false,
    // Half a worker's memory for code is its text. Our names stay, since errors and logs show them; `shortNames` shortens those of packages,
    // and is the last plugin, since the first one that loads a file wins.
    minifyWhitespace: true,
    minifySyntax: true,
    metafile: true,
    external,
    plugins: [leanBuiltins, bundleSources, usedOperations, oneCopy, lazyHttp, loadLater, ...plugins, lazyCommonJs, shortNames],
    logLevel: 'warning',
    // CommonJS packages expect these three. In a banner, the latter two would collide with those that a module declares.
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    // Azure's SDKs ask of every body whether it is a form, which we never send: the question alone makes Node load its client of the web, 60 ms and 9 MB.
    define: { __filename: 'import.meta.filename', __dirname: 'import.meta.dirname', FormData: 'undefined' },
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const lazy = new Set(imports.filter(({ kind, external: out }) => kind === 'dynamic-import' && !out).map(({ path }) => path));
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  return {
    lazy: [...lazy].sort().map((path) => ({
      chunk: relative(outdir, join(root, path)),
      module: metafile.outputs[path]!.entryPoint!.replace(/^(lazy-commonjs|few-chunks):/, ''),
    })),
    files: new Set(files),
  };
}

/** What is written beside what is deployed. */
interface Beside {
  /** The bill of materials, if one is wanted. */
  bill?: string;
  /** A folder for the source maps, which are half as large again as the app. */
  maps?: string;
}

/** Moves the source maps out of the bundle. */
async function moveMaps(outdir: string, maps: string): Promise<void> {
  await rm(maps, { recursive: true, force: true });
  for await (const file of glob('**/*.map', { cwd: outdir })) {
    await mkdir(dirname(join(maps, file)), { recursive: true });
    await rename(join(outdir, file), join(maps, file));
  }
}

/**
 * Builds what is deployed, and only that: the bundle, `host.json` and a `package.json` without dependencies.
 *
 * @param outdir - emptied first.
 * @returns the chunks that are loaded lazily.
 */
export async function buildApp(outdir = join(root, 'dist'), beside?: Beside): Promise<LazyChunk[]> {
  const { bill, maps } = beside ?? {};
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const { lazy, files } = await bundle({ main: 'functions/main.ts' }, outdir, {
    external: ['@azure/functions-core'],
    plugins: [fewChunks],
    sourcemap: maps === undefined ? false : 'external',
  });
  if (maps !== undefined) await moveMaps(outdir, maps);
  await copyFile(join(root, 'host.json'), join(outdir, 'host.json'));
  const { name, version, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const deployed = { name, version, license, private: true, type: 'module', main: 'main.js' };
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
  const { lazy, files } = await bundle({ cli: 'src/cli/main.ts', replay: 'src/cli/replay.ts' }, outdir, {
    external: [],
    sourcemap: true,
    plugins: [],
  });
  await writeFile(join(outdir, 'package.json'), '{ "type": "module" }\n');
  if (bill !== undefined) await writeBill(bill, files);
  return lazy;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildApp(undefined, { bill: join(root, 'sbom.cdx.json'), maps: join(root, 'dist-maps') });
  await buildCommands();
  console.log(
    'built dist: the bundle, host.json and package.json; dist-maps: its source maps; sbom.cdx.json: what is in it; and dist-commands: the command line',
  );
}
