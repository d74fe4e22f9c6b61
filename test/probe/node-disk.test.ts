import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findKubectl } from '../../local/kubectl.ts';
import { createCertificateAuthority } from '../../local/simulator/certificate-authority.ts';
import { substituteLines } from '../../local/simulator/substitute-lines.ts';
import { composeScript } from '../../src/probe/script.ts';

/** `RUNS=1000` is the long form. */
const RUNS = Number(process.env.RUNS ?? 12);
const AN_HOUR_AGO = () => Date.now() / 1000 - 3_660;
const run = promisify(execFile);
const node = 'aks-web-1-vmss000000';

let dir: string;
let server: ReturnType<typeof createServer>;
const asked = new Set<string>();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'node-disk-'));
  const authority = await createCertificateAuthority('ca');
  const { certificate, key } = await authority.issue('server', { commonName: 'api', ipAddresses: ['127.0.0.1'] });
  server = createServer({ cert: certificate, key }, ({ url = '' }, response) => {
    asked.add(url.split('?')[0]!);
    response.setHeader('content-type', 'application/json');
    response.end(url.startsWith('/version') ? '{"major":"1","minor":"33","gitVersion":"v1.33.5"}' : '{"kind":"Node"}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await mkdir(join(dir, 'download'));
  await mkdir(join(dir, 'bin'));
  await symlink(await findKubectl(), join(dir, 'bin', 'kubectl'));
  await writeFile(join(dir, 'machine'), 'e4f93719-5f56-41c5-81b3-7bebd88aa328\n');
  await writeFile(join(dir, 'hostname'), `${node}\n`);
  const data = Buffer.from(authority.certificate).toString('base64');
  await writeFile(
    join(dir, 'kubeconfig'),
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': data } }],
      users: [{ name: 'u', user: { token: 'none' } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'c',
    }),
  );
});
afterAll(async () => {
  server.close();
  await rm(dir, { recursive: true, force: true });
});

/** One run of the script as the agent makes it: in a folder of its own, without HOME; and the time until the next one passes. */
async function probe(n: number): Promise<string> {
  const own = join(dir, 'download', String(n));
  await mkdir(own);
  const paths = ['kubeconfig', 'machine', 'hostname'].map((name) => [name, join(dir, name)] as const);
  const text = substituteLines(composeScript('0123456789abcdef', []).join('\n'), {
    ...(Object.fromEntries(paths) as Record<'kubeconfig' | 'machine' | 'hostname', string>),
    kubectl: join(dir, 'bin', 'kubectl'),
  }).replace(/^LITTER=.*$/m, `LITTER='${join(dir, 'download')}'`);
  for (const [name, content] of [
    ['script.sh', text],
    ['stdout', ''],
    ['stderr', ''],
  ] as const)
    await writeFile(join(own, name), content);
  const { stdout } = await run('/bin/sh', [join(own, 'script.sh')], { cwd: own, env: { PATH: process.env.PATH ?? '' } });
  const then = AN_HOUR_AGO();
  for (const name of await readdir(own)) await utimes(join(own, name), then, then);
  return stdout;
}

const everything = async () => (await readdir(dir, { recursive: true })).map((path) => path.replace(/download\/\d+/, 'download/N')).sort();

it(`leaves a node's disk after ${RUNS} runs as it was after 2`, { timeout: 60_000 + RUNS * 3_000 }, async () => {
  for (const n of [1, 2]) expect(await probe(n)).toMatch(/server=v1\.33\.5\n[\s\S]*node=200\n/);
  const before = await everything();
  for (let n = 3; n <= RUNS; n++) await probe(n);
  expect(await everything()).toEqual(before);
  expect([...asked].sort()).toEqual([`/api/v1/nodes/${node}`, '/version']);
});
