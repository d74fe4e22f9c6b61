// Runs before "npm start" and "npm test" under whatever Node is there (18 or later): plain JavaScript, no dependency.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.installed-lockfile');
const bundledNode = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

function nodeVersion() {
  try {
    return execFileSync(bundledNode, ['--version'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

if (Number(process.versions.node.split('.')[0]) < 18)
  fail(`Expected Node 18 or later, got ${process.version}: install a newer Node from https://nodejs.org.`);

const lockfile = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const installed = existsSync(stamp) && readFileSync(stamp, 'utf8') === lockfile;

if (!installed) {
  process.stderr.write('Installing what package-lock.json says (about a minute, once) …\n');
  // Without a shell where npm gives its own path; the output of scripts goes to stderr, so that stdout is left for results.
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm, 'ci']] : ['npm', ['ci']];
  const env = { ...process.env, npm_config_loglevel: 'error', npm_config_ignore_scripts: 'false' };
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], env });
  if (status !== 0) fail(`"npm ci" ended with code ${status}: see its output above, then run the command again.`);
}

if (!nodeVersion()?.startsWith('v22.')) {
  // npm may be configured not to run install scripts, and the package "node" installs its binary in one.
  const script = join(modules, 'node', 'installArchSpecificPackage.js');
  if (existsSync(script)) spawnSync(process.execPath, [script], { cwd: dirname(script), stdio: ['ignore', 2, 2] });
}
if (!nodeVersion()?.startsWith('v22.'))
  fail(
    'Expected the package "node" to bring Node 22, and it did not: allow its install script ("npm install-scripts approve node") or install Node 22, then run the command again.',
  );

if (!installed) writeFileSync(stamp, lockfile);
