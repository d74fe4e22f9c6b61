import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildCommands } from './build.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const NAME = 'aks-fleet-prober-cli';
/** What the bundle needs: `styleText` that heeds what it writes to. */
const LEAST_NODE = '22.13.0';

const README = `# ${NAME}

The command line of aks-fleet-prober, in one package without dependencies; sbom.cdx.json says what is in it.

    npm install -g ./${NAME}-<version>.tgz
    aks-fleet-prober --help
`;

/** Loads a command, or says which Node it needs: an older one would fail with words that nobody understands. */
const launcher = (file: string) => `#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 13)) import('../${file}');
else {
  process.stderr.write('expected Node ${LEAST_NODE} or later, got ' + process.versions.node + ': install a newer Node from https://nodejs.org\\n');
  process.exitCode = 2;
}
`;

/**
 * Packs the command line as a package that npm installs without any other: its bundle, what is in that, and its licence.
 *
 * @param outdir - where the tarball is written.
 * @returns the path of the tarball.
 */
export async function packCli(outdir: string): Promise<string> {
  const { version, license, description } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const dir = await mkdtemp(join(tmpdir(), `${NAME}-`));
  try {
    await buildCommands(dir, join(dir, 'sbom.cdx.json'));
    const bin = { 'aks-fleet-prober': 'bin/aks-fleet-prober.js', 'aks-fleet-prober-replay': 'bin/aks-fleet-prober-replay.js' };
    await mkdir(join(dir, 'bin'));
    await writeFile(join(dir, bin['aks-fleet-prober']), launcher('cli.js'));
    await writeFile(join(dir, bin['aks-fleet-prober-replay']), launcher('replay.js'));
    const files = ['bin', 'chunks/*.js', 'cli.js', 'replay.js', 'sbom.cdx.json', 'LICENSE', 'README.md'];
    const packed = {
      name: NAME,
      version,
      license,
      description,
      private: true,
      type: 'module',
      bin,
      files,
      engines: { node: `>=${LEAST_NODE}` },
    };
    await writeFile(join(dir, 'package.json'), `${JSON.stringify(packed, null, 2)}\n`);
    await copyFile(join(root, 'LICENSE'), join(dir, 'LICENSE'));
    await writeFile(join(dir, 'README.md'), README);
    await mkdir(outdir, { recursive: true });
    // The npm that runs this script, or the one on the way.
    const npm = process.env.npm_execpath;
    const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
    const { stdout } = await promisify(execFile)(command, [...args, 'pack', '--json', '--ignore-scripts', '--pack-destination', outdir], {
      cwd: dir,
    });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    return join(outdir, filename);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(`packed ${await packCli(join(root, 'dist-cli'))}`);
