import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect as expectNow, it } from 'vitest';
import { findKubectl } from '../../local/kubectl.ts';
import { type CertificateAuthority, createCertificateAuthority, type KeyPair } from '../../local/simulator/certificate-authority.ts';
import { type BlackHole, digBlackHole } from '../../local/simulator/open-blackhole.ts';
import { parseReport } from '../../src/probe/parse.ts';
import { composeScript, type ProbeServed } from '../../src/probe/script.ts';
import { kubeconfigText } from './kubeconfig-text.ts';
import { PowerShellDriver, pwsh, substituteWindowsLines, type WindowsLines } from './windows-node.ts';

// PowerShell 7 on Linux stands for Windows PowerShell 5.1: the same script, with the node's own lines in place of what only Windows has.
const nonce = '0123456789abcdef';
const machine = '4c4c4544-0033-4a10-8052-b4c04f4d3132';
const nodeName = 'akswin000000';
const nodePath = `/api/v1/nodes/${nodeName}`;
const leasePath = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${nodeName}`;

let dir: string;
let kubectl: string;
let driver: PowerShellDriver;
let authority: CertificateAuthority;
let stranger: CertificateAuthority;
let namesake: CertificateAuthority;
let blackHole: BlackHole;
const servers: Server[] = [];
/** Address and port of each. */
const places: Record<string, string> = {};

/** On Linux an address of its own, so that nobody else takes a port that nobody listens on. */
const lonely = `127.${200 + Math.floor(Math.random() * 50)}.${Math.floor(Math.random() * 250)}.1`;

async function listen(name: string, server: Server, host = '127.0.0.1'): Promise<number> {
  servers.push(server);
  server.on('error', () => {});
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  places[name] = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return port;
}

type Answer = { status: number; body?: string; headers?: Record<string, string> };
const json = (body: object): string => JSON.stringify(body);
const refusal = (status: number, reason: string, message: string): Answer => ({
  status,
  body: json({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code: status }),
  headers: { 'content-type': 'application/json' },
});
const unready = {
  status: 500,
  body: '[+]ping ok\n[-]etcd failed: reason withheld\n[+]log ok\n[-]poststarthook/rbac failed: reason withheld\nreadyz check failed\n',
  headers: { 'content-type': 'text/plain' },
};

/** What an API server answers a node that it serves. */
const healthy: Record<string, Answer> = {
  '/version': { status: 200, body: json({ major: '1', minor: '31', gitVersion: 'v1.31.4' }) },
  [nodePath]: { status: 200, body: json({ kind: 'Node', apiVersion: 'v1', metadata: { name: nodeName } }) },
  [leasePath]: { status: 200, body: json({ kind: 'Lease' }) },
  '/readyz': { status: 200, body: 'ok' },
  '/livez': { status: 200, body: 'ok' },
};

/** An API server; `every` answers all that `paths` do not name. */
const serving = (
  pair: KeyPair,
  more: { every?: Answer; paths?: Record<string, Answer>; headers?: Record<string, string>; ca?: string } = {},
) =>
  createTlsServer(
    { key: pair.key, cert: pair.certificate, ca: more.ca, requestCert: more.ca !== undefined, rejectUnauthorized: more.ca !== undefined },
    ({ url }, response) => {
      const path = new URL(url ?? '/', 'https://server').pathname;
      const { status, body, headers } = more.paths?.[path] ?? more.every ?? healthy[path] ?? { status: 404 };
      response.writeHead(status, { 'content-type': 'application/json', ...headers, ...more.headers }).end(body ?? '{}');
    },
  );

const daysFromNow = (days: number) => new Date(Date.now() + days * 86_400_000).toUTCString();

/** A proxy that answers CONNECT with a status and, where that is 200, leads to a place. */
const proxying = (status: number, place = '', user = '') =>
  createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (data) => {
      const known = user === '' || data.toString().includes(`Proxy-Authorization: Basic ${Buffer.from(user).toString('base64')}`);
      socket.write(`HTTP/1.1 ${known ? status : 407} Said\r\n\r\n`);
      if (!known || status !== 200) return socket.end();
      const [host = '', port] = places[place]!.split(':');
      const onward = connect(Number(port), host).on('error', () => socket.destroy());
      socket.pipe(onward).pipe(socket);
    });
  });

beforeAll(async () => {
  if (!pwsh) return;
  dir = await mkdtemp(join(tmpdir(), 'windows-ps1-test-'));
  kubectl = await findKubectl();
  [authority, stranger, namesake] = (await Promise.all(['cluster', 'stranger', 'cluster'].map(createCertificateAuthority))) as [
    CertificateAuthority,
    CertificateAuthority,
    CertificateAuthority,
  ];
  const holder = { commonName: 'api', dnsNames: ['api.internal', 'localhost'], ipAddresses: ['127.0.0.1', '::1'] };
  const [own, expired, early, other, client, oldClient] = await Promise.all([
    authority.issue('server', holder),
    authority.issue('server', { ...holder, from: -20, until: -10 }),
    authority.issue('server', { ...holder, from: 10, until: 20 }),
    authority.issue('server', { commonName: 'other', dnsNames: ['other.internal'] }),
    authority.issue('client', { commonName: `system:node:${nodeName}`, organization: 'system:nodes' }),
    authority.issue('client', { commonName: `system:node:${nodeName}`, organization: 'system:nodes', from: -20, until: -1 }),
  ]);
  const files = { 'ca.crt': authority.certificate, 'client.crt': client.certificate, 'client.key': client.key };
  const oldFiles = { 'old-client.crt': oldClient.certificate, 'old-client.key': oldClient.key, 'cut.key': client.key.slice(0, 60) };
  for (const [name, content] of Object.entries({ ...files, ...oldFiles })) await writeFile(join(dir, name), content);

  await listen('good', serving(own));
  for (const status of [302, 401, 403, 429, 500, 503])
    await listen(String(status), serving(own, { every: refusal(status, 'Said', 'said so') }));
  await listen(
    'portal',
    serving(own, { every: { status: 200, body: '<html><body>Log in</body></html>', headers: { 'content-type': 'text/html' } } }),
  );
  await listen('page', serving(own, { every: { status: 200, body: '{}' } }));
  await listen('readyz 500', serving(own, { paths: { '/readyz': unready, '/livez': { status: 500 } } }));
  await listen('readyz 503', serving(own, { paths: { '/readyz': { status: 503 } } }));
  await listen('slow clock', serving(expired, { headers: { date: daysFromNow(-15) } }));
  await listen('fast clock', serving(early, { headers: { date: daysFromNow(15) } }));
  await listen('expired', serving(expired));
  await listen('early', serving(early));
  await listen('other', serving(other));
  await listen('internal', serving(await authority.issue('server', { commonName: 'api', dnsNames: ['api.internal'] })));
  await listen('mutual', serving(own, { ca: authority.certificate }));
  await listen('six', serving(own), '::1');
  await listen(
    'reset',
    createTlsServer({ key: own.key, cert: own.certificate }, (request) => request.socket.destroy()),
  );
  await listen(
    'plain',
    createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 200 OK\r\n\r\n')),
  );
  const quiet = () => createServer((socket) => socket.on('error', () => {}));
  await listen('silent', quiet());
  await listen('silent six', quiet(), '::1');
  await listen(
    'cutting',
    createServer((socket) => socket.on('error', () => {}).once('data', () => socket.resetAndDestroy())),
  );
  // What is small comes through, and a handshake does not.
  await listen(
    'narrow',
    createServer((socket) =>
      socket
        .on('error', () => {})
        .once('data', (data) => {
          if (data[0] !== 0x16) socket.end('HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n');
        }),
    ),
  );
  await listen('proxy', proxying(200, 'good'));
  await listen('proxy to 401', proxying(200, '401'));
  await listen('proxy to expired', proxying(200, 'expired'));
  await listen('proxy to silence', proxying(200, 'silent'));
  await listen('proxy with user', proxying(200, '401', 'proxyuser:love lace'));
  await listen('proxy that refuses', proxying(403));
  await listen('proxy that asks', proxying(407));
  const etcdDown = {
    [nodePath]: refusal(500, 'InternalError', 'etcdserver: request timed out'),
    [leasePath]: { status: 500 },
    '/readyz': unready,
  };
  await listen('etcd', serving(own, { paths: etcdDown }));
  const forbidden = refusal(403, 'Forbidden', `nodes "${nodeName}" is forbidden: User "system:node:other" cannot get resource`);
  await listen('forbidden', serving(own, { paths: { [nodePath]: forbidden, [leasePath]: forbidden } }));
  await listen('unknown', serving(own, { paths: { [nodePath]: refusal(404, 'NotFound', `nodes "${nodeName}" not found`) } }));
  await listen('busy', serving(own, { paths: { [nodePath]: refusal(429, 'TooManyRequests', 'too many requests') } }));
  await listen(
    'stuck',
    createTlsServer({ key: own.key, cert: own.certificate }, ({ url }, response) => {
      if (url?.startsWith('/version')) response.writeHead(200, { 'content-type': 'application/json' }).end(healthy['/version']!.body);
    }),
  );

  const listenNoMore = async (name: string) => {
    const port = await listen(name, createServer(), lonely);
    const server = servers.pop()!;
    await new Promise((resolve) => server.close(resolve));
    return port;
  };
  await listenNoMore('closed');
  places['closed six'] = `[::1]:${await listenNoMore('any')}`;
  blackHole = await digBlackHole(lonely, await listenNoMore('hole'));
  await Promise.all(['home', 'tmp'].map((name) => mkdir(join(dir, name))));
  driver = new PowerShellDriver(environment());
}, 60_000);

afterAll(async () => {
  if (!pwsh) return;
  driver.close();
  for (const server of servers) {
    server.close();
    if ('closeAllConnections' in server) (server as ReturnType<typeof createTlsServer>).closeAllConnections();
  }
  await blackHole.close();
  await rm(dir, { recursive: true, force: true });
});

/** Of PowerShell itself: what a node's agent has besides is in a named line of the script. */
const environment = () => ({
  PATH: process.env.PATH!,
  HOME: join(dir, 'home'),
  TMPDIR: join(dir, 'tmp'),
  SSL_CERT_FILE: join(dir, 'ca.crt'),
  POWERSHELL_TELEMETRY_OPTOUT: '1',
  POWERSHELL_UPDATECHECK: 'Off',
});

interface Node extends Partial<WindowsLines> {
  /** The text of a kubectl of its own, else the real one is there; `undefined` for none. */
  fake?: string | Buffer | undefined;
  /** The text of the kubeconfig; without one there is none. */
  config?: string | Buffer;
  egress?: string[];
  /** PROBE_SERVED. */
  served?: ProbeServed;
}

const busy = pLimit(2 * availableParallelism());
const idle = pLimit(24);

/** Makes a node of a folder, and the script for it. */
async function makeNode(node: Node) {
  const own = await mkdtemp(join(dir, 'node-'));
  const paths = { kubectl: 'fake' in node ? join(own, 'kubectl') : kubectl, kubeconfig: join(own, 'config') };
  if (node.fake !== undefined) await writeFile(paths.kubectl, node.fake, { mode: 0o700 });
  if (node.config !== undefined) await writeFile(paths.kubeconfig, node.config);
  const [above, egress, served, ...body] = composeScript(
    nonce,
    (node.egress ?? ['good']).map((name) => `${at(name)}/v2/`),
    'Windows',
    node.served,
  );
  const lines = { nodeName, registry: ofMachine({}), ...node, ...paths };
  return { own, script: [above, egress, served, substituteWindowsLines(body.join('\n'), lines)].join('\n') };
}

async function runNode(node: Node) {
  const { own, script } = await makeNode(node);
  const waits = [node.fake, node.config].some((text) =>
    ['sleep', places.hole!, 'silen', places.silent!, places.narrow!].some((word) => text?.includes(word)),
  );
  // Whatever is not there under the strictest mode would be an error.
  const { output, errors, seconds } = await (waits ? idle : busy)(() => driver.run(`Set-StrictMode -Version Latest\n${script}`));
  const report = parseReport(output, nonce);
  const facts = Object.fromEntries(report?.facts ?? []);
  return { output, errors, seconds, report, facts, code: report?.exitCode, own };
}

const ofMachine = (variables: Record<string, string>, service: Record<string, Record<string, string[]>> = {}) => ({
  HardwareConfig: { LastConfig: `{${machine.toUpperCase()}}` },
  'CurrentControlSet\\Control\\Session Manager\\Environment': { Path: 'C:\\Windows', ...variables },
  ...Object.fromEntries(Object.entries(service).map(([key, values]) => [`CurrentControlSet\\Services\\kubelet${key}`, values])),
});

const base64 = (pem: string) => Buffer.from(pem).toString('base64');
const at = (name: string) => `https://${places[name]}`;

const configOf = (server: string, cluster: string[] = trusted(), user: string[] = clientCertificate('client')) =>
  kubeconfigText(server, cluster, user);
const trusted = () => [`certificate-authority-data: ${base64(authority.certificate)}`];
const clientCertificate = (name: string) => [`client-certificate: ${join(dir, `${name}.crt`)}`, `client-key: ${join(dir, `${name}.key`)}`];

/** Facts that are the same everywhere, or measures, or words. */
const noise =
  'machine ms config_ms clock host port dns dns_ms route tcp_ms said curl_said client valid server_clock issuer ca egress name node_ms node_said'.split(
    ' ',
  );
const decisive = (facts: Record<string, string>) => Object.fromEntries(Object.entries(facts).filter(([key]) => !noise.includes(key)));

const title = pwsh ? 'windows.ps1, run by PowerShell 7' : 'windows.ps1 (no PowerShell 7 at $PWSH, on PATH or in .local/pwsh: not run)';

/** kubectl, but its first question fails; what is asked later is answered. */
const failsFirst = (words = 'The connection to the server was refused') =>
  `#!/bin/sh\ncase "$*" in *' version '*) echo '${words}' >&2; exit 1 ;; esac\nexec '${kubectl}' "$@"\n`;
/** kubectl that trusts no authority but those of its kubeconfig. */
const distrustful = () => `#!/bin/sh\nunset SSL_CERT_FILE\nexec '${kubectl}' "$@"\n`;
const fails = (script: string) => `#!/bin/sh\ncase "$*" in *' version '*) ${script} ;; esac\nexec '${kubectl}' "$@"\n`;
const ok = { kubeconfig: 'ok' };
const reached = { ...ok, tcp: 'ok' };

const azureDns = '168.63.129.16';
/** kubectl that succeeds, and does something else before. */
const succeeds = (first = ':') => fails(`${first}; echo '{"serverVersion": {"gitVersion": "v1.31.4"}}'; exit 0`);
/** The kubeconfig of a node that goes to one place through another. */
const throughProxy = (proxy: string, place: string, user = ''): Node => ({
  config: configOf(at(place), [...trusted(), `proxy-url: http://${user}${places[proxy]}`]),
});
/** The first bytes of a program for Windows. */
function portable(machineType: number, signature = 'PE'): Buffer {
  const bytes = Buffer.alloc(1024);
  bytes.write('MZ');
  bytes.writeUInt32LE(128, 60);
  bytes.write(signature, 128);
  bytes.writeUInt16LE(machineType, 132);
  return bytes;
}

type Case = [what: string, node: () => Node, facts: Record<string, string>];

describe.skipIf(!pwsh)(title, { concurrent: true, timeout: 120_000 }, () => {
  it('asks a healthy node two questions, reads its kubeconfig, and leaves nothing behind', async ({ expect }) => {
    const calls = join(dir, 'calls');
    const fake = `#!/bin/sh\nprintf '%s\\n' "$*" >> '${calls}'\nexec '${kubectl}' "$@"\n`;
    const { output, errors, seconds, own, facts } = await runNode({ fake, config: configOf(at('good')) });
    const [host, port] = places.good!.split(':');
    expect(output.replace(/(_?ms|clock)=\d+/g, (text) => text.replace(/\d+/, '…')).split('\r\n')).toEqual([
      '',
      `AFP1 begin ${nonce}`,
      `machine=${machine}`,
      'ms=…',
      'clock=…',
      'server=v1.31.4',
      'kubeconfig=ok',
      'config_ms=…',
      `host=${host}`,
      `port=${port}`,
      `name=${nodeName}`,
      'node=200',
      'node_ms=…',
      `AFP1 end ${nonce} rc=0`,
      '',
    ]);
    expect((await readFile(calls, 'utf8')).replaceAll(own, '').split('\n')).toEqual([
      '--kubeconfig /config version -o json -v=6 --request-timeout=7s',
      expect.stringMatching(/^--kubeconfig \/config config view --raw --minify -o jsonpath=/),
      `--kubeconfig /config get --raw ${nodePath} -v=6 --request-timeout=3s`,
      '',
    ]);
    expect(errors).toEqual([]);
    expect(Number(facts.ms)).toBeLessThan(8000);
    expect(seconds).toBeLessThan(10);
  });

  it.for<Case>([
    ['a port that is closed', () => ({ config: configOf(at('closed')) }), { ...ok, tcp: 'refused' }],
    ['an address that drops packets', () => ({ config: configOf(at('hole')) }), { ...ok, tcp: 'timeout' }],
    ['an address without route', () => ({ config: configOf('https://224.0.0.1:443') }), { ...ok, tcp: 'unreachable' }],
    ['a closed port at an IPv6 address', () => ({ config: configOf(at('closed six')) }), { ...ok, tcp: 'refused' }],
    [
      'silence at an IPv6 address',
      () => ({ config: configOf(at('silent six')) }),
      { ...reached, handshake: 'timeout', plain: 'silent', curl: '28' },
    ],
    ['silence', () => ({ config: configOf(at('silent')) }), { ...reached, handshake: 'timeout', plain: 'silent', curl: '28' }],
    [
      'a way that only small packets pass',
      () => ({ config: configOf(at('narrow')) }),
      { ...reached, handshake: 'timeout', plain: '400', curl: '28' },
    ],
    ['a reset in the handshake', () => ({ config: configOf(at('cutting')) }), { ...reached, handshake: 'reset', curl: '35' }],
    ['a reset after the handshake', () => ({ config: configOf(at('reset')) }), { ...reached, secured_s: '1', curl: '56' }],
    ['something that speaks no TLS', () => ({ config: configOf(at('plain')) }), { ...reached, handshake: 'failed', curl: '35' }],
    ['an expired certificate', () => ({ config: configOf(at('expired')) }), { ...reached, secured_s: '1', verify: '10', curl: '60' }],
    ['a certificate of tomorrow', () => ({ config: configOf(at('early')) }), { ...reached, secured_s: '1', verify: '9', curl: '60' }],
    [
      'a server whose clock is behind',
      () => ({ config: configOf(at('slow clock')) }),
      { ...reached, secured_s: '1', verify: '10', curl: '60' },
    ],
    [
      'a server whose clock is ahead',
      () => ({ config: configOf(at('fast clock')) }),
      { ...reached, secured_s: '1', verify: '9', curl: '60' },
    ],
    [
      'a certificate for another name',
      () => ({ config: configOf(at('other')) }),
      { ...reached, secured_s: '1', named: 'no', verify: '62', curl: '60' },
    ],
    [
      'a certificate of another authority',
      () => ({ config: configOf(at('good'), [`certificate-authority-data: ${base64(stranger.certificate)}`]) }),
      { ...reached, secured_s: '1', verify: '19', curl: '60' },
    ],
    [
      'a certificate of an authority that is only called the same',
      () => ({ config: configOf(at('good'), [`certificate-authority-data: ${base64(namesake.certificate)}`]) }),
      { ...reached, secured_s: '1', verify: '19', curl: '60' },
    ],
    [
      'a kubeconfig without an authority',
      () => ({ fake: distrustful(), config: configOf(at('good'), []) }),
      { ...reached, secured_s: '1', verify: '19', curl: '60' },
    ],
    ['401', () => ({ config: configOf(at('401')) }), { ...reached, curl: '0', version: '401', readyz: '401', livez: '401' }],
    ['403', () => ({ config: configOf(at('403')) }), { ...reached, curl: '0', version: '403', readyz: '403', livez: '403' }],
    ['429', () => ({ config: configOf(at('429')) }), { ...reached, curl: '0', version: '429', readyz: '429', livez: '429' }],
    ['500', () => ({ config: configOf(at('500')) }), { ...reached, curl: '0', version: '500', readyz: '500', livez: '500' }],
    ['503', () => ({ config: configOf(at('503')) }), { ...reached, curl: '0', version: '503', readyz: '503', livez: '503' }],
    ['a redirect', () => ({ config: configOf(at('302')) }), { ...reached, curl: '0', version: '302', readyz: '302', livez: '302' }],
    [
      'a page of somebody else',
      () => ({ config: configOf(at('portal')) }),
      { ...reached, curl: '0', version: '200', type: 'text/html', readyz: '200', livez: '200' },
    ],
    [
      'a server that is not ready (500)',
      () => ({ fake: failsFirst(), config: configOf(at('readyz 500')) }),
      { ...reached, curl: '0', version: '200', readyz: '500', livez: '500', unready: 'etcd,poststarthook/rbac' },
    ],
    [
      'a server that is not ready (503)',
      () => ({ fake: failsFirst(), config: configOf(at('readyz 503')) }),
      { ...reached, curl: '0', version: '200', readyz: '503', livez: '200' },
    ],
    [
      'nothing, a moment later',
      () => ({ fake: failsFirst(), config: configOf(at('good')) }),
      { ...reached, curl: '0', version: '200', readyz: '200', livez: '200' },
    ],
  ])('finds %s', async ([, node, facts], { expect }) => {
    const run = await runNode(node());
    expect({ code: run.code, facts: decisive(run.facts), errors: run.errors }).toEqual({ code: 1, facts, errors: [] });
    expect(run.seconds).toBeLessThan(20);
    expect(Buffer.byteLength(run.output)).toBeLessThanOrEqual(1500);
  });

  it.for<[what: string, lookUp: Record<string, string | string[]>, own: string, azure: string]>([
    ['unknown to all', { own: 'DNS_ERROR_RCODE_NAME_ERROR', [azureDns]: 'DNS_ERROR_RCODE_NAME_ERROR' }, 'unknown', 'unknown'],
    ['known to Azure alone', { own: 'DNS_ERROR_RCODE_NAME_ERROR', [azureDns]: ['A'] }, 'unknown', 'found'],
    ['there without an address', { own: ['SOA'], [azureDns]: ['SOA'] }, 'empty', 'empty'],
    ['there without any record', { own: 'DNS_INFO_NO_RECORDS', [azureDns]: ['CNAME', 'AAAA'] }, 'empty', 'found'],
    [
      'answered by SERVFAIL',
      { own: 'DNS_ERROR_RCODE_SERVER_FAILURE', [azureDns]: 'DNS_ERROR_RCODE_SERVER_FAILURE' },
      'servfail',
      'servfail',
    ],
    ['answered by REFUSED', { own: 'DNS_ERROR_RCODE_REFUSED', [azureDns]: ['A', 'AAAA'] }, 'refused', 'found'],
    ['not answered', { own: 'ERROR_TIMEOUT', [azureDns]: 'ERROR_TIMEOUT' }, 'timeout', 'timeout'],
    ['asked of nobody', { own: 'DNS_ERROR_NO_DNS_SERVERS', [azureDns]: ['A'] }, 'noserver', 'found'],
    ['answered by nonsense', { own: 'DNS_ERROR_BAD_PACKET', [azureDns]: ['A'] }, 'failed', 'found'],
  ])('tells a name that is %s', async ([, dns, own, azure], { expect }) => {
    const { code, facts, errors } = await runNode({ config: configOf('https://shop-1.invalid:443'), addresses: ['failed'], dns });
    expect([code, facts.dns, errors]).toEqual([1, 'failed', []]);
    const servers = facts.resolver;
    expect(servers).toBeDefined();
    expect(decisive(facts)).toEqual({ ...ok, resolver: servers, dns_own: own, dns_azure: azure });
  });

  it('asks this machine itself for a name, and its name servers', async ({ expect }) => {
    const { facts } = await runNode({
      config: configOf('https://no..such.name:443'),
      dns: { own: 'ERROR_TIMEOUT', [azureDns]: 'ERROR_TIMEOUT' },
    });
    expect([facts.host, facts.port, facts.dns]).toEqual(['no..such.name', '443', 'failed']);
  });

  it('tries every address of a name, and takes one that answers', async ({ expect }) => {
    const [, port] = places['401']!.split(':');
    const node = { config: configOf(`https://localhost:${port}`) };
    const [one, none] = await Promise.all([
      runNode({ ...node, addresses: [lonely, '127.0.0.1', '::1'] }),
      runNode({
        fake: failsFirst(),
        config: configOf(`https://localhost:${places.closed!.split(':')[1]}`),
        addresses: [lonely, '127.0.0.2'],
      }),
    ]);
    expect(decisive(one.facts)).toEqual({
      ...reached,
      addresses: '3',
      dead: `${lonely} refused`,
      curl: '0',
      version: '401',
      readyz: '401',
      livez: '401',
    });
    expect(one.facts.dns).toBe('127.0.0.1');
    expect(decisive(none.facts)).toEqual({ ...ok, addresses: '2', dead: '127.0.0.2 refused', tcp: 'refused' });
    expect(none.facts.dns).toBe(lonely);
  });

  it.for<[what: string, config: () => string | Buffer | undefined, state: string]>([
    ['no kubeconfig', () => undefined, 'missing'],
    ['an empty kubeconfig', () => '', 'broken'],
    ['a kubeconfig of zeros', () => Buffer.alloc(2000), 'broken'],
    ['a kubeconfig that ends in the middle', () => configOf(at('good')).replace(/contexts:[\s\S]*/, 'contexts: [{'), 'broken'],
    ['a kubeconfig without a context', () => configOf(at('good')).replace(/current-context.*/, ''), 'broken'],
    ['a kubeconfig without a server', () => configOf(at('good')).replace(/ server: .*/, ''), 'broken'],
    ['a kubeconfig whose server is no name', () => configOf('https://:443'), 'insecure'],
    ['a kubeconfig whose server is not https', () => configOf(`http://${places.closed}`), 'insecure'],
  ])('stops at %s', async ([, config, state], { expect }) => {
    const text = config();
    const { code, facts, errors } = await runNode(text === undefined ? {} : { config: text });
    expect([code, facts.kubeconfig, facts.host, facts.tcp, facts.egress, errors]).toEqual([1, state, undefined, undefined, undefined, []]);
    expect(facts.kubeconfig_said === undefined).toBe(state !== 'broken' || text?.includes('current-context: localclustercontext'));
  });

  it('reads a kubeconfig that is JSON', async ({ expect }) => {
    const text = json({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: at('closed'), 'certificate-authority': 'ca.crt' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      users: [{ name: 'u', user: { token: 'secret-token' } }],
      'current-context': 'x',
    });
    const { facts, output } = await runNode({ fake: failsFirst(), config: text });
    expect(decisive(facts)).toEqual({ ...ok, tcp: 'refused' });
    expect(output).not.toContain('secret');
  });

  it('takes the cluster of the current context', async ({ expect }) => {
    const other = configOf(at('good')).replace(
      'clusters:\n',
      `clusters:\n- name: first\n  cluster:\n    server: https://elsewhere.invalid\n`,
    );
    expect((await runNode({ config: other })).facts).toMatchObject({ server: 'v1.31.4', host: '127.0.0.1', node: '200' });
  });

  it.for<[what: string, server: string, host: string | undefined, port: string | undefined]>([
    ['its own port', 'https://shop-1.hcp.westeurope.azmk8s.io:6443', 'shop-1.hcp.westeurope.azmk8s.io', '6443'],
    ['no port', '"https://shop-1.hcp.westeurope.azmk8s.io"', 'shop-1.hcp.westeurope.azmk8s.io', '443'],
    ['a path', 'https://10.0.0.4:443/clusters/a', '10.0.0.4', '443'],
    ['a user', 'https://ada:lovelace-1815@10.0.0.4:443', '10.0.0.4', '443'],
    ['an IPv6 address', 'https://[fd00::4]', '[fd00::4]', '443'],
    ['an IPv6 address and a port', 'https://[fd00::4]:6443/', '[fd00::4]', '6443'],
  ])('tells where a healthy node reached its API server, under a URL with %s', async ([, server, host, port], { expect }) => {
    const { output, code, facts } = await runNode({ fake: succeeds(), config: configOf(server) });
    expect([code, facts.host, facts.port]).toEqual([0, host, port]);
    expect(output).not.toMatch(/lovelace|ada/);
  });

  it.for<[what: string, cluster: () => string[], user: () => string[], fault: string]>([
    ['a client certificate that is lost', trusted, () => clientCertificate('lost'), 'credential'],
    [
      'a key that is cut',
      trusted,
      () => [`client-certificate: ${join(dir, 'client.crt')}`, `client-key: ${join(dir, 'cut.key')}`],
      'credential',
    ],
    [
      'a certificate and the key of another',
      trusted,
      () => [`client-certificate: ${join(dir, 'client.crt')}`, `client-key: ${join(dir, 'old-client.key')}`],
      'credential',
    ],
    ['an embedded certificate that is none', trusted, () => ['client-certificate-data: Zm9v', 'client-key-data: Zm9v'], 'credential'],
    [
      'a plugin that fails',
      trusted,
      () => ['exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/false, interactiveMode: Never}'],
      'plugin',
    ],
    [
      'a plugin that is not there',
      trusted,
      () => ['exec: {apiVersion: client.authentication.k8s.io/v1, command: /nowhere/plugin, interactiveMode: Never}'],
      'plugin',
    ],
    ['an authority that is lost', () => ['certificate-authority: /nowhere/ca.crt'], () => [], 'ca'],
    ['an authority that is none', () => ['certificate-authority-data: Zm9v'], () => ['token: secret'], 'ca'],
    ['no credentials at all, and an authority that is none', () => ['certificate-authority-data: Zm9v'], () => ['{}'], 'credential'],
  ])('blames nobody but the node for %s', async ([, cluster, user, fault], { expect }) => {
    const { code, facts, errors } = await runNode({ config: configOf(at('mutual'), cluster(), user()) });
    expect([code, decisive(facts), errors]).toEqual([1, { ...ok, local_fault: fault }, []]);
  });

  it.for<[what: string, node: () => Node, version: string]>([
    ['a CA in a file', () => ({ config: configOf(at('good'), [`certificate-authority: ${join(dir, 'ca.crt')}`]) }), '200'],
    ['a quoted server and a path', () => ({ config: configOf(`"${at('good')}/clusters/a"`) }), '200'],
    ['another TLS name', () => ({ config: configOf(at('internal'), [...trusted(), 'tls-server-name: api.internal']) }), '200'],
    ['its client certificate', () => ({ config: configOf(at('mutual')) }), '200'],
    ['an IPv6 address', () => ({ config: configOf(at('six')) }), '200'],
  ])('goes the way of kubectl with %s', async ([, node, version], { expect }) => {
    const { facts, errors } = await runNode({ fake: failsFirst(), ...node() });
    expect([facts.tcp, facts.curl, facts.version, errors]).toEqual(['ok', '0', version, []]);
  });

  it('tells how long the certificates of both are valid, and who issued that of the server', async ({ expect }) => {
    const [expired, old] = await Promise.all([
      runNode({ config: configOf(at('slow clock')) }),
      runNode({ config: configOf(at('401'), trusted(), clientCertificate('old-client')) }),
    ]);
    const now = Date.now() / 1000;
    expect(expired.facts).toMatchObject({ issuer: 'CN=cluster', ca: 'CN=cluster' });
    expect(Number(expired.facts.valid!.split(' ')[1]) - now).toBeCloseTo(-10 * 86_400, -3);
    expect(Number(expired.facts.server_clock) - now).toBeCloseTo(-15 * 86_400, -3);
    expect(Number(expired.facts.clock) - now).toBeCloseTo(0, -3);
    expect(Number(old.facts.client!.split(' ')[1])).toBeLessThan(now);
    expect(old.facts.version).toBe('401');
  });

  it.for<[what: string, fake: () => Buffer | string | undefined, facts: Record<string, string>]>([
    ['is not there', () => undefined, { kubectl: 'missing' }],
    ['is empty', () => '', { kubectl: 'notprogram' }],
    ['is a page of somebody', () => '<!DOCTYPE html><html><body>404</body></html>', { kubectl: 'notprogram' }],
    ['is all zeros', () => Buffer.alloc(100_000), { kubectl: 'notprogram' }],
    ['begins like a program and ends there', () => 'MZ', { kubectl: 'notprogram' }],
    ['is a program of DOS', () => portable(0x14c, 'NE'), { kubectl: 'notprogram' }],
    ['is for another machine', () => portable(0x1c4), { kubectl: 'otherarch' }],
    [
      'is for this machine and cut',
      () => portable(process.arch === 'arm64' ? 0xaa64 : 0x8664),
      { kubectl: 'notprogram', kubectl_said: expectNow.stringMatching(/\w+/) },
    ],
  ])('starts no kubectl that %s', async ([, fake, facts], { expect }) => {
    const { code, facts: found, errors, output } = await runNode({ fake: fake(), config: configOf(at('good')) });
    expect([code, found, errors]).toEqual([127, { machine, ...facts }, []]);
    expect(output).toMatch(/^\r\nAFP1 begin \w+\r\n[\s\S]*AFP1 end \w+ rc=127\r\n$/);
  });

  it.for<[what: string, does: string, code: number, server: string | undefined]>([
    ['succeeds without a word', 'exit 0', 0, undefined],
    ['says that it is well', 'echo ok; exit 0', 0, undefined],
    ['knows its own version only', `echo '{"clientVersion": {"gitVersion": "v1.31.4"}}'; exit 0`, 0, undefined],
    ['tells a version in words', 'echo "Server Version: v1.31.4"; exit 0', 0, undefined],
    ['tells an empty version', `echo '{"serverVersion": {"gitVersion": ""}}'; exit 0`, 0, undefined],
    ['tells a version that is a number', `echo '{"serverVersion": {"gitVersion": 1}}'; exit 0`, 0, undefined],
    ['tells a version that is none', `echo '{"serverVersion": {"gitVersion": "v1 of mine"}}'; exit 0`, 0, undefined],
    ['tells two versions', `echo '{"serverVersion": [{"gitVersion": "v1.31.4"}, {"gitVersion": "v1.31.5"}]}'; exit 0`, 0, undefined],
    [
      'tells a version with a suffix',
      `echo '{"serverVersion": {"gitVersion": "v1.30.12-aks+build.7"}}'; exit 0`,
      0,
      'v1.30.12-aks+build.7',
    ],
    ['tells a version and fails', `echo '{"serverVersion": {"gitVersion": "v1.31.4"}}'; echo no >&2; exit 1`, 1, 'v1.31.4'],
    ['ends with 42', 'exit 42', 42, undefined],
    ['ends as our own limit would', 'exit 124', 255, undefined],
    ['ends with 1 and no word, as one that was killed on Windows', 'exit 1', 255, undefined],
    ['is killed', 'kill -9 $$', 137, undefined],
  ])('proves nothing but what it read, when kubectl %s', async ([, does, code, server], { expect }) => {
    const { facts, code: found, errors } = await runNode({ fake: fails(does), config: configOf(at('closed')) });
    expect([found, facts.server, errors]).toEqual([code, server, []]);
  });

  it('does not take an answer of 200 for a version', async ({ expect }) => {
    const { facts } = await runNode({ config: configOf(at('page')) });
    expect(facts.server).toBeUndefined();
  });

  it.for<[what: string, does: string, place: string, facts: Record<string, string>]>([
    ['hangs', 'exec sleep 60', 'silent', { handshake: 'timeout', plain: 'silent', curl: '28' }],
    ['hangs and leaves its output open', 'sleep 30 & exec sleep 60', 'good', { curl: '0', version: '200', readyz: '200', livez: '200' }],
    [
      'hangs and cannot be asked to stop',
      "trap '' TERM; exec sleep 60",
      'good',
      { curl: '0', version: '200', readyz: '200', livez: '200' },
    ],
  ])('ends within 20 s when kubectl %s', async ([, does, place, facts], { expect }) => {
    const { code, facts: found, seconds, errors } = await runNode({ fake: fails(does), config: configOf(at(place)) });
    expect([code, decisive(found), errors]).toEqual([124, { ...reached, ...facts }, []]);
    expect(seconds).toBeLessThan(20);
  });

  it('ends within 20 s when every kubectl hangs, and says that the kubeconfig took too long', async ({ expect }) => {
    const { code, facts, seconds } = await runNode({ fake: '#!/bin/sh\nexec sleep 60\n', config: configOf(at('good')) });
    expect([code, decisive(facts)]).toEqual([124, { kubeconfig: 'timeout' }]);
    expect(Number(facts.config_ms)).toBeGreaterThanOrEqual(2900);
    expect(seconds).toBeLessThan(20);
  });

  it('says that the API server answers where kubectl alone hangs', async ({ expect }) => {
    const fake = `#!/bin/sh\ncase "$*" in *' config '*) exec '${kubectl}' "$@" ;; esac\nexec sleep 60\n`;
    const { code, facts, seconds } = await runNode({ fake, config: configOf(at('good')) });
    expect([code, facts.answered, facts.curl, facts.secured_s]).toEqual([124, 'yes', '28', '1']);
    expect(seconds).toBeLessThan(20);
  });

  it.for<[what: string, node: () => Node, facts: Record<string, string>]>([
    ['is dead', () => throughProxy('closed', 'good'), { proxy_tcp: 'refused', direct: 'ok' }],
    ['drops packets', () => throughProxy('hole', 'closed'), { proxy_tcp: 'timeout', direct: 'refused' }],
    [
      'has no address',
      () => ({ config: configOf(at('good'), [...trusted(), 'proxy-url: http://proxy.invalid:3128']) }),
      { proxy_tcp: 'unresolved', direct: 'ok' },
    ],
    ['refuses', () => throughProxy('proxy that refuses', 'good'), { proxy_tcp: 'ok', direct: 'ok', tunnel: '403' }],
    ['asks who is there', () => throughProxy('proxy that asks', 'hole'), { proxy_tcp: 'ok', direct: 'timeout', tunnel: '407' }],
    [
      'says nothing',
      () => throughProxy('silent', 'good'),
      { proxy_tcp: 'ok', direct: 'ok', tunnel: 'timeout', handshake: 'timeout', curl: '28' },
    ],
    [
      'leads to 401',
      () => throughProxy('proxy to 401', 'good'),
      { proxy_tcp: 'ok', direct: 'ok', curl: '0', version: '401', readyz: '401', livez: '401' },
    ],
    [
      'leads to an expired certificate',
      () => throughProxy('proxy to expired', 'good'),
      { proxy_tcp: 'ok', direct: 'ok', tunnel: '200', secured_s: '1', verify: '10', curl: '60' },
    ],
    [
      'leads to silence',
      () => throughProxy('proxy to silence', 'good'),
      { proxy_tcp: 'ok', direct: 'ok', tunnel: '200', handshake: 'timeout', curl: '28' },
    ],
    [
      'knows its user',
      () => throughProxy('proxy with user', 'good', 'proxyuser:love%20lace@'),
      { proxy_tcp: 'ok', direct: 'ok', curl: '0', version: '401', readyz: '401', livez: '401' },
    ],
  ])('follows kubectl through a proxy that %s', async ([, node, facts], { expect }) => {
    const { code, facts: found, errors, output, seconds } = await runNode(node());
    const { proxy, ...others } = decisive(found);
    expect([code, others, errors]).toEqual([1, { ...ok, ...facts }, []]);
    expect(proxy).toMatch(/^[\w.]+:\d+$/);
    expect(output).not.toMatch(/proxyuser|love/);
    expect(seconds).toBeLessThan(20);
  });

  it.for<[what: string, node: () => Node, proxy: string | undefined, agents: string | undefined]>([
    ['of the machine', () => ({ registry: ofMachine({ https_proxy: 'http://u:pass@10.0.0.9:3128/' }) }), '10.0.0.9:3128', undefined],
    [
      'of its service',
      () => ({ registry: ofMachine({}, { '': { Environment: ['A=b', 'HTTPS_PROXY=10.0.0.9'] } }) }),
      '10.0.0.9:80',
      undefined,
    ],
    [
      'of nssm, before that of the machine',
      () => ({
        registry: ofMachine(
          { HTTPS_PROXY: 'http://10.0.0.8:1' },
          { '\\Parameters': { AppEnvironmentExtra: ['HTTPS_PROXY=https://10.0.0.9'] } },
        ),
      }),
      '10.0.0.9:443',
      undefined,
    ],
    [
      "of its own, and not the agent's",
      () => ({ registry: ofMachine({ HTTPS_PROXY: 'http://10.0.0.9:1' }), agent: { HTTPS_PROXY: 'http://10.0.0.7:2' } }),
      '10.0.0.9:1',
      '10.0.0.7:2',
    ],
    ['of the agent alone', () => ({ agent: { https_proxy: 'http://me:pass@10.0.0.7:2' } }), undefined, '10.0.0.7:2'],
    [
      'that both have',
      () => ({ registry: ofMachine({ HTTPS_PROXY: 'http://10.0.0.9:1' }), agent: { HTTPS_PROXY: 'http://10.0.0.9:1' } }),
      '10.0.0.9:1',
      undefined,
    ],
    [
      'of plain HTTP, which kubectl does not take',
      () => ({ registry: ofMachine({ HTTP_PROXY: 'http://10.0.0.9:1' }) }),
      undefined,
      undefined,
    ],
    ['at an IPv6 address', () => ({ registry: ofMachine({ HTTPS_PROXY: 'http://[fd00::9]:3128' }) }), '[fd00::9]:3128', undefined],
    [
      'where the registry is not there: that of the agent',
      () => ({ registry: {}, imds: 'http://127.0.0.1:1/', agent: { HTTPS_PROXY: 'http://10.0.0.7:2' } }),
      '10.0.0.7:2',
      undefined,
    ],
  ])('gives kubectl the proxy of kubelet: %s', async ([, node, proxy, agents], { expect }) => {
    const seen = join(await mkdtemp(join(dir, 'seen-')), 'env');
    const fake = succeeds(`env > '${seen}'`);
    const { facts, code, output, errors } = await runNode({ fake, config: configOf('https://shop-1.hcp.westeurope.azmk8s.io'), ...node() });
    expect([code, facts.proxy, facts.agent_proxy, errors]).toEqual([0, proxy, agents, []]);
    expect(output).not.toContain('pass');
    const given = /^https_proxy=(.*)$/im.exec(await readFile(seen, 'utf8'))?.[1];
    expect(given?.includes(proxy!.replace(/:(80|443)$/, '')) ?? false).toBe(proxy !== undefined);
  });

  it.for<[server: string, list: string, goesThrough: boolean]>([
    ['https://shop-1.hcp.westeurope.azmk8s.io', '', true],
    ['https://shop-1.hcp.westeurope.azmk8s.io', 'other.io, *', false],
    ['https://shop-1.hcp.westeurope.azmk8s.io', 'localhost,azmk8s.io', false],
    ['https://shop-1.hcp.westeurope.azmk8s.io', '.azmk8s.io', false],
    ['https://shop-1.hcp.westeurope.azmk8s.io', '*.HCP.westeurope.azmk8s.io', false],
    ['https://shop-1.hcp.westeurope.azmk8s.io', 'shop-1.hcp.westeurope.azmk8s.io', false],
    ['https://shop-1.hcp.westeurope.azmk8s.io', 'mk8s.io', true],
    ['https://azmk8s.io', '.azmk8s.io', true],
    ['https://shop-1.hcp.westeurope.azmk8s.io', 'azmk8s.io:6443', true],
    ['https://shop-1.hcp.westeurope.azmk8s.io:6443', 'azmk8s.io:6443', false],
    ['https://10.1.2.3', '10.1.2.3', false],
    ['https://10.1.2.3', '10.1.0.0/16', false],
    ['https://10.2.2.3', '10.1.0.0/16,10.0.0.0/15,x/y', true],
    ['https://10.1.2.3', '1.2.3', true],
    ['https://[fd00::4]', 'fd00::/8', false],
    ['https://[fd00::4]', '[fd00::4]:443', false],
    ['https://127.0.0.1', '', false],
    ['https://localhost', '', false],
  ])('minds NO_PROXY as Go does: %s under "%s"', async ([server, list, goesThrough], { expect }) => {
    const registry = ofMachine({ HTTPS_PROXY: 'http://10.0.0.9:1', NO_PROXY: list });
    const { facts, errors } = await runNode({ fake: succeeds(), config: configOf(server), registry });
    expect([facts.proxy !== undefined, errors]).toEqual([goesThrough, []]);
  });

  it.for<[what: string, node: () => Node, facts: Record<string, string>]>([
    [
      'etcd is down',
      () => ({ config: configOf(at('etcd')) }),
      { node: '500', lease: '500', readyz: '500', livez: '200', unready: 'etcd,poststarthook/rbac', identity: `system:node:${nodeName}` },
    ],
    [
      'the node may not',
      () => ({ config: configOf(at('forbidden')) }),
      { node: '403', lease: '403', readyz: '200', livez: '200', identity: `system:node:${nodeName}` },
    ],
    [
      'the node is not registered',
      () => ({ config: configOf(at('unknown')) }),
      { node: '404', lease: '200', readyz: '200', livez: '200', identity: `system:node:${nodeName}` },
    ],
    [
      'the API server is overloaded',
      () => ({ config: configOf(at('busy')) }),
      { node: '429', lease: '200', readyz: '200', livez: '200', identity: `system:node:${nodeName}` },
    ],
    [
      'the API server says no more',
      () => ({ config: configOf(at('stuck')) }),
      { node: 'timeout', lease: 'timeout', readyz: 'timeout', livez: 'timeout', identity: `system:node:${nodeName}` },
    ],
    [
      'the machine has another name',
      () => ({ nodeName: 'elsewhere', config: configOf(at('good')) }),
      { node: '404', lease: '404', readyz: '200', livez: '200', identity: `system:node:${nodeName}` },
    ],
    [
      'the kubeconfig has a token',
      () => ({ config: configOf(at('unknown'), trusted(), ['token: secret']) }),
      { node: '404', lease: '200', readyz: '200', livez: '200' },
    ],
    [
      'kubectl fails at once',
      () => ({
        fake: `#!/bin/sh\ncase "$*" in *' get '*) echo no >&2; exit 1 ;; esac\nexec '${kubectl}' "$@"\n`,
        config: configOf(at('good')),
      }),
      { node: 'failed', lease: 'failed', readyz: 'failed', livez: 'failed', identity: `system:node:${nodeName}` },
    ],
  ])('asks why it is not served, where %s', async ([, node, facts], { expect }) => {
    const { code, facts: found, errors, seconds, output } = await runNode(node());
    expect([code, decisive(found), errors]).toEqual([0, { ...ok, server: 'v1.31.4', ...facts }, []]);
    expect(seconds).toBeLessThan(20);
    expect(Buffer.byteLength(output)).toBeLessThanOrEqual(1500);
  });

  it('says what the API server said of a node that it does not serve', async ({ expect }) => {
    const { facts } = await runNode({ config: configOf(at('forbidden')) });
    expect(facts.node_said).toContain(`nodes "${nodeName}" is forbidden`);
    expect(facts.node_said!.length).toBeLessThanOrEqual(120);
  });

  it.for([
    ['off', false],
    ['on', true],
  ] as const)('asks for its node or not, as PROBE_SERVED=%s says', async ([served, asks], { expect }) => {
    const { facts, code } = await runNode({ config: configOf(at('good')), served });
    expect([code, facts.server, facts.host, 'node' in facts, 'name' in facts]).toEqual([0, 'v1.31.4', '127.0.0.1', asks, asks]);
  });

  it.for<[what: string, egress: string[], fact: string | undefined]>([
    ['that answers', ['good'], 'good 404'],
    ['of which the second answers', ['closed', '401', '200'], '401 401'],
    ['of which all but the last drop packets', [...Array(9).fill('hole'), '401'], '401 401'],
    ['of which one shows a certificate that does not fit', ['closed', 'expired'], 'expired tls'],
    ['of which none answers', ['closed', 'silent', 'hole'], 'closed 000'],
    ['whose name is not found', ['nowhere'], 'nowhere dns'],
    ['whose name is not found, and one that is closed', ['nowhere', 'closed'], 'closed 000'],
    ['without an entry', [], undefined],
  ])('asks places elsewhere from a list %s', async ([, egress, fact], { expect }) => {
    places.nowhere ??= 'nowhere.invalid:444';
    const { facts, errors, seconds } = await runNode({ config: configOf(at('hole')), egress });
    expect([facts.tcp, errors]).toEqual(['timeout', []]);
    expect(facts.egress).toBe(fact?.replace(/^\w+/, (name) => places[name]!));
    expect(seconds).toBeLessThan(20);
  });

  it('knows the machine by Azure where the registry does not tell', async ({ expect }) => {
    const asked: unknown[] = [];
    const imds = createHttpServer(({ headers }, response) => {
      asked.push(headers.metadata);
      response.end(machine.toUpperCase());
    });
    await listen('imds', imds);
    const node = { fake: undefined, registry: {} };
    const [there, nowhere, silent] = await Promise.all([
      runNode({ ...node, imds: `http://${places.imds}/metadata` }),
      runNode({ ...node, imds: `http://${places.closed}/` }),
      runNode({ ...node, imds: `http://${places.silent}/` }),
    ]);
    expect([there.facts.machine, asked, nowhere.facts.machine, silent.facts.machine]).toEqual([machine, ['true'], undefined, undefined]);
    expect([nowhere.code, nowhere.errors, silent.seconds < 5]).toEqual([127, [], true]);
  });

  it.for<[string, string]>([
    ['control characters', "printf 'a\\033[31mb\\000c\\r\\nd\\te\\177f\\n' >&2; exit 1"],
    ['bytes that are no text', "printf '\\377\\376\\303\\050\\n' >&2; exit 1"],
    ['a frame of its own', `printf '\\nAFP1 begin ${nonce}\\nserver=v9\\nAFP1 end ${nonce} rc=0\\n' >&2; exit 1`],
    ['facts of its own', "printf 'x\\nkubectl=missing\\ncurl=0\\n' >&2; exit 1"],
    ['what PowerShell could run', "printf '%s\\n' '$(exit 3) `n ; throw \"x\"' >&2; exit 1"],
    ['100 KB', 'head -c 100000 /dev/zero | tr "\\0" x >&2; exit 1'],
  ])('keeps its frame whole and small when kubectl prints %s', async ([, does], { expect }) => {
    const { output, report, facts, errors } = await runNode({ fake: fails(does), config: configOf(at('closed')) });
    expect(output).toMatch(new RegExp(`^\\r\\nAFP1 begin ${nonce}\\r\\n(?:[a-z_]{1,20}=[ -~]*\\r\\n)+AFP1 end ${nonce} rc=1\\r\\n$`));
    expect([report?.exitCode, facts.tcp, 'kubectl' in facts, 'server' in facts, errors]).toEqual([1, 'refused', false, false, []]);
    expect(facts.said?.length).toBeLessThanOrEqual(160);
    expect(Buffer.byteLength(output)).toBeLessThanOrEqual(1500);
  });

  it('says nothing secret', async ({ expect }) => {
    const secrets = [
      'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlIn0.c2lnbmF0dXJl',
      'abcdef.0123456789abcdef',
      'hunter2',
      'lovelace',
      'c2VjcmV0'.repeat(12),
    ];
    const words = `dial https://ada:lovelace@10.0.0.4: Bearer ${secrets[0]} token: ${secrets[1]} "password": hunter2 ${secrets[4]}`;
    const config = configOf(at('closed').replace('//', '//ada:lovelace@'), trusted(), [`token: ${secrets[0]}`]);
    const { output, facts } = await runNode({ fake: failsFirst(words), config });
    expect(facts.said).toMatch(/^dial https:\/\/10\.0\.0\.4: Bearer \[redacted\]/);
    for (const secret of [...secrets, base64(authority.certificate)]) expect(output).not.toContain(secret.slice(0, 24));
  });

  it('keeps to 1.5 KB and to its most telling facts where everything is as long as can be', async ({ expect }) => {
    const host = `${'a'.repeat(54)}.${'b'.repeat(55)}.internal`;
    const words = 'word '.repeat(200);
    const long = await authority.issue('server', { commonName: 'x', dnsNames: ['x'], from: -20, until: -10 });
    await listen('long', serving(long));
    const fake = `#!/bin/sh\ncase "$*" in *' version '*) echo '${words}' >&2; exit 1 ;; *' get '*) echo 'x509: ${words}' >&2; exit 1 ;; esac\nexec '${kubectl}' "$@"\n`;
    const [, port] = places.long!.split(':');
    const node = {
      fake,
      config: configOf(`https://${host}:${port}`),
      addresses: [lonely, '127.0.0.1'],
      agent: { HTTPS_PROXY: `http://${host}:3128` },
    };
    const { output, facts } = await runNode(node);
    expect(Buffer.byteLength(output)).toBeLessThanOrEqual(1500);
    expect(facts).toMatchObject({ host, tcp: 'ok', verify: '10', curl: '60', egress: `${places.good} 404` });
  });

  it('removes what its own runs left an hour ago and more, and nothing else', async ({ expect }) => {
    const litter = await mkdtemp(join(dir, 'litter-'));
    const ours = composeScript('fedcba9876543210', [], 'Windows').join('\n');
    const anHourAgo = Date.now() / 1000 - 3660;
    const leave = async (name: string, script: string, time = anHourAgo) => {
      await writeFile(join(litter, name), script);
      await utimes(join(litter, name), time, time);
    };
    await leave('script0.ps1', ours);
    await leave('script1.ps1', ours);
    await leave('script2.ps1', ours, anHourAgo + 600);
    await leave('script3.ps1', 'Write-Output hello\n');
    await leave('script4.ps1', `1\n2\n3\n4\n${ours}`);
    await leave('other.ps1', ours);
    const { errors, code } = await runNode({ config: configOf(at('good')), litter: join(litter, 'script*.ps1') });
    expect((await readdir(litter)).sort()).toEqual(['other.ps1', 'script2.ps1', 'script3.ps1', 'script4.ps1']);
    expect([code, errors]).toEqual([0, []]);
  });

  it('runs as a file too, without the strictest mode, gives kubectl no proxy of the agent, and says nothing else', async ({ expect }) => {
    const seen = join(dir, 'seen as a file');
    const { own, script } = await makeNode({
      fake: `#!/bin/sh\nenv >> '${seen}'\nexec '${kubectl}' "$@"\n`,
      config: configOf(at('good')),
    });
    await writeFile(join(own, 'script0.ps1'), script);
    const proxies = { HTTPS_PROXY: 'http://10.0.0.9:1', https_proxy: 'http://10.0.0.9:1', no_proxy: 'x' };
    const { stdout, stderr } = await promisify(execFile)(pwsh!, ['-NoProfile', '-NonInteractive', '-File', join(own, 'script0.ps1')], {
      env: { ...environment(), ...proxies },
    });
    expect(stderr).toBe('');
    expect(parseReport(stdout, nonce)?.facts.get('node')).toBe('200');
    const environments = await readFile(seen, 'utf8');
    expect(environments.match(/^KUBECACHEDIR=.*aks-fleet-prober-/gm)).toHaveLength(3);
    expect(environments).not.toMatch(/_proxy=/i);
  });
});

// After all others: none of them may have left anything.
it.skipIf(!pwsh)('leaves no cache of kubectl, in no place', async () => {
  expectNow((await readdir(join(dir, 'tmp'))).filter((name) => name.startsWith('aks-fleet-prober'))).toEqual([]);
  expectNow((await readdir(join(dir, 'home'))).filter((name) => name === '.kube')).toEqual([]);
});
